"""A link by e-mail brings a patient to Amble. The link is secret, works once and ends after 14 days."""

import hashlib
import secrets
from datetime import timedelta
from enum import StrEnum

from django.utils import timezone
from django.utils.translation import gettext as _

from amble.care.accounts.models import User
from amble.care.audit.actions import action, record

from ..models import Invitation

DAYS_OPEN = 14


class NotPossible(Exception):
    """The invitation cannot be made. The message says why, in plain words for staff."""


class LinkState(StrEnum):
    OPEN = "open"
    WRONG = "wrong"
    USED = "used"
    EXPIRED = "expired"


@action
def invite(*, patient, by) -> str:
    """Make a new link for the patient, end the older ones, and return it. The caller sends it."""
    if not patient.email:
        raise NotPossible(_("This patient has no e-mail address yet. Add one, then invite them."))
    if patient.user_id is None:
        existing = User.objects.filter(email=patient.email).first()
        if existing is not None:
            raise NotPossible(
                _(
                    "This e-mail address already signs in to Amble for someone else. Ask the patient for another one."
                )
            )
        patient.user = User.objects.create_user(
            patient.email, patient.name, language=patient.clinic.language, time_zone=patient.clinic.time_zone
        )
        patient.save(update_fields=["user"])
    now = timezone.now()
    patient.invitations.filter(used_at__isnull=True, expires_at__gt=now).update(expires_at=now)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        patient=patient,
        email=patient.email,
        token_hash=_hash(token),
        created_by=by,
        created_at=now,
        expires_at=now + timedelta(days=DAYS_OPEN),
    )
    record("patient.invited", by=by, patient=patient, subject=invitation)
    return token


@action
def use(*, invitation, by) -> None:
    """The patient signed in with the link; it will not open again."""
    invitation.used_at = timezone.now()
    invitation.save(update_fields=["used_at"])
    record("invitation.used", by=by, patient=invitation.patient, subject=invitation)


def find(token: str) -> tuple[Invitation | None, LinkState]:
    """The invitation behind a link, and whether the link still opens."""
    invitation = (
        Invitation.objects.select_related("patient__user", "patient__clinic")
        .filter(token_hash=_hash(token))
        .first()
    )
    if invitation is None:
        return None, LinkState.WRONG
    if invitation.used_at:
        return invitation, LinkState.USED
    if invitation.expires_at <= timezone.now():
        return invitation, LinkState.EXPIRED
    return invitation, LinkState.OPEN


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
