"""Who is reminded of what, and when.

A reminder has a slot: one check-in of one week, or one assessment on its due day or when it is overdue. The
database refuses a second one for the same slot, so a restart, a slow queue or two workers send it once.
Nobody is reminded who has not agreed to use Amble, or while a safety alert stops their programme.
"""

import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext, gettext_noop

from amble.care.assessments.models import Assessment
from amble.care.audit.actions import record
from amble.care.records.actions import consents
from amble.care.records.models import Episode
from amble.care.records.states import EpisodeStatus
from amble.programme import timetable
from amble.programme.follow_up_messages import all_messages
from amble.programme.reminders import moment
from amble.vocabulary import Arm

from .actions import safety
from .models import Reminder
from .tasks import send_email

LATEST_HOURS = 20
"""A reminder that could not leave on its day is not sent days later: the next one will come."""
OVERDUE_AFTER = timedelta(days=7)


@dataclass(frozen=True)
class Due:
    """A reminder whose time has come. `subject` and `body` are in English, to be translated."""

    episode: Episode
    slot: str
    subject: str
    body: str
    path: str


def send_due(now: datetime | None = None) -> int:
    """Queue every reminder whose time has come. Returns how many. Safe to run at any time, and twice."""
    now = now or timezone.now()
    sent = set(Reminder.objects.filter(sent_at__gte=now - timedelta(days=2)).values_list("slot", flat=True))
    due = [*_check_ins(now), *_measures(now), *_light_touch(now)]
    return sum(_remind(reminder) for reminder in due if reminder.slot not in sent)


def _check_ins(now: datetime) -> Iterator[Due]:
    """Patients in ETMI whose week is over and who have not told it yet."""
    weekdays = {day.isoweekday() for day in _days(now)}
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
            yield Due(
                episode,
                f"check-in:{episode.pk}:{week}",
                gettext_noop("How was your week?"),
                gettext_noop("Your weekly check-in in Amble is open. It takes two minutes."),
                reverse("my-check-in"),
            )


def _measures(now: datetime) -> Iterator[Due]:
    """Patients with measures due today, or overdue for a week."""
    overdue = [day - OVERDUE_AFTER for day in _days(now)]
    waiting = Assessment.objects.filter(
        due_on__in=[*_days(now), *overdue],
        completed_at__isnull=True,
        withdrawn_at__isnull=True,
        episode__patient__user__is_active=True,
    ).select_related("episode__patient__user", "episode__patient__clinic")
    for assessment in waiting:
        patient = assessment.episode.patient
        today = _their_day(patient, now)
        for slot, day in (("due", assessment.due_on), ("overdue", assessment.due_on + OVERDUE_AFTER)):
            if day == today and today <= assessment.closes_on and _is_time(patient, today, now):
                yield Due(
                    assessment.episode,
                    f"measures:{assessment.pk}:{slot}",
                    gettext_noop("Five minutes of questions"),
                    gettext_noop(
                        "Your clinic would like to know how you are. The questions take about five minutes."
                    ),
                    reverse("my-measures"),
                )


def _light_touch(now: datetime) -> Iterator[Due]:
    """A few friendly messages in the first weeks of ETMI."""
    for message in all_messages():
        episodes = Episode.objects.filter(
            start_date__in=[day - timedelta(weeks=message.week) for day in _days(now)],
            arm=Arm.ETMI,
            status__in=[EpisodeStatus.STARTED, EpisodeStatus.DISCHARGED],
            patient__user__is_active=True,
        ).select_related("patient__user", "patient__clinic")
        for episode in episodes:
            today = _their_day(episode.patient, now)
            its_day = episode.start_date + timedelta(weeks=message.week) == today
            if its_day and _is_time(episode.patient, today, now):
                yield Due(
                    episode,
                    f"light-touch:{episode.pk}:{message.id}",
                    message.subject,
                    message.body,
                    reverse("home"),
                )


def _remind(due: Due) -> int:
    patient = due.episode.patient
    if not consents.wants_amble(patient) or safety.stopping_alert(due.episode):
        return 0
    with transaction.atomic(), translation.override(patient.user.language):
        reminder, is_new = Reminder.objects.get_or_create(
            patient=patient, slot=due.slot, channel="email", defaults={"sent_at": timezone.now()}
        )
        if not is_new:
            return 0
        pause = gettext("You can pause these e-mails under Settings in Amble.")
        text = "\n\n".join([gettext(due.body), f"{settings.ADDRESS}{due.path}", pause])
        send_email(to=patient.user.email, subject=gettext(due.subject), body=text)
        record("reminder.sent", by=None, patient=patient, subject=reminder, slot=due.slot)
    return 1


def _days(now: datetime) -> list[date]:
    """The days that it can be now, somewhere in the world."""
    return [now.date() + timedelta(days=d) for d in (-1, 0, 1)]


def _their_day(patient, now: datetime) -> date:
    return now.astimezone(zoneinfo.ZoneInfo(patient.time_zone)).date()


def _is_time(patient, today: date, now: datetime) -> bool:
    """Their own hour has come, not long ago, and they have not paused reminders."""
    if patient.reminders_paused_until and today <= patient.reminders_paused_until:
        return False
    chosen = moment(today, patient.reminder_hour, patient.time_zone)
    return chosen <= now < chosen + timedelta(hours=LATEST_HOURS)
