"""Messages between a patient and the clinic. Not for emergencies, and both sides are told so."""

from django.utils import timezone

from amble.care.audit.actions import action, record

from ..models import Message


@action
def send(*, patient, body: str, from_patient: bool, by, asks_for_call: bool = False) -> Message:
    message = Message.objects.create(
        patient=patient,
        clinic=patient.clinic,
        body=body,
        from_patient=from_patient,
        asks_for_call=asks_for_call,
        by=by,
    )
    record("message.sent", by=by, patient=patient, subject=message, from_patient=from_patient)
    return message


@action
def mark_read(*, patient, from_patient: bool, by, calls: bool = True) -> int:
    """The other side has opened the messages. Without `calls`, those that ask for a call stay on the list."""
    unread = patient.messages.filter(from_patient=from_patient, read_at__isnull=True)
    if not calls:
        unread = unread.filter(asks_for_call=False)
    count = unread.update(read_at=timezone.now(), read_by=by)
    if count:
        record("message.read", by=by, patient=patient, count=count)
    return count
