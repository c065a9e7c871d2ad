"""E-mails that call the clinic's staff to Amble. They say that something waits, never what or about whom."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from amble.vocabulary import Role

from .tasks import send_email


def safety_alert(clinic) -> None:
    """Tell every physiotherapist of the clinic that a safety answer has to be looked at today."""
    members = clinic.memberships.current().filter(role=Role.PHYSIOTHERAPIST, user__is_active=True)
    for member in members.select_related("user"):
        with translation.override(member.user.language):
            send_email(
                to=member.user.email,
                subject=_("Please look at Amble today"),
                body="\n\n".join(
                    [
                        _(
                            "A patient's answers have to be looked at today. They are at the top of your list."
                        ),
                        f"{settings.ADDRESS}{reverse('today')}",
                    ]
                ),
            )
