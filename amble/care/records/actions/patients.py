"""Patients come to the clinic, and their details are kept right."""

from django.utils.translation import gettext as _

from amble.care.accounts.models import User
from amble.care.audit.actions import action, record

from ..models import Patient


class NotPossible(Exception):
    """The details cannot be changed like this. The message says why, in plain words for staff."""


@action
def register(*, clinic, name, by, email="", **details) -> Patient:
    """Put a new patient on the clinic's list. details: further fields of the patient, as far as they are known."""
    patient = Patient.objects.create(clinic=clinic, name=name, email=email.lower(), **details)
    record("patient.registered", by=by, patient=patient, subject=patient)
    return patient


@action
def correct(*, patient, by, **details) -> Patient:
    """Correct the patient's details. The audit keeps which ones, not what they were."""
    changed = sorted(field for field, value in details.items() if getattr(patient, field) != value)
    for field in changed:
        setattr(patient, field, details[field])
    if "email" in changed and patient.user_id:
        _check_sign_in_address(patient)
    patient.save(update_fields=changed)
    if "email" in changed and patient.user_id:
        patient.user.email = patient.email
        patient.user.save(update_fields=["email"])
    record("patient.corrected", by=by, patient=patient, subject=patient, fields=changed)
    return patient


@action
def set_preferences(*, patient, language, time_zone, reminder_hour, by, paused_until=None) -> None:
    """Language, time zone, and the hour at which reminders come, or a pause in them."""
    patient.user.language, patient.user.time_zone = language, time_zone
    patient.user.save(update_fields=["language", "time_zone"])
    patient.reminder_hour, patient.reminders_paused_until = reminder_hour, paused_until
    patient.save(update_fields=["reminder_hour", "reminders_paused_until"])
    record("patient.preferences_set", by=by, patient=patient, language=language, time_zone=time_zone)


def _check_sign_in_address(patient) -> None:
    if not patient.email:
        raise NotPossible(_("This patient signs in with their e-mail address, so it cannot be left empty."))
    if User.objects.filter(email=patient.email).exclude(pk=patient.user_id).exists():
        raise NotPossible(
            _(
                "This e-mail address already signs in to Amble for someone else. Ask the patient for another one."
            )
        )
