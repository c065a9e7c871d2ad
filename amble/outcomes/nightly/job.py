"""The nightly job: from the live record to everything that the service lead's pages show."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings

from amble.care.records.models import Clinic
from amble.evaluation import commands
from amble.evaluation import run as evaluation
from amble.evaluation.report.model import Report
from amble.evaluation.report.writing import PAGE, RESULTS
from amble.evaluation.study.model import Study
from amble.outcomes import pseudonyms
from amble.outcomes.bridge import writer
from amble.outcomes.material import Material, opened
from amble.outcomes.models import Night, StoredEstimate
from amble.outcomes.nightly import elsewhere, nights
from amble.outcomes.nightly.clock import service_zone
from amble.outcomes.nightly.replay import history, replayed
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
NOT_YET = "There are too few people yet to compare the two kinds of care."  # the reasons hold small counts
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Evaluated:
    """report: None where there are too few people to compare; not_yet says why, for whoever looks after Amble.

    results: the released results.json.
    """

    study: Study
    report: Report | None
    results: Mapping[str, Any]
    files: Mapping[str, str]
    not_yet: tuple[str, ...] = ()

    @property
    def question(self) -> str:
        """The study's hash: estimates of different studies make no course together."""
        return commands.study_hash(self.study)


def run(*, progress: Progress = lambda step: None) -> Night:
    """One night, good or failed. Raises nights.NotBegun."""
    night = nights.begin()
    try:
        store(night, find(night, progress))
    except BaseException as problem:
        nights.fail(night, problem)
        if not isinstance(problem, Exception):
            raise
    return night


def find(night: Night, progress: Progress) -> Found:
    """Everything up to the database. Raises what `nights.reasons` puts into words."""
    place = settings.VAR / "outcomes"
    own, operations = place / "snapshot", place / "operations"
    clinics = {pseudonyms.clinic(clinic.pk): clinic.name for clinic in Clinic.objects.all()}
    progress(WRITE)
    written = writer.write(snapshot=own, operations=operations)
    progress(JOIN)
    joined = elsewhere.join(own, place, clinics)
    found = evaluated(joined.snapshot, place, progress)
    progress(PAST)
    tonight = [StoredEstimate(day=night.day, **row) for row in found.results.get("estimates", ())]
    tonight += replayed(joined.snapshot, found.study, night.day, found.question) if tonight else []
    progress(PICTURES)
    with opened(joined.snapshot, operations) as con:
        past = history(found.question, tonight)
        material = Material(night.day, found.study, con, clinics, found.report, past)
        sections = [
            (told, stored(told, found.study.disclosure, found.study.confidence)) for told in pages(material)
        ]
    progress(KEEP)
    provenance = dict(found.results.get("provenance", {})) | {
        "study_sha256": found.question,
        "time_zone": str(service_zone()),
        "left_out": dict(written.left_out),
        "elsewhere": list(joined.notes),
        "not_yet": [NOT_YET] if found.not_yet else [],
        "not_yet_because": list(found.not_yet),
    }
    return Found(tonight, sections, found.files, provenance)


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
        yield from import_module(f"amble.outcomes.figures.{page}").sections(material)
