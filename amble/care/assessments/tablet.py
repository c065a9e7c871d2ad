"""A clinic tablet in a patient's hands: signed out, locked to one questionnaire, for an hour at most."""

import time
from dataclasses import dataclass

from django.contrib.auth import logout
from django.shortcuts import redirect

from amble.care.accounts.models import User

from .models import Assessment

KEY = "tablet"
OPEN_SECONDS = 60 * 60


@dataclass(frozen=True)
class Tablet:
    """What a locked tablet may do: take the answers of one assessment, handed over by one member of staff."""

    assessment: Assessment
    by: User


def start_tablet(request, assessment):
    """Sign the clinician out, keep nothing of their session, and open the questionnaire."""
    by = request.user
    logout(request)
    request.session[KEY] = {"assessment": assessment.pk, "by": by.pk, "began": time.time()}
    return redirect("tablet-question", step=1)


def is_locked(request) -> bool:
    return KEY in request.session


def current(request) -> Tablet | None:
    """The questionnaire this tablet is locked to; None when its hour is over or the colleague has left the clinic."""
    kept = request.session[KEY]
    if time.time() - kept["began"] > OPEN_SECONDS:
        return None
    assessment = (
        Assessment.objects.select_related("episode__patient__user", "episode__clinic", "clinic")
        .filter(pk=kept["assessment"])
        .first()
    )
    by = User.objects.filter(
        pk=kept["by"],
        memberships__clinic=assessment and assessment.clinic,
        memberships__ended_at__isnull=True,
    ).first()
    return Tablet(assessment, by) if assessment and by else None
