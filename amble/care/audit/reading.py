"""Reads of the audit for an administrator: who did what and when, never what a patient wrote."""

from django.db.models import QuerySet

from .models import AuditEvent


def events(*, action: str = "", actor: str = "", clinic_id: int | None = None) -> QuerySet:
    """Newest first. `action` is the beginning of a name such as `staff`; `actor` a part of an e-mail address.

    Only staff can be looked for by address: the audit must not tell who is a patient.
    """
    found = AuditEvent.objects.select_related("actor__patient").order_by("-pk")
    if action:
        found = found.filter(action__startswith=action)
    if actor:
        found = found.filter(actor__email__icontains=actor, actor__patient__isnull=True)
    if clinic_id is not None:
        found = found.filter(clinic_id=clinic_id)
    return found
