"""Who works where, and who is trained in ETMI."""

from django.utils import timezone
from django.utils.translation import gettext as _

from amble.care.accounts.models import User
from amble.care.audit.actions import action, record
from amble.vocabulary import Role

from ..models import Membership, Training


class NotPossible(Exception):
    """The change cannot be made; the message says why."""


@action
def join(*, email: str, name: str, role: Role, clinic, by, language="en", time_zone="UTC") -> Membership:
    """Give a person a role at a clinic (none for an administrator). They sign in with a one-time code."""
    user = User.objects.filter(email=email.lower()).first()
    if user is None:
        user = User.objects.create_user(email, name, language=language, time_zone=time_zone)
    elif hasattr(user, "patient"):
        raise NotPossible(_("This e-mail address belongs to a patient. Staff need an address of their own."))
    membership, is_new = Membership.objects.get_or_create(
        user=user, clinic=clinic, role=role, ended_at=None, defaults={"started_by": by}
    )
    if not is_new:
        raise NotPossible(_("This person already has this role here."))
    record("staff.joined", by=by, clinic=clinic, subject=membership, role=role)
    return membership


@action
def leave(*, membership, by) -> None:
    """End a role. From the next click on it opens nothing."""
    membership.ended_at, membership.ended_by = timezone.now(), by
    membership.save(update_fields=["ended_at", "ended_by"])
    record("staff.left", by=by, clinic=membership.clinic, subject=membership, role=membership.role)


@action
def record_training(*, clinician, clinic, invited_on, by, trained_on=None, course: str = "") -> Training:
    """Note that a physiotherapist was invited to ETMI training or completed it."""
    training = Training.objects.create(
        clinician=clinician, clinic=clinic, invited_on=invited_on, trained_on=trained_on, course=course, by=by
    )
    record("staff.training_recorded", by=by, clinic=clinic, subject=training, trained=bool(trained_on))
    return training
