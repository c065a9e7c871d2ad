"""Who is lost on the way, in one clinic, as it is now: read from the record, not from the night.

Patients appear by their pseudonym only. The limits (four weeks, seven days) are Amble's design, not part of ETMI.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from amble.care.assessments.models import Assessment
from amble.care.journey.actions.colleagues import NOT_AGAIN_FOR, last_reminders
from amble.care.journey.models import Contact
from amble.care.records import team
from amble.care.records.models import Clinic, Episode, Training
from amble.care.records.states import EpisodeStatus
from amble.outcomes import pseudonyms
from amble.programme import content
from amble.vocabulary import Arm

STOPPED_AFTER = timedelta(weeks=4)
CLOSES_WITHIN = timedelta(days=7)


@dataclass(frozen=True)
class Colleague:
    """since: the day of the training, or of the invitation to it; None: not invited.  patients: begun since then."""

    user: object
    since: date | None
    patients: int = 0
    reminded: datetime | None = None

    @property
    def may_be_reminded(self) -> bool:
        return self.reminded is None or self.reminded <= timezone.now() - NOT_AGAIN_FOR


@dataclass(frozen=True)
class Lost:
    """A patient.  code: spoken pseudonym.  day: since or until when.  with_whom: their physiotherapist."""

    code: str
    day: date
    with_whom: object = None
    visit: str = ""


def untrained(clinic: Clinic) -> list[Colleague]:
    """The clinic's physiotherapists without ETMI training, invited or not."""
    dates = _training(clinic)
    nothing = (None, None)
    found = [(user, dates.get(user.pk, nothing)) for user in team.physiotherapists(clinic)]
    return [Colleague(user, invited) for user, (invited, trained) in found if trained is None]


def not_delivering(clinic: Clinic) -> list[Colleague]:
    """Trained, and no patient has begun ETMI with them; with how many began care with them since."""
    dates, reminded = _training(clinic), last_reminders(clinic)
    gave = set(_begun(clinic).filter(arm=Arm.ETMI).values_list("clinician", flat=True).distinct())
    trained = [
        (user, dates[user.pk][1])
        for user in team.physiotherapists(clinic)
        if dates.get(user.pk, (0, None))[1]
    ]
    waiting = [(user, since) for user, since in trained if user.pk not in gave]
    since_then = Q()
    for user, since in waiting:
        since_then |= Q(clinician=user, start_date__gte=since)
    counted = _begun(clinic).filter(since_then).values_list("clinician").annotate(n=Count("pk"))
    patients = dict(counted) if waiting else {}
    return [
        Colleague(user, since, patients.get(user.pk, 0), reminded.get(user.pk)) for user, since in waiting
    ]


def waiting(clinic: Clinic) -> QuerySet:
    """Referrals that fit as far as is known and that nobody has decided, the longest waiting first."""
    rows = Episode.objects.filter(clinic=clinic, status=EpisodeStatus.REFERRED)
    return rows.filter(_fits()).annotate(day=F("referred_on")).order_by("day", "pk")


def not_offered(clinic: Clinic) -> QuerySet:
    """In usual care with a physiotherapist who was trained by then, without a word that ETMI was offered."""
    trained = Training.objects.filter(
        clinic=clinic, clinician=OuterRef("clinician"), trained_on__lte=OuterRef("start_date")
    )
    rows = Episode.objects.filter(clinic=clinic, status=EpisodeStatus.STARTED, arm=Arm.USUAL_CARE)
    rows = rows.filter(_fits()).exclude(etmi_offered=True).filter(Exists(trained))
    return rows.annotate(day=F("start_date")).select_related("clinician").order_by("-day", "pk")


def stopped(clinic: Clinic) -> QuerySet:
    """In ETMI, not discharged, and for four weeks no contact; the longest ago last: the newest may still come back."""
    last = Contact.objects.filter(episode=OuterRef("pk")).order_by("-number").values("day")[:1]
    rows = Episode.objects.filter(clinic=clinic, status=EpisodeStatus.STARTED, arm=Arm.ETMI)
    rows = rows.annotate(day=Coalesce(Subquery(last), F("start_date")))
    long_ago = timezone.localdate() - STOPPED_AFTER
    return rows.filter(day__lte=long_ago).select_related("clinician").order_by("-day", "pk")


def closing(clinic: Clinic) -> QuerySet:
    """Measures that are overdue, or that close within a week; those that close soonest first."""
    today = timezone.localdate()
    rows = Assessment.objects.filter(
        clinic=clinic, completed_at__isnull=True, withdrawn_at__isnull=True, closes_on__gte=today
    ).filter(Q(due_on__lt=today) | Q(closes_on__lte=today + CLOSES_WITHIN), opens_on__lte=today)
    return rows.select_related("episode__clinician").annotate(day=F("closes_on")).order_by("day", "pk")


def lost(row: Episode | Assessment) -> Lost:
    """What a service lead may know of one row of these lists."""
    episode = row.episode if isinstance(row, Assessment) else row
    code = pseudonyms.spoken(pseudonyms.patient(episode.patient_id))
    return Lost(code, row.day, episode.clinician, getattr(row, "visit", ""))


def _training(clinic: Clinic) -> dict[int, tuple[date, date | None]]:
    """Colleague -> (first invited, first trained)."""
    rows = (
        clinic.training.order_by().values_list("clinician").annotate(i=Min("invited_on"), t=Min("trained_on"))
    )
    return {clinician: (invited, trained) for clinician, invited, trained in rows}


def _begun(clinic: Clinic) -> QuerySet:
    return Episode.objects.filter(clinic=clinic, start_date__isnull=False).order_by()


def _fits() -> Q:
    """Adult, with pain that lasts; what is not known does not exclude."""
    criteria, today = content.read("eligibility")["criteria"], timezone.localdate()
    year = today.year - criteria["adult"]["min_age_years"]
    adult = today.replace(year=year, day=28 if (today.month, today.day) == (2, 29) else today.day)
    months = criteria["long-lasting"]["min_symptom_months"]
    return (Q(patient__birth_date__isnull=True) | Q(patient__birth_date__lte=adult)) & (
        Q(symptom_months__isnull=True) | Q(symptom_months__gte=months)
    )
