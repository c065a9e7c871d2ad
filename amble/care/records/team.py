"""Reads about staff: who works where, and who is trained in ETMI."""

from collections.abc import Sequence
from dataclasses import dataclass

from amble.vocabulary import Role

from .models import Clinic, Membership, Training


@dataclass(frozen=True)
class Trained:
    """A physiotherapist of the clinic with the newest word on their training; None: not invited."""

    clinician: object
    training: Training | None


def with_training(clinic) -> list[Trained]:
    newest = {}
    for training in clinic.training.order_by("at", "pk"):
        newest[training.clinician_id] = training
    return [Trained(user, newest.get(user.pk)) for user in physiotherapists(clinic)]


def physiotherapists(clinic) -> list:
    """The clinic's physiotherapists of today, by name."""
    current = clinic.memberships.current().filter(role=Role.PHYSIOTHERAPIST).select_related("user")
    return sorted((membership.user for membership in current), key=lambda user: user.name)


def clinics() -> Sequence[Clinic]:
    """Every clinic of the service, for its administrator."""
    return Clinic.objects.all()


def current_memberships() -> Sequence[Membership]:
    """Every role that somebody holds today, by clinic and name; administrators first."""
    found = Membership.objects.current().select_related("user", "clinic")
    return found.order_by("clinic__name", "user__name", "role")
