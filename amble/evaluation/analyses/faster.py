"""Question 6. Does the smallest important change come sooner? From visits, so only the gap it falls in is known."""

from dataclasses import dataclass

import numpy as np

from amble.evaluation.analyses.over_time import finite
from amble.evaluation.analyses.words import interval, number
from amble.evaluation.estimators import interval_censored
from amble.evaluation.estimators.cluster_bootstrap import percentile_interval, resampled
from amble.evaluation.estimators.interval_censored import EARLIEST, LATEST, MIDDLE
from amble.evaluation.results import Answer, Convergence, Estimate, Figure, Table
from amble.evaluation.study.model import HIGHER_IS_BETTER, LABELS
from amble.evaluation.study.visits import weeks
from amble.evaluation.sums.catalogue import Request, cube
from amble.evaluation.sums.data import Data, Outline
from amble.evaluation.sums.rows import Block, Rows

QUESTION = "Does the smallest important change come sooner?"
ARMS = ("usual care", "ETMI")
FEW_CLINICIANS = 10
UNADJUSTED = "Unlike the other comparisons, this one is not adjusted for who was chosen."
STREAM = 6  # keeps these random numbers apart from those of other answers


@dataclass(frozen=True)
class Finding:
    """One outcome. visits: those recorded in both arms.  time: their weeks.  se, low, high: of the difference."""

    outcome: str
    visits: tuple[str, ...]
    time: np.ndarray
    comparison: interval_censored.Comparison
    se: float | None
    low: float | None
    high: float | None
    clinicians: np.ndarray


def requests(outline: Outline) -> list[Request]:
    """Only which visits both arms have: the cube that the mixed models ask for anyway."""
    return [cube(outcome, outline.visits[outcome]) for outcome in _shown(outline)]


def answer(data: Data) -> Answer:
    if data.rows is None:
        return Answer("faster", QUESTION, warnings=("Time to change needs rows, and only sums were given.",))
    outline = data.outline
    visits = {outcome: _common_visits(data, outcome) for outcome in _shown(outline)}
    empty = [outcome for outcome, names in visits.items() if not names]
    counts = count_changes(data.rows, outline, {o: v for o, v in visits.items() if v})
    findings = [_finding(outline, outcome, visits[outcome], counts[outcome]) for outcome in counts]
    warnings = [f"{LABELS[o].capitalize()} was at no visit recorded in both groups." for o in empty]
    if not visits:
        warnings = ["No score was recorded after the start, so nothing can be said about time to change."]
    return Answer(
        name="faster",
        question=QUESTION,
        sentences=(*(_sentence(found, outline) for found in findings), *((UNADJUSTED,) if findings else ())),
        estimates=tuple(_estimate(found, outline) for found in findings),
        tables=((_table(findings, outline), *map(_curve_table, findings)) if findings else ()),
        figures=tuple(map(_figure, findings)),
        assumptions=_assumptions() if findings else (),
        warnings=(*warnings, *(text for found in findings for text in _warnings(found))),
        fits=tuple(map(_certificate, findings)),
    )


def _shown(outline: Outline) -> list[str]:
    return [outcome for outcome in outline.seen if outcome in outline.study.mic]


def _common_visits(data: Data, outcome: str) -> tuple[str, ...]:
    """Visits that someone of each arm, with a baseline, answered."""
    keys = data.moments[cube(outcome, data.outline.visits[outcome])].keys
    known = keys[f"{outcome}_baseline_known"] == 1
    seen = [
        np.bitwise_or.reduce(keys[f"{outcome}_pattern"][known & (keys["arm"] == arm)], initial=0)
        for arm in (0, 1)
    ]
    bits = {visit: bit for bit, visit in enumerate(data.outline.study.visits)}
    return tuple(v for v in data.outline.visits[outcome] if seen[0] & seen[1] & (1 << bits[v]))


# Counting


def count_changes(rows: Rows, outline: Outline, visits: dict[str, tuple[str, ...]]) -> dict[str, np.ndarray]:
    """outcome -> (clinicians, 2, V+1, V+1) episodes by last visit without and first visit with the change."""
    columns = [f"{o}_{name}" for o, names in visits.items() for name in ("baseline", *names)]
    shapes = {o: (len(outline.clinic_of), 2, len(v) + 1, len(v) + 1) for o, v in visits.items()}
    counts = {outcome: np.zeros(np.prod(shape), dtype=np.int64) for outcome, shape in shapes.items()}
    for block in rows.blocks(("clinician", "arm", *columns)) if columns else ():
        for outcome, names in visits.items():
            at = _places(block, outcome, names, outline.study.mic[outcome], shapes[outcome])
            counts[outcome] += np.bincount(at, minlength=len(counts[outcome]))
    return {outcome: count.reshape(shapes[outcome]) for outcome, count in counts.items()}


def _places(
    block: Block, outcome: str, visits: tuple[str, ...], mic: float, shape: tuple[int, ...]
) -> np.ndarray:
    """Flat index of each episode that has a baseline. Scores are whole tenths, so changes are compared as such."""
    sign = 1 if HIGHER_IS_BETTER[outcome] else -1
    known = ~np.isnan(block[f"{outcome}_baseline"])
    value = np.column_stack([block[f"{outcome}_{visit}"] for visit in visits])[known]
    change = sign * np.rint(10 * (value - block[f"{outcome}_baseline"][known, None]))
    last, first = interval_censored.intervals(value, change >= 10 * mic - 1e-6)
    arm, clinician = (block[name][known].astype(np.int64) for name in ("arm", "clinician"))
    return np.ravel_multi_index((clinician, arm, last, first - 1), shape)


# Estimating


def _finding(outline: Outline, outcome: str, visits: tuple[str, ...], counts: np.ndarray) -> Finding:
    study = outline.study
    time = np.maximum.accumulate([weeks()[visit] for visit in visits])
    seed = (study.seed, STREAM, study.measured.index(outcome))
    draws = [
        interval_censored.compare(sample, time, 1e-6).difference[:, MIDDLE]
        for sample in resampled(counts, study.repetitions, seed)
    ]
    comparison = interval_censored.compare(counts.sum(0), time)
    informative = counts.copy()
    informative[:, :, 0, -1] = 0
    clinicians = (informative.sum((2, 3)) > 0).sum(0)
    spread = (None, None, None)
    if draws:
        spread = percentile_interval(np.concatenate(draws), study.confidence, int(clinicians.min()))
    return Finding(outcome, visits, time, comparison, *spread, clinicians)


def _estimate(found: Finding, outline: Outline) -> Estimate:
    return Estimate(
        outcome=found.outcome,
        visit=found.visits[-1],
        contrast="difference_in_weeks",
        method="rmst",
        estimand=f"mean weeks without the smallest important change up to {found.visits[-1]}, unadjusted",
        estimate=finite(found.comparison.difference[MIDDLE]),
        se=found.se,
        ci_low=found.low,
        ci_high=found.high,
        n_etmi=int(found.comparison.n[1]),
        n_usual_care=int(found.comparison.n[0]),
        meaning=_sentence(found, outline),
        warnings=tuple(_warnings(found)),
    )


def _certificate(found: Finding) -> Convergence:
    fit = found.comparison.fit
    gap = float(np.nanmax(fit.gap, initial=0.0))
    steps = fit.iterations
    rise = float(np.nansum(fit.gap * found.comparison.n))
    return Convergence(
        f"time to change in {LABELS[found.outcome]}", gap <= interval_censored.TOLERANCE, steps, gap, rise
    )


# Telling


def _sentence(found: Finding, outline: Outline) -> str:
    weeks_of, difference = found.comparison.weeks[:, MIDDLE], found.comparison.difference
    span = interval(found.low, found.high, outline.study.confidence)
    return (
        f"{LABELS[found.outcome].capitalize()}: over the first {number(found.time[-1], 0)} weeks, people went on for "
        f"{number(weeks_of[1])} weeks on average without an important change ({_mic(found, outline)} points) with ETMI "
        f"and for {number(weeks_of[0])} weeks with usual care: ETMI minus usual care is {number(difference[MIDDLE])} "
        f"weeks ({span}; observational). {_direction(found)} A change is only noticed at a visit: had each come as "
        f"early as it could, the difference would be {number(difference[EARLIEST])} weeks, as late as it could, "
        f"{number(difference[LATEST])} weeks."
    )


def _mic(found: Finding, outline: Outline) -> str:
    return number(outline.study.mic[found.outcome]).removesuffix(".0")


def _direction(found: Finding) -> str:
    if found.low is None or found.high is None or found.low <= 0 <= found.high:
        return "These data do not tell in which group it comes sooner."
    return f"In these data it came sooner with {'ETMI' if found.high < 0 else 'usual care'}."


def _warnings(found: Finding) -> list[str]:
    label = LABELS[found.outcome]
    few = found.clinicians.min()
    texts = []
    if few < FEW_CLINICIANS:
        texts.append(
            f"Time to change in {label}: one group has only {few} clinicians; the interval is rough."
        )
    if found.se is None:
        texts.append(f"Time to change in {label}: too few clinicians to say how sure the difference is.")
    if not _certificate(found).converged:
        texts.append(f"Time to change in {label}: the estimate did not settle; do not use it.")
    return texts


def _assumptions() -> tuple[str, ...]:
    return (
        "Visits are counted at their planned week; discharge has no planned week and is counted as week "
        f"{number(weeks()['discharge'], 0)}.",
        "A change that was seen once counts, even if it was lost again later.",
        "Coming to a visit does not depend on whether the change has happened since the visit before.",
    )


def _table(findings: list[Finding], outline: Outline) -> Table:
    rows = []
    for found in findings:
        both = found.comparison
        for arm in (1, 0):
            times = (round(float(w), 1) for w in both.weeks[arm, [MIDDLE, EARLIEST, LATEST]])
            rows.append((LABELS[found.outcome], ARMS[arm], int(both.n[arm]), int(both.seen[arm]), *times))
        gap = (round(float(w), 1) + 0.0 for w in both.difference[[MIDDLE, EARLIEST, LATEST]])
        rows.append((LABELS[found.outcome], "ETMI minus usual care", None, None, *gap))
    return Table(
        name="time_to_change",
        title="Mean weeks before the smallest important change",
        columns=("outcome", "group", "episodes", "changed", "weeks", "weeks_if_earliest", "weeks_if_latest"),
        rows=tuple(rows),
        counts=("episodes", "changed"),
        derived={"weeks": "changed", "weeks_if_earliest": "changed", "weeks_if_latest": "changed"},
        parts={"changed": "episodes"},
        note="Up to the last visit that both groups have. Middle, start and end of the gap between two visits. "
        "Episodes: those seen at least once after the start. Observational and not adjusted.",
    )


def _curve_table(found: Finding) -> Table:
    both = found.comparison
    rows = []
    for arm in (1, 0):
        n = int(both.n[arm])
        rows.append((ARMS[arm], "start", 0.0, 100.0, n))
        for visit, time, share in zip(found.visits, found.time, both.not_yet[arm], strict=True):
            rows.append((ARMS[arm], visit, float(time), round(100 * float(share), 1), n))
    return Table(
        name=f"time_to_change_{found.outcome}",
        title=f"Share that has not yet had an important change in {LABELS[found.outcome]}",
        columns=("group", "visit", "weeks", "percent", "episodes"),
        rows=tuple(rows),
        counts=("episodes",),
        derived={"percent": "episodes"},
        note="Estimated from the visits people came to. Observational and not adjusted.",
    )


def _figure(found: Finding) -> Figure:
    label = LABELS[found.outcome]
    return Figure(
        name=f"time_to_change_{found.outcome}",
        title=f"Not yet an important change in {label}",
        kind="curve",
        table=f"time_to_change_{found.outcome}",
        encoding={"x": "weeks", "y": "percent", "colour": "group"},
        description=f"Two falling lines: percent of each group without an important change in {label}, by week.",
    )
