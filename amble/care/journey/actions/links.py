"""A link to waiting measures, sent by the clinic outside the usual reminders."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from amble.care.audit.actions import action, record

from ..tasks import send_email


class NotPossible(Exception):
    """The link cannot be sent. The message says why, in plain words for staff."""


@action
def send_measures_link(*, assessment, by) -> None:
    """E-mail the patient where their questions are. They sign in there; the mail holds nothing about health."""
    patient = assessment.episode.patient
    if not patient.user_id or not patient.email:
        raise NotPossible(_("This patient has no account yet. Send them an invitation first."))
    with translation.override(patient.user.language):
        body = _(
            "Hello,\n\n%(clinic)s asks you to answer a few questions. It takes about five minutes:\n%(link)s\n"
        ) % {
            "clinic": patient.clinic.name,
            "link": settings.ADDRESS + reverse("my-assessment", kwargs={"visit": assessment.visit}),
        }
        subject = _("A few questions from your clinic")
    send_email(to=patient.email, subject=subject, body=body)
    record("measures.link_sent", by=by, patient=patient, subject=assessment)
