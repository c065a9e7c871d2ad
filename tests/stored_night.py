"""A night as the pages read it, made from a test's material. Every page's figures that exist are in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from django.utils import timezone

from amble.care.records.models import Clinic
from amble.evaluation.report import writing
from amble.evaluation.results import Estimate
from amble.outcomes.material import Material, Past
from amble.outcomes.models import Night, StoredFile, StoredSection
from amble.outcomes.nightly.job import pages
from amble.outcomes.told import Told, stored
from tests import night_material

LOOKS = 18
FOLLOWED = {("mmrm", "average", "difference"), ("negative_binomial", None, "log_rate_ratio")}


@dataclass(frozen=True)
class Made:
    """sections: each with its released content.  files: name -> text, as `amble evaluate` writes them.

    clinics: pseudonym in the material -> the clinic's name there.
    """

    sections: list[tuple[Told, dict[str, Any]]]
    files: dict[str, str]
    clinics: dict[str, str]


def made(folder: Path, episodes: int = 4193) -> Made:
    """Some seconds; the database is not touched."""
    with night_material.material(folder, episodes) as material:
        material = replace(material, history=tuple(history(material)))
        study = material.study
        sections = [(told, stored(told, study.disclosure, study.confidence)) for told in pages(material)]
        writing.write(material.report, folder / "report")
    names = (writing.PAGE, writing.RESULTS)
    files = {name: (folder / "report" / name).read_text("utf-8") for name in names}
    return Made(sections, files, dict(material.own_clinics))


def kept(night: Made, clinics: Mapping[str, Clinic] = MappingProxyType({})) -> Night:
    """In the database; sections of a clinic (by its pseudonym in the material) only where it is named here."""
    now = timezone.now()
    row = Night.objects.create(
        state=Night.State.GOOD, day=night_material.LAST_DAY, started_at=now, finished_at=now
    )
    StoredSection.objects.bulk_create(
        StoredSection(
            night=row,
            page=told.page,
            clinic=clinics.get(told.clinic),
            position=position,
            name=told.answer.name,
            content=content,
        )
        for position, (told, content) in enumerate(night.sections)
        if told.clinic is None or told.clinic in clinics
    )
    StoredFile.objects.bulk_create(StoredFile(night=row, name=n, content=t) for n, t in night.files.items())
    return row


def history(material: Material) -> Iterator[Past]:
    """Looks a month apart, invented: each as sure as the share of people known by then; the last is the real one."""
    estimates = [e for answer in material.report.answers for e in answer.estimates]
    followed = [e for e in estimates if (e.method, e.visit, e.contrast) in FOLLOWED and e.subgroup is None]
    chance = np.random.default_rng(1)
    for k in range(LOOKS):
        for e in followed:
            yield _look(e, material, k, float(chance.normal()))


def _look(e: Estimate, material: Material, k: int, draw: float) -> Past:
    wider = (LOOKS / (k + 1)) ** 0.5
    value, se = e.estimate + draw * e.se * (wider**2 - 1) ** 0.5, e.se * wider
    day = material.day - timedelta(days=30 * (LOOKS - 1 - k))
    return Past(day, e.outcome, value, se, value - 1.96 * se, value + 1.96 * se, k < LOOKS - 1)
