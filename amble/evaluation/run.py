"""One comparison from beginning to end: read, check, land, sum, answer. Writing the report is the last step's own."""

import hashlib
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module, metadata
from pathlib import Path
from types import ModuleType

from amble.evaluation.cohort.eligibility import FlowRow
from amble.evaluation.cohort.implementation import implementation
from amble.evaluation.cohort.landing import Landed, land
from amble.evaluation.engine import Engine
from amble.evaluation.refusal import CannotEvaluate, NotYet
from amble.evaluation.report.model import Report, Share
from amble.evaluation.results import Answer, Table
from amble.evaluation.snapshot.faults import Fault, faults
from amble.evaluation.snapshot.reader import Snapshot, open_snapshot
from amble.evaluation.study.model import ARMS, LABELS, Study
from amble.evaluation.sums.catalogue import Request, cube, released
from amble.evaluation.sums.data import Data, Outline
from amble.evaluation.sums.digest import sha256
from amble.evaluation.sums.exchange import Service
from amble.evaluation.sums.gather import gather

QUESTIONS = (
    "who",
    "over_time",
    "over_time_clinicians",
    "clustering",
    "chosen",
    "observed",
    "missing",
    "faster",
    "responders",
    "sessions",
    "pain_no_different",
    "for_whom",
    "how",
    "cost",
)
FROM_SUMS_ALONE = ("over_time", "missing", "pain_no_different")
NOT_FROM_SUMS = (
    "These are sums of several services. Whatever needs rows, or sums by clinician, does not leave a service and is "
    "not answered here: clustering, who was chosen, responders, sessions, time to change, paths, cost. "
    "Each service's own report answers it."
)
BASELINE = "baseline recorded"
BEFORE_QUESTIONS = ("Read the snapshot", "Check every row", "Choose the cohort", "Add up")
STEPS = (*BEFORE_QUESTIONS, *QUESTIONS, "Write the report")

FEW = 30  # with fewer in an arm, a covariate that is the same for everyone may be so by chance

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Gathered:
    """What stands after the scan: all that the answers need, and where it came from."""

    data: Data
    flow: tuple[FlowRow, ...]
    implementation: dict[str, tuple[int, int]]
    provenance: dict[str, str]
    warnings: tuple[str, ...]
    instruments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def questions() -> list[ModuleType]:
    return [import_module(f"amble.evaluation.analyses.{name}") for name in QUESTIONS]


def requests(outline: Outline) -> Iterator[Request]:
    for question in questions():
        yield from question.requests(outline)


def requests_for_release(outline: Outline) -> Iterator[Request]:
    for outcome in outline.study.measured:
        yield released(outcome, outline.visits[outcome], outline.study.covariates, outline.levels)
        yield cube(outcome, outline.visits[outcome])


def scan(
    folder: Path,
    study: Study,
    engine: Engine,
    progress: Progress = lambda step: None,
    requests: Callable[[Outline], Iterator[Request]] = requests,
) -> Gathered:
    """Everything up to the sums. Raises CannotEvaluate with every fault of the snapshot at once."""
    progress(BEFORE_QUESTIONS[0])
    snapshot = open_snapshot(folder, engine)
    progress(BEFORE_QUESTIONS[1])
    wrong = faults(snapshot)
    if wrong:
        raise CannotEvaluate([fault_message(fault) for fault in wrong])
    progress(BEFORE_QUESTIONS[2])
    study, warnings = answerable(study, snapshot, engine)
    landed = land(snapshot, study, engine)
    if not landed.rows:
        raise NotYet(["No episode is left after the cohort rules: " + said_flow(landed.flow)])
    progress(BEFORE_QUESTIONS[3])
    data = gather(landed, study, engine, requests)
    return Gathered(
        data=data,
        flow=(*landed.flow, *outcome_flow(data)),
        implementation=implementation(snapshot, landed.eligible, engine) | completeness(data),
        provenance={
            "snapshot_sha256": hash_of(folder),
            "sums_sha256": sha256(data.moments),
            "engine": engine.name,
            **versions(engine),
            **{f"instrument_{measure}": name for measure, name in landed.instruments.items()},
        },
        warnings=(*warnings, *landed.warnings, *unknowable(data, landed)),
        instruments=landed.instruments_found,
    )


def fault_message(fault: Fault) -> str:
    return str(fault)


def answerable(study: Study, snapshot: Snapshot, engine: Engine) -> tuple[Study, list[str]]:
    """The study without what the snapshot has no table for, and sentences that say so."""
    if (
        "sessions" not in study.outcomes
        or engine.one(snapshot.sessions.aggregate(n=snapshot.sessions.count()))["n"]
    ):
        return study, []
    outcomes = tuple(outcome for outcome in study.outcomes if outcome != "sessions")
    return replace(study, outcomes=outcomes), [
        "The snapshot holds no sessions, so nothing can be said of their number or cost."
    ]


def said_flow(flow: Sequence[FlowRow]) -> str:
    return "; ".join(f"{row.step}: {row.etmi + row.usual_care:,}" for row in flow)


def outcome_flow(data: Data) -> Iterator[FlowRow]:
    """Attrition of each outcome: baseline known, then at least one visit, then all visits."""
    study = data.outline.study
    for outcome in study.measured:
        cells = data.moments[cube(outcome, data.outline.visits[outcome])]
        pattern, known = cells.keys[f"{outcome}_pattern"], cells.keys[f"{outcome}_baseline_known"] == 1
        every = sum(1 << study.visits.index(visit) for visit in data.outline.visits[outcome])
        label = LABELS[outcome].capitalize()
        for step, inside in (
            (f"{label}: {BASELINE}", known),
            (f"{label}: and at least one later visit (in the mixed model)", known & (pattern > 0)),
            (f"{label}: and every visit", known & (pattern == every) & (every > 0)),
        ):
            etmi = cells.keys["arm"] == 1
            yield FlowRow(step, int(cells.n[inside & etmi].sum()), int(cells.n[inside & ~etmi].sum()))


def completeness(data: Data) -> dict[str, tuple[int, int]]:
    """Episodes whose first outcome is known at the start and at the first visit (discharge), of all in the cohort."""
    outline = data.outline
    if not outline.study.measured:
        return {}
    outcome = outline.study.measured[0]
    cells = data.moments[cube(outcome, outline.visits[outcome])]
    first_visit = cells.keys[f"{outcome}_pattern"] & 1 == 1
    complete = first_visit & (cells.keys[f"{outcome}_baseline_known"] == 1)
    etmi = cells.keys["arm"] == 1
    n = {
        arm: int(cells.n[complete & inside].sum()) for arm, inside in (("etmi", etmi), ("usual_care", ~etmi))
    }
    shares = {f"outcomes_complete_{arm}": (n[arm], outline.n[arm]) for arm in n}
    return {"outcomes_complete": (sum(n.values()), sum(outline.n.values()))} | shares


def unknowable(data: Data, landed: Landed) -> Iterator[str]:
    """What no method can tell from this snapshot, in words."""
    n = data.outline.n
    for arm, label in ARMS.items():
        if not n[arm]:
            yield f"Nobody in the cohort had {label}, so the two kinds of care cannot be compared."
    for outcome in data.outline.study.measured:
        if not data.outline.visits[outcome]:
            label = LABELS[outcome].capitalize()
            yield f"{label} was not recorded both at the start and later: nothing can be said of it."
    if len(landed.clinics) == 1:
        yield "There is one clinic only: how results differ between clinics, or would elsewhere, cannot be known."
    for name in data.outline.design.dropped:
        yield f"{name} is the same for everyone in the cohort, so it cannot adjust the comparison and was left out."


def gathered_from_sums(data: Data, services: Sequence[Service]) -> Gathered:
    """What several services' sums say of themselves. Nothing is known of clinicians or clinics."""
    aside = [
        f"{service.name}, {LABELS[outcome]}: to protect people, {found.scores:,} scores were set aside, "
        f"{found.episodes:,} episodes left out, {found.categories:,} rare categories counted with the most usual one, "
        f"and in cells of {found.expected:,} episodes some covariate is spread evenly. In this service alone it moves "
        f"the average difference by {abs(service.moved.get(outcome, 0.0)):.2f} standard errors."
        for service in services
        for outcome, found in service.set_aside.items()
        if any(vars(found).values())
    ]
    provenance = {f"{s.name}: {key}": value for s in services for key, value in s.provenance.items()}
    warnings = (NOT_FROM_SUMS, *aside)
    return Gathered(data, tuple(outcome_flow(data)), completeness(data), provenance, warnings)


def answers(data: Data, progress: Progress = lambda step: None) -> Iterator[Answer]:
    for name, question in zip(QUESTIONS, questions(), strict=True):
        progress(name)
        if data.rows is not None or name in FROM_SUMS_ALONE:
            yield question.answer(data)


def report_of(gathered: Gathered, found: Sequence[Answer], provenance: dict) -> Report:
    """The report before disclosure control."""
    shares = {name: Share(*share) for name, share in gathered.implementation.items()}
    by_arm = {
        arm: shares.pop(name)
        for arm in ("etmi", "usual_care")
        if (name := f"outcomes_complete_{arm}") in shares
    }
    return Report(
        study=gathered.data.outline.study,
        answers=tuple(found),
        flow=flow_table(gathered.flow),
        balance=next((t for answer in found for t in answer.tables if t.name == "balance"), None),
        implementation=shares | ({"outcomes_complete_by_arm": by_arm} if by_arm else {}),
        provenance=gathered.provenance | provenance,
        warnings=gathered.warnings,
    )


def flow_table(flow: Sequence[FlowRow]) -> Table:
    return Table(
        name="flow",
        title="Who is left after each step",
        columns=("step", "etmi", "usual_care", "all", "note"),
        rows=tuple((r.step, r.etmi, r.usual_care, r.etmi + r.usual_care, r.note) for r in flow),
        counts=("etmi", "usual_care", "all"),
        total_column="all",
        nested_rows={row: whole for row in range(1, len(flow)) if (whole := _part_of(flow, row)) >= 0},
    )


def _part_of(flow: Sequence[FlowRow], row: int) -> int:
    """The step that a step restricts: the one before, or the whole cohort where an outcome begins."""
    if not flow[row].step.endswith(BASELINE):
        return row - 1
    return next(r for r, step in enumerate(flow) if step.step.endswith(BASELINE)) - 1


def hash_of(folder: Path) -> str:
    """SHA-256 over the snapshot's Parquet files in the order of their names."""
    whole = hashlib.sha256()
    for file in sorted(folder.rglob("*.parquet")):
        with file.open("rb") as content:
            whole.update(hashlib.file_digest(content, "sha256").digest())
    return whole.hexdigest()


def versions(engine: Engine) -> dict[str, str]:
    names = ("amble", "duckdb" if engine.name == "duckdb" else "pyspark", "ibis-framework", "numpy", "scipy")
    return {"python": platform.python_version()} | {name: metadata.version(name) for name in names}
