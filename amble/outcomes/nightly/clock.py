"""When the night is: two in the morning in the zone in which most clinics of the service are."""

from collections import Counter
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from amble.care.records.models import Clinic, Episode
from amble.outcomes.models import Night

HOUR = 2


def service_zone() -> ZoneInfo:
    """Of zones with equally many clinics the first by name; UTC where there is no clinic."""
    zones = Counter(Clinic.objects.values_list("time_zone", flat=True))
    return ZoneInfo(min(zones, key=lambda zone: (-zones[zone], zone), default="UTC"))


def last_night() -> datetime:
    """The newest moment at which a night was due."""
    zone = service_zone()
    now = timezone.now().astimezone(zone)
    due = datetime.combine(now.date(), time(HOUR), zone)
    return due if due <= now else datetime.combine(now.date() - timedelta(days=1), time(HOUR), zone)


def is_due() -> bool:
    """No night has begun since the last time one should have; one that was missed is due until it has begun."""
    return Episode.objects.exists() and not Night.objects.filter(started_at__gte=last_night()).exists()
