"""A service lead asks a colleague to use ETMI: one friendly e-mail, without any health information."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from amble.care.audit.actions import action, record
from amble.care.audit.models import AuditEvent
from amble.vocabulary import Role

from ..tasks import send_email

REMINDED = "staff.reminded"
NOT_AGAIN_FOR = timedelta(days=7)


class NotPossible(Exception):
    """No e-mail was sent. The message says why, in plain words for staff."""


@action
def remind_to_offer(*, clinician, clinic, by) -> None:
    """Ask a trained colleague to offer ETMI to the next patient whom it fits. At most once in seven days."""
    members = clinic.memberships.current().filter(user=clinician, role=Role.PHYSIOTHERAPIST)
    # Locked, so that two clicks send one e-mail.
    if not members.select_for_update().exists():
        raise NotPossible(_("This colleague does not work in this clinic now."))
    if clinician.pk in last_reminders(clinic, since=timezone.now() - NOT_AGAIN_FOR):
        raise NotPossible(_("This colleague was reminded in the last seven days. Nothing was sent."))
    with translation.override(clinician.language):
        text = [
            _("Hello %(name)s,") % {"name": clinician.name},
            _(
                "You are trained in ETMI, and %(lead)s would be glad if your next patient with long-lasting back pain "
                "whom it fits were offered it. Amble guides you through the first session."
            )
            % {"lead": by.name},
            _("Is something in the way? Please tell %(lead)s.") % {"lead": by.name},
            f"{settings.ADDRESS}{reverse('today')}",
        ]
        send_email(to=clinician.email, subject=_("Your next ETMI patient"), body="\n\n".join(text))
    record(REMINDED, by=by, clinic=clinic, subject=clinician)


def last_reminders(clinic, *, since: datetime | None = None) -> dict[int, datetime]:
    """Colleague -> when they were last reminded in this clinic."""
    found = AuditEvent.objects.filter(clinic_id=clinic.pk, action=REMINDED)
    if since:
        found = found.filter(at__gte=since)
    latest = found.values_list("subject").annotate(last=Max("at"))
    return {int(subject.rpartition(":")[2]): last for subject, last in latest}
