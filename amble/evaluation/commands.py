"""What the command line can ask for: a report from a snapshot, sums to send to others, a report from such sums."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from amble.evaluation import run
from amble.evaluation.analyses import over_time
from amble.evaluation.engine import ENGINES, EngineUnavailable
from amble.evaluation.refusal import CannotEvaluate, NotYet
from amble.evaluation.report.charts import warm_up
from amble.evaluation.report.model import Report
from amble.evaluation.report.writing import CannotWrite, check, write
from amble.evaluation.results import Answer
from amble.evaluation.run import Progress
from amble.evaluation.study.against_data import problems
from amble.evaluation.study.model import Study
from amble.evaluation.study.reading import StudyError, StudySource, study_and_source
from amble.evaluation.sums import exchange
from amble.evaluation.sums.data import Data

PROTECTED = (
    "From sums that were changed a little to protect people: the same rows together would give a near number."
)

__all__ = ["CannotEvaluate", "NotYet", "combine", "evaluate", "evaluated", "write_sums"]


def evaluate(*, snapshot: Path, study: Path | None, out: Path, engine: str, progress: Progress) -> Path:
    """Read a snapshot, answer every question, write the report. Returns the page's path."""
    report = evaluated(snapshot=snapshot, study=study, out=out, engine=engine, progress=progress)
    progress(run.STEPS[-1])
    return written(report, out)


def evaluated(*, snapshot: Path, study: Path | None, out: Path, engine: str, progress: Progress) -> Report:
    """The report that `evaluate` writes to `out`, before disclosure control. Raises CannotEvaluate or NotYet."""
    asked, source = read(study)
    refuse_unusable(snapshot, out)
    warm_up()
    with started(engine) as running:
        gathered = run.scan(snapshot, asked, running, progress)
        refuse_constant_covariates(gathered, source)
        found = tuple(run.answers(gathered.data, progress))
    return report_of(gathered, found, asked)


def write_sums(*, snapshot: Path, study: Path | None, out: Path, engine: str, progress: Progress) -> Path:
    """Write only what other services may see. Returns the file's path."""
    asked, source = read(study)
    refuse_missing_folder(snapshot)
    with started(engine) as running:
        gathered = run.scan(snapshot, asked, running, progress, requests=run.requests_for_release)
        refuse_constant_covariates(gathered, source)
        service = exchange.sums_of(gathered.data, gathered.provenance, out.name)
        service = replace(service, moved=dict(moved(gathered.data, exchange.together([service], asked))))
    progress(run.STEPS[-1])
    try:
        out.mkdir(parents=True, exist_ok=True)
        file = out / f"{out.name}.sums.json"
        exchange.write(service, study_hash(asked), file)
    except OSError as problem:
        raise CannotEvaluate([f"{out}: cannot be written ({problem.strerror})."]) from problem
    return file


def combine(*, files: Sequence[Path], study: Path | None, out: Path, progress: Progress) -> Path:
    """Evaluate several services' sums together; what needs rows or clinicians says that it cannot be known here."""
    asked, _ = read(study)
    asked = replace(asked, outcomes=asked.measured)
    progress(run.BEFORE_QUESTIONS[0])
    try:
        services = exchange.read(files, study_hash(asked))
    except exchange.NotSums as problem:
        raise CannotEvaluate([str(problem)]) from problem
    progress(run.BEFORE_QUESTIONS[-1])
    gathered = run.gathered_from_sums(exchange.together(services, asked), services)
    found = tuple(marked(answer, services) for answer in run.answers(gathered.data, progress))
    progress(run.STEPS[-1])
    return written(report_of(gathered, found, asked), out)


def marked(answer: Answer, services: Sequence[exchange.Service]) -> Answer:
    """No estimate from sums that were changed to protect people goes without saying so."""
    if not any(any(vars(aside).values()) for service in services for aside in service.set_aside.values()):
        return answer
    estimates = tuple(replace(one, warnings=(*one.warnings, PROTECTED)) for one in answer.estimates)
    return replace(answer, estimates=estimates)


def moved(exact: Data, released: Data) -> Iterator[tuple[str, float]]:
    """By how many standard errors protecting people moved each outcome's average difference, in this service alone."""
    for outcome in released.outline.seen:
        before, after = (list(over_time.estimates(data, outcome))[-1] for data in (exact, released))
        if before.estimate is not None and after.estimate is not None and before.se:
            yield outcome, round((after.estimate - before.estimate) / before.se, 3)


def refuse_unusable(snapshot: Path, out: Path) -> None:
    """Before anything is computed: is there something to read, and a place to write to?"""
    refuse_missing_folder(snapshot)
    try:
        check(out.resolve())
    except CannotWrite as problem:
        raise CannotEvaluate([str(problem)]) from problem


def refuse_missing_folder(snapshot: Path) -> None:
    if not snapshot.is_dir():
        raise CannotEvaluate(
            [f"{snapshot}: there is no such folder. A snapshot is a folder of Parquet files."]
        )


def read(study: Path | None) -> tuple[Study, StudySource]:
    try:
        return study_and_source(study)
    except StudyError as problem:
        raise CannotEvaluate([str(one) for one in problem.problems]) from problem


def started(engine: str):
    try:
        return ENGINES[engine]()
    except EngineUnavailable as problem:
        raise CannotEvaluate([str(problem)]) from problem


def refuse_constant_covariates(gathered: run.Gathered, source: StudySource) -> None:
    """A covariate that the study file asks for must be able to adjust something; the built-in study only says so."""
    design = gathered.data.outline.design
    found = problems(source, design.dropped, design.absent, gathered.instruments)
    if found:
        few = min(gathered.data.outline.n.values()) < run.FEW
        raise (NotYet if few else CannotEvaluate)([str(problem) for problem in found])


def study_hash(study: Study) -> str:
    """SHA-256 of what the study asks of scores, the same for every way of writing it down."""
    asked = asdict(replace(study, outcomes=study.measured))
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def report_of(gathered: run.Gathered, found: Sequence[Answer], asked: Study) -> Report:
    return run.report_of(gathered, found, {"study_sha256": study_hash(asked), "seed": asked.seed})


def written(report: Report, out: Path) -> Path:
    try:
        return write(report, out)
    except CannotWrite as problem:
        raise CannotEvaluate([str(problem)]) from problem
