"""Did people become more active? A part of question 11, from counts by clinician, arm and level at the start."""

import numpy as np

from amble.evaluation.analyses.arms import FEW_PEOPLE
from amble.evaluation.analyses.over_time import AT
from amble.evaluation.analyses.words import interval, number
from amble.evaluation.columns import LEVELS
from amble.evaluation.estimators.cluster_bootstrap import percentile_interval, resampled
from amble.evaluation.estimators.shares import standardised_difference
from amble.evaluation.marks import percent
from amble.evaluation.results import Answer, Estimate, Figure, Table
from amble.evaluation.sums.catalogue import Request
from amble.evaluation.sums.data import Data, Outline
from amble.evaluation.sums.moments import Moments

SEED = 11  # this question's own stream of random numbers
ARMS = ("ETMI", "usual care")
MEASURES = ("active three or more times a week", "moved up at least one level")
STARTS = len(LEVELS["activity_level"])  # the last is "unknown"


def visits(outline: Outline) -> tuple[str, ...]:
    return tuple(visit for visit in outline.activity_visits if visit != "baseline")


def levels_by_clinician(visit: str) -> Request:
    """Sums of a column of 0, 1 and 2 and of its squares, from which the levels can be counted."""
    column = f"activity_{visit}"
    return Request(("clinic", "clinician", "arm", "activity_level"), (column,), complete=(column,))


def change(data: Data) -> Answer:
    """Both measures at every visit; the sentences are about the last one."""
    study, seen = data.outline.study, visits(data.outline)
    if not seen:
        warning = (
            "Activity level was not recorded at any visit: whether people became more active is not known."
        )
        return Answer("change", "", (warning,), warnings=(warning,))
    counts = np.stack(
        [_counts(data.moments[levels_by_clinician(visit)], data.outline) for visit in seen], axis=1
    )
    weights = _weights(counts.sum(axis=0))
    draws = np.concatenate(
        [_differences(chunk, weights) for chunk in resampled(counts, study.repetitions, (study.seed, SEED))]
    )
    found = _differences(counts.sum(axis=0), weights)
    estimates = tuple(
        _estimate(data, visit, measure, found[v, measure], draws[:, v, measure], counts[:, v])
        for v, visit in enumerate(seen)
        for measure in range(len(MEASURES))
    )
    last = dict.fromkeys(estimate.meaning for estimate in estimates if estimate.visit == seen[-1])
    return Answer("change", "", tuple(last), estimates, (_table(seen, counts.sum(axis=0)),), (_figure(),))


def _counts(moments: Moments, outline: Outline) -> np.ndarray:
    """(clinicians, 2 arms, starting levels, 3): recorded, at the top level, moved up from the start.

    The numbers at levels 1 and 2 follow from the sum and the sum of squares.
    """
    total, square = moments.first[:, 0], moments.second[:, 0, 0]
    top = (square - total) // 2
    start = moments.keys["activity_level"]
    up = np.select(
        [start == 0, start == 1], [total - top, top], 0
    )  # from none: levels 1 and 2; from 1-2: level 2
    counts = np.zeros((len(outline.clinic_of), 2, STARTS, 3))
    place = (moments.keys["clinician"], 1 - moments.keys["arm"], start)
    np.add.at(counts, place, np.stack([moments.n, top, up], axis=1))
    return counts


def _weights(counts: np.ndarray) -> np.ndarray:
    """(visits, known starting levels): how many began at each level, 0 where an arm has nobody who did."""
    n = counts[:, :, : STARTS - 1, 0]
    return np.where((n > 0).all(axis=1), n.sum(axis=1), 0.0)


def _differences(counts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(..., visits, 2) both measures, ETMI minus usual care, among people who began alike."""
    known = counts[..., : STARTS - 1, :]
    return np.stack([standardised_difference(known[..., k], known[..., 0], weights) for k in (1, 2)], axis=-1)


def _estimate(
    data: Data, visit: str, measure: int, value: float, draws: np.ndarray, counts: np.ndarray
) -> Estimate:
    known = counts[:, :, : STARTS - 1].sum(axis=2)
    clinicians, by_arm = int((known[:, :, 0] > 0).sum(axis=0).min()), known.sum(axis=0)
    n = [int(count) for count in by_arm[:, 0]]
    enough = min(n) >= FEW_PEOPLE and bool(np.isfinite(value))
    confidence = data.outline.study.confidence
    se, low, high = percentile_interval(draws, confidence, clinicians if enough else 0)
    when = AT.get(visit, visit).capitalize()
    meaning = f"{when}, activity is known of too few people to compare the arms."
    if enough:
        shares = [percent(by_arm[arm, 1 + measure] / n[arm]) for arm in (0, 1)]
        ends = (None if end is None else 100 * end for end in (low, high))
        meaning = (
            f"{when}, {shares[0]} with ETMI and {shares[1]} with usual care {('were', 'had')[measure]} "
            f"{MEASURES[measure]}. Among people who began alike the difference is {number(100 * value)} percentage "
            f"points ({interval(*ends, confidence)}; observational)."
        )
    return Estimate(
        outcome="activity_level",
        visit=visit,
        contrast="risk_difference",
        method="cluster_bootstrap",
        estimand=f"share {MEASURES[measure]}, had both arms begun at the levels of everyone recorded",
        estimate=float(value) if enough else None,
        se=se,
        ci_low=low,
        ci_high=high,
        n_etmi=n[0],
        n_usual_care=n[1],
        meaning=meaning,
        warnings=() if low is not None else ("Too few people, clinicians or repetitions for an interval.",),
    )


def _table(seen: tuple[str, ...], counts: np.ndarray) -> Table:
    """As recorded, among those whose level at the start is known."""
    rows = []
    for visit, by_arm in zip(seen, counts[:, :, : STARTS - 1].sum(axis=2).astype(int).tolist(), strict=True):
        for arm, (n, top, up) in zip(ARMS, by_arm, strict=True):
            shares = [round(100 * part / n, 1) if n else None for part in (top, up)]
            rows.append((visit, arm, n, top, shares[0], up, shares[1]))
    return Table(
        name="activity_change",
        title="Activity by visit and arm (observational)",
        columns=(
            *("visit", "arm", "recorded", "three_or_more", "percent_three_or_more"),
            *("moved_up", "percent_moved_up"),
        ),
        rows=tuple(rows),
        counts=("recorded", "three_or_more", "moved_up"),
        parts={"three_or_more": "recorded", "moved_up": "recorded"},
        derived={"percent_three_or_more": "three_or_more", "percent_moved_up": "moved_up"},
        note="Of those whose activity was recorded at the start and at the visit; not adjusted. Moved up: at least one "
        "level above the start; people who began at three or more times a week cannot move up and are counted.",
    )


def _figure() -> Figure:
    return Figure(
        name="activity_change",
        title="Active three or more times a week",
        kind="bars",
        table="activity_change",
        encoding={"x": "visit", "y": "percent_three_or_more", "colour": "arm"},
        description="Bars: percent of each arm who were active three or more times a week, at each visit.",
    )
