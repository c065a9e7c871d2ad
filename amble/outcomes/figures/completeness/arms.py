"""Whether people with ETMI answer as often as those with usual care: what is missing is missing on both sides."""

import numpy as np

from amble.evaluation.analyses.words import interval, number
from amble.evaluation.estimators.shares import ShareDifference, share_difference
from amble.evaluation.report.disclosure import hidden
from amble.evaluation.results import Answer, Cell, Estimate, Table
from amble.evaluation.study.model import ARMS
from amble.outcomes.figures.counting import inside
from amble.outcomes.figures.part import Part
from amble.outcomes.figures.words import percent, said_share


def answer(part: Part) -> Answer:
    rows: list[tuple[Cell, ...]] = []
    for arm, words in ARMS.items():
        cells = part.cut("arm").get(arm, {"due": 0, "answered": 0})
        rows.append((words, cells["due"], cells["answered"], percent(cells["answered"], cells["due"])))
    estimate = None if any(hidden(cell) for row in rows for cell in row) else _estimate(part)
    told = " and ".join(f"{said_share(row[2], row[1])} with {row[0]}" for row in rows)
    return Answer(
        name="measures_by_arm",
        question="Do people answer as often with either kind of care?",
        sentences=(
            f"Of the measures that were due, {told} are answered.",
            *((estimate.meaning,) if estimate else ()),
            "If one side answers less, those who answer may be less alike, and a comparison of them less fair.",
        ),
        estimates=(estimate,) if estimate else (),
        tables=(
            Table(
                "measures_by_arm",
                "Measures due, by kind of care",
                ("care", "due", "answered", "percent_answered"),
                tuple(rows),
                ("due", "answered"),
            ),
        ),
        assumptions=("The interval counts measures of one physiotherapist's patients as alike.",),
    )


def _estimate(part: Part) -> Estimate | None:
    """ETMI minus usual care, in percentage points of the measures due."""
    rows = inside(part.found.clinicians, part.clinic)
    arms = list(ARMS)
    keys = {key: at for at, key in enumerate({(row["clinic_id"], row["clinician_id"]): 0 for row in rows})}
    yes, n = np.zeros((len(keys), 2)), np.zeros((len(keys), 2))
    for row in rows:
        at = keys[row["clinic_id"], row["clinician_id"]], arms.index(row["arm"])
        yes[at] += row["answered"]
        n[at] += row["due"]
    if not n.any(axis=0).all():
        return None
    found = share_difference(yes, n, part.study.confidence)
    return Estimate(
        outcome="answered",
        visit=None,
        contrast="risk_difference",
        method="share_difference",
        estimand="measures due",
        estimate=found.difference,
        se=found.se,
        ci_low=found.low,
        ci_high=found.high,
        df=found.df,
        n_etmi=int(n[:, 0].sum()),
        n_usual_care=int(n[:, 1].sum()),
        meaning=_meaning(found, part.study.confidence),
    )


def _meaning(found: ShareDifference, confidence: float) -> str:
    low, high = (None if end is None else 100 * end for end in (found.low, found.high))
    return (
        f"With ETMI, {number(abs(100 * found.difference))} of 100 {'fewer' if found.difference < 0 else 'more'} are "
        f"answered ({interval(low, high, confidence)})."
    )
