"""The nightly job: from the live record to everything that the service lead's pages show."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings

from amble.care.records.models import Clinic
from amble.evaluation import commands
from amble.evaluation import run as evaluation
from amble.evaluation.report.model import Report
from amble.evaluation.report.writing import PAGE, RESULTS
from amble.evaluation.study.model import Study
from amble.outcomes import bridge, pseudonyms
from amble.outcomes.material import Material, opened
from amble.outcomes.models import Night, StoredEstimate
from amble.outcomes.nightly import nights
from amble.outcomes.nightly.storing import Found, store
from amble.outcomes.told import PAGES, Told, stored

WRITE, JOIN, PAST, PICTURES, KEEP = (
    "Write the snapshot",
    "Bring in what other systems recorded",
    "How the estimates moved",
    "Make the pages",
    "Keep it",
)
STEPS = (WRITE, JOIN, *evaluation.STEPS, PAST, PICTURES, KEEP)
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Evaluated:
    """report: None where there are too few people to compare; not_yet says why.  results: the released results.json."""

    study: Study
    report: Report | None
    results: Mapping[str, Any]
    files: Mapping[str, str]
    not_yet: tuple[str, ...] = ()


def run(*, progress: Progress = lambda step: None) -> Night:
    """One night, good or failed. Raises nights.AlreadyRunning."""
    night = nights.begin()
    try:
        store(night, find(night, progress))
    except BaseException as problem:
        nights.fail(night, problem)
        if not isinstance(problem, Exception):
            raise
    return night


def find(night: Night, progress: Progress) -> Found:
    """Everything up to the database. Raises CannotEvaluate for what somebody can put right."""
    place = settings.VAR / "outcomes"
    snapshot, operations = place / "snapshot", place / "operations"
    progress(WRITE)
    bridge.write(snapshot=snapshot, operations=operations)
    progress(JOIN)
    found = evaluated(snapshot, place, progress)
    progress(PAST)
    progress(PICTURES)
    with opened(snapshot, operations) as con:
        material = Material(
            day=night.day,
            study=found.study,
            con=con,
            own_clinics={pseudonyms.clinic(c.pk): c.name for c in Clinic.objects.all()},
            report=found.report,
        )
        rule, confidence = found.study.disclosure, found.study.confidence
        sections = [(told, stored(told, rule, confidence)) for told in pages(material)]
    progress(KEEP)
    estimates = [StoredEstimate(day=night.day, **row) for row in found.results.get("estimates", ())]
    provenance = {**found.results.get("provenance", {}), "not_yet": list(found.not_yet)}
    return Found(estimates, sections, found.files, provenance)


def evaluated(snapshot: Path, place: Path, progress: Progress) -> Evaluated:
    """The same report.html and results.json that `amble evaluate` writes, and the report behind them."""
    study, out = place / "study.toml", place / "report"
    file = study if study.exists() else None
    try:
        report = commands.evaluated(
            snapshot=snapshot, study=file, out=out, engine="duckdb", progress=progress
        )
    except commands.NotYet as reason:
        return Evaluated(commands.read(file)[0], None, {}, {}, reason.reasons)
    progress(evaluation.STEPS[-1])
    commands.written(report, out)
    files = {name: (out / name).read_text("utf-8") for name in (PAGE, RESULTS)}
    return Evaluated(report.study, report, json.loads(files[RESULTS]), files)


def pages(material: Material) -> Iterator[Told]:
    for page in PAGES:
        name = f"amble.outcomes.figures.{page}"
        if find_spec(name):
            yield from import_module(name).sections(material)
