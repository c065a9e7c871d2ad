"""The invitation as an e-mail. The link is seen by nobody but its reader."""

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from amble.care.records.actions import invitations

from .tasks import send_email


def send(*, patient, by) -> None:
    """Make a new link and send it, in the language of the patient. Raises invitations.NotPossible."""
    with transaction.atomic():
        token = invitations.invite(patient=patient, by=by)
        with translation.override(patient.user.language):
            body = _(
                "Hello,\n\n"
                "%(clinic)s invites you to Amble. Amble helps you get back to what you enjoy.\n\n"
                "Open this link to begin:\n%(link)s\n\n"
                "The link is yours alone. It works once, for %(days)s days.\n"
                "If you did not expect it, you can ignore this e-mail."
            ) % {
                "clinic": patient.clinic.name,
                "link": settings.ADDRESS + reverse("invitation", kwargs={"token": token}),
                "days": invitations.DAYS_OPEN,
            }
            subject = _("Your invitation to Amble")
        send_email(to=patient.email, subject=subject, body=body)
