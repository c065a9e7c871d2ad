"""Sessions that a colleague rates: those of the last weeks, and those to come, so that somebody can sit in."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Exists, OuterRef
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from amble.care.records.models import Episode
from amble.care.records.states import EpisodeStatus
from amble.programme import rating_sample
from amble.vocabulary import Arm

from .models import Contact, FidelityRating


@dataclass(frozen=True)
class Drawn:
    """A session of the sample. contact: None as long as it is to come."""

    episode: Episode
    number: int
    clinician: object
    contact: Contact | None = None


def sample(clinic, *, today: date) -> tuple[list[Drawn], list[Drawn]]:
    """(held and not rated yet, to come): three queries, however many sessions."""
    rated = dict(
        FidelityRating.objects.filter(contact__episode__clinic=clinic)
        .values_list("contact__by")
        .annotate(sessions=Count("contact", distinct=True))
    )
    by_clinician: dict[int, list[Drawn]] = defaultdict(list)
    for one in [*_held(clinic, today), *_to_come(clinic)]:
        by_clinician[one.clinician.pk].append(one)
    found = []
    for clinician, sessions in by_clinician.items():
        lots = {(one.episode.pk, one.number): lot(one.episode, one.number) for one in sessions}
        chosen = rating_sample.drawn(lots, rated.get(clinician, 0))
        found += [one for one in sessions if (one.episode.pk, one.number) in chosen]
    held = sorted((one for one in found if one.contact), key=lambda one: (one.contact.day, one.contact.pk))
    to_come = sorted((one for one in found if not one.contact), key=lambda one: one.episode.patient.name)
    return held, to_come


def of_clinic(clinic):
    """The clinic's ETMI sessions."""
    sessions = Contact.objects.filter(episode__clinic=clinic, etmi__isnull=False)
    return sessions.select_related("episode__patient", "episode__clinic", "etmi", "by")


def why_not(contact: Contact, rater, *, today: date) -> str:
    """In words for the rater, why this session is not to be rated by them; empty when it is."""
    if contact.by_id == rater.pk:
        return _("You held this session yourself. A colleague can rate it.")
    if contact.ratings.filter(rater=rater).exists():
        return _("You have rated this session before.")
    held, _to_come = sample(contact.episode.clinic, today=today)
    if all(one.contact != contact for one in held):
        return _("This session was not drawn, or was rated by somebody else. Choose one from the list.")
    return ""


def lot(episode: Episode, number: int) -> float:
    """From 0 to 1, the same for ever: made with Amble's secret key, so that nobody can work it out beforehand."""
    made = salted_hmac("amble.rating-sample", f"{episode.public_id}:{number}", algorithm="sha256")
    return int.from_bytes(made.digest()[:8]) / 2**64


def may_see_score(contact: Contact, reader) -> bool:
    """A score is for whoever held the session, and for a colleague once they have rated it without knowing it."""
    return contact.by_id == reader.pk or any(rating.rater_id == reader.pk for rating in contact.ratings.all())


def _held(clinic, today: date) -> list[Drawn]:
    since = today - timedelta(days=rating_sample.rule().open_days)
    rated = FidelityRating.objects.filter(contact=OuterRef("pk"))
    sessions = of_clinic(clinic).filter(~Exists(rated), by__isnull=False, day__gte=since)
    return [Drawn(contact.episode, contact.number, contact.by, contact) for contact in sessions]


def _to_come(clinic) -> list[Drawn]:
    in_care = Episode.objects.filter(
        clinic=clinic, status=EpisodeStatus.STARTED, arm=Arm.ETMI, clinician__isnull=False
    )
    counted = in_care.select_related("patient", "clinician").annotate(sessions=Count("contacts"))
    return [Drawn(episode, episode.sessions + 1, episode.clinician) for episode in counted]
