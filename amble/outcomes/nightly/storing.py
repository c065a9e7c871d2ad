"""What a night has found goes into the database at once, or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from amble.care.audit.actions import record
from amble.care.records.models import Clinic
from amble.outcomes import pseudonyms
from amble.outcomes.models import Night, StoredEstimate, StoredFile, StoredSection
from amble.outcomes.told import Told


@dataclass(frozen=True)
class Found:
    """sections: with their released content.  files: name -> text.  provenance: kept with the night."""

    estimates: Sequence[StoredEstimate]
    sections: Sequence[tuple[Told, Mapping[str, Any]]]
    files: Mapping[str, str]
    provenance: Mapping[str, Any]


def store(night: Night, found: Found) -> None:
    """Sections and files of earlier nights go, since pages show the newest; estimates stay for ever."""
    clinics = {pseudonyms.clinic(clinic.pk): clinic for clinic in Clinic.objects.all()}
    with transaction.atomic():
        StoredSection.objects.all().delete()
        StoredFile.objects.all().delete()
        for estimate in found.estimates:
            estimate.night = night
        StoredEstimate.objects.bulk_create(found.estimates, batch_size=500)
        StoredSection.objects.bulk_create(
            StoredSection(
                night=night,
                page=told.page,
                clinic=None if told.clinic is None else clinics[told.clinic],
                position=position,
                name=told.answer.name,
                content=content,
            )
            for position, (told, content) in enumerate(found.sections)
        )
        StoredFile.objects.bulk_create(
            StoredFile(night=night, name=name, content=content) for name, content in found.files.items()
        )
        night.state, night.finished_at = Night.State.GOOD, timezone.now()
        night.provenance = night.provenance | found.provenance
        night.save()
        record("night.good", by=None, subject=night, estimates=len(found.estimates))
