"""What needs a physiotherapist today. Each list is read in a fixed number of queries and ends after 50 rows.

`mine` is a physiotherapist: their own patients, and those who are nobody's yet. None: the whole clinic.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When
from django.utils import timezone

from amble.care.assessments.models import Assessment, Score
from amble.care.records.models import Episode
from amble.care.records.states import EpisodeStatus
from amble.programme import eligibility, stuck, timetable
from amble.vocabulary import Arm, SafetyLevel, Stage

from .models import CheckIn, Message, SafetyAlert, SafetyScreen

MOST = 50
EXPIRED_DAYS = 30
"""How long measures that closed without an answer stay on the list."""
MOST_IN_CARE = 300
"""Episodes in care that are looked through for people who are stuck, the newest referrals first."""
RECENT_WEEKS = 8
"""Check-ins older than this cannot change who is stuck: two missed in a row are enough."""


@dataclass(frozen=True)
class Listed:
    """Up to 50 rows from `start`, and whether there are more."""

    rows: Sequence
    start: int
    more: bool

    @property
    def next(self) -> int:
        return self.start + MOST

    @property
    def previous(self) -> int:
        return max(self.start - MOST, 0)


@dataclass(frozen=True)
class Referral:
    episode: Episode
    eligibility: eligibility.Eligibility


@dataclass(frozen=True)
class Due:
    assessment: Assessment
    state: timetable.AssessmentState


@dataclass(frozen=True)
class Stuck:
    episode: Episode
    reasons: tuple[stuck.StuckReason, ...]


def alerts(clinic, *, start: int = 0) -> Listed:
    """Open safety alerts of the whole clinic, the most pressing first, then the oldest."""
    urgency = Case(*(When(level=level, then=order) for order, level in enumerate(SafetyLevel)))
    rows = SafetyAlert.objects.filter(clinic=clinic, resolved_at__isnull=True)
    return _listed(rows.select_related("episode__patient").order_by(urgency.desc(), "at"), start)


def referrals(clinic, *, start: int = 0) -> Listed:
    """New referrals, the longest waiting first, each with whether it fits the programme and why."""
    rows = (
        Episode.objects.filter(clinic=clinic, status=EpisodeStatus.REFERRED)
        .select_related("patient")
        .annotate(
            has_flag=Exists(SafetyAlert.objects.filter(episode=OuterRef("pk"), resolved_at__isnull=True)),
            has_answered=Exists(SafetyScreen.objects.filter(episode=OuterRef("pk"))),
        )
        .order_by("referred_on", "pk")
    )
    listed = _listed(rows, start)
    return Listed([_with_eligibility(episode) for episode in listed.rows], listed.start, listed.more)


def overdue(clinic, mine, *, start: int = 0) -> Listed:
    """Measures past their day, the ones that close soonest first."""
    today = timezone.localdate()
    return _due(
        _open_measures(clinic, mine).filter(closes_on__gte=today, due_on__lt=today), "closes_on", start
    )


def due(clinic, mine, *, start: int = 0) -> Listed:
    today = timezone.localdate()
    return _due(
        _open_measures(clinic, mine).filter(closes_on__gte=today, due_on__gte=today, opens_on__lte=today),
        "closes_on",
        start,
    )


def expired(clinic, mine, *, start: int = 0) -> Listed:
    """Measures that closed without an answer in the last month, the newest first."""
    today = timezone.localdate()
    since = today - timedelta(days=EXPIRED_DAYS)
    return _due(
        _open_measures(clinic, mine).filter(closes_on__lt=today, closes_on__gte=since), "-closes_on", start
    )


def in_care(clinic, mine) -> list[Episode]:
    """Episodes that have started and not ended, the newest referral first."""
    rows = Episode.objects.filter(clinic=clinic, status=EpisodeStatus.STARTED).select_related("patient")
    if mine is not None:
        rows = rows.filter(clinician=mine)
    return list(rows.order_by("-referred_on", "-pk")[:MOST_IN_CARE])


def stuck_among(episodes: Iterable[Episode], *, today: date) -> list[Stuck]:
    """Those of these ETMI episodes in care who may be stuck, with the reasons. Two queries."""
    etmi = [e for e in episodes if e.arm == Arm.ETMI and e.status == EpisodeStatus.STARTED]
    weeks, confidences, stages = defaultdict(set), defaultdict(list), defaultdict(list)
    told = CheckIn.objects.filter(episode__in=etmi, at__gte=timezone.now() - timedelta(weeks=RECENT_WEEKS))
    for episode_id, week, confidence in told.order_by("week").values_list("episode_id", "week", "confidence"):
        weeks[episode_id].add(week)
        confidences[episode_id].append(confidence)
    staged = Score.objects.filter(episode__in=etmi, scale="stage").order_by("day", "pk")
    for episode_id, value in staged.values_list("episode_id", "value"):
        stages[episode_id].append(list(Stage)[int(value)])
    found = []
    for episode in etmi:
        reasons = stuck.reasons(
            missed_check_ins=timetable.weeks_missed(episode.start_date, today=today, done=weeks[episode.pk]),
            confidences=confidences[episode.pk],
            stages=stages[episode.pk],
        )
        if reasons:
            found.append(Stuck(episode, reasons))
    return found


def unread(clinic, mine, *, start: int = 0) -> Listed:
    """Messages from patients that nobody has read, and calls asked for that nobody has made, calls first."""
    rows = Message.objects.filter(clinic=clinic, from_patient=True, read_at__isnull=True)
    if mine is not None:
        others = Episode.objects.filter(patient=OuterRef("patient"), clinician__isnull=False)
        own = others.filter(clinician=mine)
        rows = rows.filter(Exists(own) | ~Exists(others))
    return _listed(rows.select_related("patient").order_by("-asks_for_call", "at"), start)


def eligibility_of(episode, *, has_flag: bool, has_answered: bool) -> eligibility.Eligibility:
    return eligibility.assess(
        age_years=episode.patient.age_on(timezone.localdate()),
        symptom_months=episode.symptom_months,
        unresolved_flags=int(has_flag),
        safety_answered=has_answered,
    )


def part(rows: Sequence, *, start: int = 0) -> Listed:
    """Up to 50 of rows that are in memory already."""
    return Listed(rows[start : start + MOST], start, len(rows) > start + MOST)


def _with_eligibility(episode) -> Referral:
    fits = eligibility_of(episode, has_flag=episode.has_flag, has_answered=episode.has_answered)
    return Referral(episode, fits)


def _open_measures(clinic, mine) -> QuerySet:
    rows = Assessment.objects.filter(clinic=clinic, completed_at__isnull=True, withdrawn_at__isnull=True)
    if mine is not None:
        rows = rows.filter(Q(episode__clinician=mine) | Q(episode__clinician__isnull=True))
    return rows.select_related("episode__patient")


def _due(rows: QuerySet, order: str, start: int) -> Listed:
    today = timezone.localdate()
    listed = _listed(rows.order_by(order), start)
    return Listed([Due(row, row.state(today)) for row in listed.rows], listed.start, listed.more)


def _listed(rows: QuerySet, start: int) -> Listed:
    found = list(rows[start : start + MOST + 1])
    return Listed(found[:MOST], start, len(found) > MOST)
