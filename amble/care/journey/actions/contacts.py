"""Sessions with the physiotherapist, of either arm."""

from amble.care.audit.actions import action, record
from amble.care.records.models import Episode
from amble.programme import fidelity
from amble.vocabulary import Arm, Modality

from ..models import Contact, EtmiRecord


@action
def record_usual_care(
    *, episode, day, minutes: int, modalities: list[Modality], by, note: str = ""
) -> Contact:
    """Log a usual-care session: how long, and what was done."""
    contact = _add(
        episode, day=day, minutes=minutes, modalities=modalities, note=note, arm=Arm.USUAL_CARE, by=by
    )
    record("contact.usual_care", by=by, patient=episode.patient, subject=contact, minutes=minutes)
    return contact


@action
def record_etmi(
    *,
    episode,
    day,
    minutes: int,
    modalities: list[Modality],
    guide_session: int,
    marks: dict[str, int | None],
    breaches: list[str],
    messages_given: list[str],
    by,
    note: str = "",
    **walk,
) -> Contact:
    """Log an ETMI session: the walk, the messages given, and the fidelity checklist, scored at once."""
    contact = _add(episode, day=day, minutes=minutes, modalities=modalities, note=note, arm=Arm.ETMI, by=by)
    score = fidelity.score(marks, breaches, guide_session)
    EtmiRecord.objects.create(
        contact=contact,
        guide_session=guide_session,
        marks=marks,
        breaches=breaches,
        messages_given=messages_given,
        checklist_version=fidelity.VERSION,
        fidelity=score.value,
        **walk,
    )
    record(
        "contact.etmi",
        by=by,
        patient=episode.patient,
        subject=contact,
        minutes=minutes,
        guide_session=guide_session,
        fidelity=score.value,
        breaches=breaches,
    )
    return contact


def _add(episode, **contact) -> Contact:
    # Locked, so that two sessions logged at once get two numbers.
    Episode.objects.select_for_update().get(pk=episode.pk)
    return Contact.objects.create(
        episode=episode, number=Contact.objects.filter(episode=episode).count() + 1, **contact
    )
