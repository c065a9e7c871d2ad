"""Who is reminded of what, and when.

A reminder has a slot: one check-in of one week, or one assessment on its due day or when it is overdue. The
database refuses a second one for the same slot, so a restart, a slow queue or two workers send it once.
"""

import zoneinfo
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext, gettext_noop

from amble.care.assessments.models import Assessment
from amble.care.audit.actions import record
from amble.care.records.models import Episode
from amble.care.records.states import EpisodeStatus
from amble.programme import timetable
from amble.programme.follow_up_messages import all_messages
from amble.programme.reminders import moment
from amble.vocabulary import Arm

from .models import Reminder
from .tasks import send_email

LATEST_HOURS = 20
"""A reminder that could not leave on its day is not sent days later: the next one will come."""


def send_due(now: datetime | None = None) -> int:
    """Queue every reminder whose time has come. Returns how many. Safe to run at any time, and twice."""
    now = now or timezone.now()
    return sum(_remind(*due) for due in [*_check_ins(now), *_measures(now), *_light_touch(now)])


def _check_ins(now: datetime):
    """Patients in ETMI whose week is over and who have not told it yet."""
    weekdays = {(now + timedelta(days=d)).isoweekday() for d in (-1, 0, 1)}
    episodes = (
        Episode.objects.filter(
            status=EpisodeStatus.STARTED,
            arm=Arm.ETMI,
            patient__user__is_active=True,
            start_date__iso_week_day__in=weekdays,
        )
        .select_related("patient__user", "patient__clinic")
        .prefetch_related("checkins")
    )
    for episode in episodes.iterator(chunk_size=500):
        today = _their_day(episode.patient, now)
        week = (today - episode.start_date).days // 7
        if week < 1 or timetable.check_in_day(episode.start_date, week) != today:
            continue
        if any(c.week == week for c in episode.checkins.all()):
            continue
        if _is_time(episode.patient, today, now):
            yield (
                episode.patient,
                f"check-in:{episode.pk}:{week}",
                gettext_noop("How was your week?"),
                gettext_noop("Your weekly check-in in Amble is open. It takes two minutes."),
                reverse("my-check-in"),
            )


def _measures(now: datetime):
    """Patients with measures due today, or overdue for a week."""
    some_days = [now.date() + timedelta(days=d) for d in (-1, 0, 1)]
    overdue_days = [day - timedelta(days=7) for day in some_days]
    waiting = Assessment.objects.filter(
        Q(due_on__in=some_days + overdue_days),
        completed_at__isnull=True,
        withdrawn_at__isnull=True,
        episode__patient__user__is_active=True,
    ).select_related("episode__patient__user", "episode__patient__clinic")
    for assessment in waiting:
        patient = assessment.episode.patient
        today = _their_day(patient, now)
        for slot, day in (("due", assessment.due_on), ("overdue", assessment.due_on + timedelta(days=7))):
            if day == today and today <= assessment.closes_on and _is_time(patient, today, now):
                yield (
                    patient,
                    f"measures:{assessment.pk}:{slot}",
                    gettext_noop("Five minutes of questions"),
                    gettext_noop(
                        "Your clinic would like to know how you are. The questions take about five minutes."
                    ),
                    reverse("my-measures"),
                )


def _light_touch(now: datetime):
    """A few friendly messages in the first weeks of ETMI."""
    for message in all_messages():
        days = [now.date() + timedelta(days=d) - timedelta(weeks=message.week) for d in (-1, 0, 1)]
        episodes = Episode.objects.filter(
            start_date__in=days,
            arm=Arm.ETMI,
            status__in=[EpisodeStatus.STARTED, EpisodeStatus.DISCHARGED],
            patient__user__is_active=True,
        ).select_related("patient__user", "patient__clinic")
        for episode in episodes:
            today = _their_day(episode.patient, now)
            if episode.start_date + timedelta(weeks=message.week) == today and _is_time(
                episode.patient, today, now
            ):
                yield (
                    episode.patient,
                    f"light-touch:{episode.pk}:{message.id}",
                    message.subject,
                    message.body,
                    reverse("home"),
                )


def _remind(patient, slot: str, subject: str, body: str, path: str) -> int:
    with transaction.atomic(), translation.override(patient.user.language):
        reminder, is_new = Reminder.objects.get_or_create(patient=patient, slot=slot, channel="email")
        if not is_new:
            return 0
        reminder.sent_at = timezone.now()
        reminder.save(update_fields=["sent_at"])
        pause = gettext("You can pause these e-mails under Settings in Amble.")
        text = "\n\n".join([gettext(body), f"{settings.ADDRESS}{path}", pause])
        send_email(to=patient.user.email, subject=gettext(subject), body=text)
        record("reminder.sent", by=None, patient=patient, subject=reminder, slot=slot)
    return 1


def _their_day(patient, now: datetime) -> date:
    return now.astimezone(zoneinfo.ZoneInfo(patient.time_zone)).date()


def _is_time(patient, today: date, now: datetime) -> bool:
    """Their own hour has come, not long ago, and they have not paused reminders."""
    if patient.reminders_paused_until and today <= patient.reminders_paused_until:
        return False
    chosen = moment(today, patient.reminder_hour, patient.time_zone)
    return chosen <= now < chosen + timedelta(hours=LATEST_HOURS)
