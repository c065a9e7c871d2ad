"""The frame of every change: one transaction, one audit row, one person responsible.

An action is a verb with keyword arguments and `by=`, the user responsible (None: Amble itself, for example
a reminder). Details hold codes and numbers, never what a patient wrote.
"""

import functools
import uuid
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from .models import AuditEvent, RecordOpening, Submission

SITTING = timedelta(hours=1)
ACTIONS = {}
"""Every action by name. Tests walk this list: each must need `by` and must roll back with its audit row."""


class AlreadySaved(Exception):
    """The same form was sent before. Nothing was saved twice; show the person what was saved."""


def action(function):
    """Mark `function` as an action: atomic, with `by=`, and saved once per `submission=`.

    `submission` is the number in the form that asked for the change. Raises AlreadySaved when that number
    has been used.
    """

    @functools.wraps(function)
    def act(*, by, submission: uuid.UUID | None = None, **arguments):
        with transaction.atomic():
            if submission is not None:
                try:
                    Submission.objects.create(key=submission)
                except IntegrityError as used:
                    raise AlreadySaved from used  # this leaves the transaction, which undoes it
            return function(by=by, **arguments)

    ACTIONS[f"{function.__module__}.{function.__name__}"] = act
    return act


def record(action_name: str, *, by, patient=None, clinic=None, subject=None, **details) -> AuditEvent:
    """Write the audit row of a change. Call it inside the action, so that both are saved or neither."""
    return AuditEvent.objects.create(
        action=action_name,
        actor=by,
        patient_id=patient.pk if patient else None,
        clinic_id=clinic.pk if clinic else (patient.clinic_id if patient else None),
        subject=f"{subject._meta.model_name}:{subject.pk}" if subject else "",
        details=details,
    )


def record_opening(*, by, patient, page: str, goes_on: bool = False) -> None:
    """Note that a member of staff opened this patient's record.

    `goes_on`: the request carries on from a page that was opened before (it saves a form, or is the next of
    many questions). It is noted only when there is no such opening within the last hour, so that one
    sitting is one row, and so that a request made without opening the page leaves a row all the same.
    """
    opening = {"actor": by, "patient_id": patient.pk, "page": page}
    if goes_on and RecordOpening.objects.filter(**opening, at__gte=timezone.now() - SITTING).exists():
        return
    RecordOpening.objects.create(**opening, clinic_id=patient.clinic_id)


def record_figures(*, by, clinic, page: str, scope: str) -> None:
    """Note that a service lead of this clinic looked at a page of figures: one row a sitting.

    scope: "service" for everybody's, "clinic" for those of the clinic, which name its clinicians.
    """
    seen = {"actor": by, "action": "figures.opened", "clinic_id": clinic.pk}
    opening = {"page": page, "scope": scope}
    if not AuditEvent.objects.filter(**seen, details=opening, at__gte=timezone.now() - SITTING).exists():
        AuditEvent.objects.create(**seen, details=opening)
