"""Question 5. Who never answered: fill in their scores under several assumptions, and shift them until it matters."""

from dataclasses import dataclass

import numpy as np

from amble.evaluation.analyses.observed import complete_cases
from amble.evaluation.analyses.over_time import AT, finite, fitted
from amble.evaluation.analyses.words import DIGITS, interval, number
from amble.evaluation.estimators.completion import RULES, both_arms
from amble.evaluation.estimators.multiple_imputation import (
    Imputation,
    Pooled,
    available_cases,
    imputation_model,
    impute,
    pool,
)
from amble.evaluation.estimators.tipping_point import BOTH_ARMS, ETMI_ONLY, Tip, curve, tipping_point
from amble.evaluation.marks import people
from amble.evaluation.results import Answer, Estimate, Figure, Table
from amble.evaluation.study.model import HIGHER_IS_BETTER, LABELS
from amble.evaluation.sums.catalogue import Request, cube
from amble.evaluation.sums.data import Data, Outline
from amble.evaluation.sums.moments import PatternSums
from amble.evaluation.sums.patterns import pattern_sums

CASES = "complete_case"
ASSUMED = {
    CASES: "only people seen at the visit count",
    "mi_mar": "missing scores are like those of similar people in the same group",
    "mi_j2r": "after their last visit, people with ETMI do as in usual care",
    "mi_cr": "people with ETMI who stop answering did as in usual care from the start",
    "mi_cir": "people with ETMI who stop answering keep their gain, then go on as in usual care",
}
SCALE = {"function": 100, "pain": 10, "fear_avoidance": 100}  # a shift beyond the scale cannot be
ASSUMPTIONS = (
    "At random: those without a score went on as people of the same group with the same age, start and earlier "
    "scores did. The reference rules assume less benefit for those lost to ETMI; none of them can be checked.",
    "Patients of one clinician are treated as unrelated here; the section on clinicians allows for their likeness.",
)
GRID = 21


@dataclass(frozen=True)
class Filled:
    """One outcome at one visit: pooled results by method, and what the tipping point needs.

    own_cases: whether the line of those who answered is this question's own; else another question estimates it.
    tips: shift of ETMI until the interval reaches zero; of both groups; of ETMI until it reaches the smallest
    important change.
    """

    outcome: str
    visit: str
    confidence: float
    n: tuple[int, int]
    pooled: dict[str, Pooled]
    at_random: Imputation
    own_cases: bool
    tips: tuple[Tip, Tip, Tip]


def requests(outline: Outline) -> list[Request]:
    return [cube(outcome, outline.visits[outcome]) for outcome in outline.seen]


def answer(data: Data) -> Answer:
    found = {outcome: _filled(data, outcome) for outcome in data.outline.seen}
    warnings = [_unfitted(outcome) for outcome, filled in found.items() if not filled]
    if not found:
        warnings = [
            "No score was recorded after the start, so nothing can be said of those who never answered."
        ]
    last = [usable[-1] for filled in found.values() if (usable := [f for f in filled if _known(f)])]
    everything = [filled for visits in found.values() for filled in visits]
    tables = [_by_visit(everything), _tips(everything, data)] if everything else []
    tables += [_last(filled) for filled in last] + [_curve(filled, data) for filled in last]
    return Answer(
        name="missing",
        question="Could those who never answered change the conclusions?",
        sentences=tuple(text for filled in last for text in _sentences(filled, data)),
        estimates=tuple(e for filled in everything for e in (*_estimates(filled, data), _tip(filled, data))),
        tables=tuple(tables),
        figures=tuple(
            figure for kind in (0, 1) for filled in last for figure in _figures(filled)[kind : kind + 1]
        ),
        assumptions=ASSUMPTIONS if last else (),
        warnings=(*warnings, *(text for filled in everything for text in _warnings(filled))),
    )


# Filling in


def _sums(data: Data, outcome: str) -> PatternSums:
    """Patterns of each arm, those who were never seen again included."""
    moments = data.moments[cube(outcome, data.outline.visits[outcome])]
    arms = (
        pattern_sums(moments, data.outline, outcome, where={"arm": (arm,)}, keep_empty=True) for arm in (0, 1)
    )
    return both_arms(*arms)


def _filled(data: Data, outcome: str) -> list[Filled]:
    sums = _sums(data, outcome)
    model = imputation_model(sums, fitted(data, outcome))
    if model is None:
        return []
    treated = sums.gram[:, 0, sums.columns.index("arm")].sum()
    n = (round(float(sums.n.sum() - treated)), round(float(treated)))
    confidence, cases = data.outline.study.confidence, complete_cases(data)
    found = []
    for at, visit in enumerate(sums.visits):
        imputed = {rule: impute(model, at, rule) for rule in RULES}
        pooled = {f"mi_{rule}": pool(each) for rule, each in imputed.items()}
        shared = cases.get((outcome, visit))
        results = {CASES: _as_pooled(shared) if shared else available_cases(sums, at), **pooled}
        tips = _three_tips(imputed["mar"], _important(outcome, data), confidence)
        found.append(Filled(outcome, visit, confidence, n, results, imputed["mar"], not shared, tips))
    return found


def _as_pooled(cases: Estimate) -> Pooled:
    """Those who answered, as the weighted comparisons have them: nothing is filled in, so nothing lies between."""
    value, se, df = (np.nan if number is None else number for number in (cases.estimate, cases.se, cases.df))
    return Pooled(value, se**2, 0.0, df, (0, 0), cases.warnings)


def _important(outcome: str, data: Data) -> float | None:
    """The smallest important change as a difference in favour of ETMI."""
    mic = data.outline.study.mic.get(outcome)
    return None if mic is None else mic if HIGHER_IS_BETTER[outcome] else -mic


def _three_tips(at_random: Imputation, important: float | None, confidence: float) -> tuple[Tip, Tip, Tip]:
    return (
        tipping_point(at_random, 0.0, ETMI_ONLY, confidence),
        tipping_point(at_random, 0.0, BOTH_ARMS, confidence),
        Tip(None) if important is None else tipping_point(at_random, important, ETMI_ONLY, confidence),
    )


def _known(filled: Filled) -> bool:
    return bool(np.isfinite(filled.pooled["mi_mar"].estimate))


def _unfitted(outcome: str) -> str:
    return f"{LABELS[outcome].capitalize()}: no model could be fitted, so missing scores cannot be filled in."


def _warnings(filled: Filled) -> list[str]:
    texts = filled.pooled["mi_mar"].warnings
    return [f"{LABELS[filled.outcome].capitalize()}: {text}" for text in texts]


# Estimates


def _estimates(filled: Filled, data: Data) -> list[Estimate]:
    fit_warnings = fitted(data, filled.outcome).warnings
    rows = []
    for method, pooled in filled.pooled.items():
        if method == CASES and not filled.own_cases:
            continue
        low, high = pooled.interval(filled.confidence)
        missing = filled.pooled["mi_mar"].missing if method == CASES else (0, 0)
        n = [total - gone for total, gone in zip(filled.n, missing, strict=True)]
        rows.append(
            Estimate(
                outcome=filled.outcome,
                visit=filled.visit,
                contrast="difference",
                method=method,
                estimand=f"adjusted mean difference; {ASSUMED[method]}",
                estimate=finite(pooled.estimate),
                se=finite(pooled.total**0.5),
                ci_low=finite(low),
                ci_high=finite(high),
                df=finite(pooled.df),
                p=finite(pooled.p),
                n_etmi=n[1],
                n_usual_care=n[0],
                meaning=_meaning(filled, method),
                warnings=(*pooled.warnings, *(() if method == CASES else fit_warnings)),
            )
        )
    return rows


def _tip(filled: Filled, data: Data) -> Estimate:
    return Estimate(
        outcome=filled.outcome,
        visit=filled.visit,
        contrast="shift_of_imputed_etmi_scores",
        method="tipping_point",
        estimand="shift of the filled-in ETMI scores at which the interval of the difference reaches zero",
        estimate=_possible(filled.tips[0].shift, filled.outcome),
        n_etmi=filled.n[1],
        n_usual_care=filled.n[0],
        meaning=_tip_meaning(filled, data),
        warnings=filled.pooled["mi_mar"].warnings,
    )


# Words


def _when(filled: Filled) -> str:
    return f"{LABELS[filled.outcome].capitalize()} {AT.get(filled.visit, filled.visit)}"


def _meaning(filled: Filled, method: str) -> str:
    pooled = filled.pooled[method]
    if not np.isfinite(pooled.estimate):
        return f"{_when(filled)}: the two groups cannot be compared from these data."
    span = interval(*pooled.interval(filled.confidence), filled.confidence)
    return (
        f"{_when(filled)}, ETMI minus usual care: {number(pooled.estimate)} points ({span}; observational), if "
        f"{ASSUMED[method]}."
    )


def _tip_meaning(filled: Filled, data: Data) -> str:
    tip, missing = filled.tips[0], filled.pooled["mi_mar"].missing[1]
    if not _known(filled):
        return f"{_when(filled)}: the two groups cannot be compared from these data."
    if tip.already:
        return (
            f"{_when(filled)}: the interval holds zero even with nothing shifted, so there is no conclusion to "
            "overturn."
        )
    if tip.shift is None:
        return f"{_when(filled)}: no score of ETMI is missing, so nothing can be shifted."
    way = "worse" if (tip.shift < 0) == HIGHER_IS_BETTER[filled.outcome] else "better"
    if abs(tip.shift) > SCALE[filled.outcome]:
        return f"{_when(filled)}: no shift of the missing ETMI scores within the scale brings the interval to zero."
    mic = data.outline.study.mic.get(filled.outcome)
    beside = f" For scale: the smallest change that matters to one person is {_plain(mic)}." if mic else ""
    return (
        f"{_when(filled)}: the {people(missing)} missing ETMI scores would have to be {number(abs(tip.shift))} "
        f"points {way} than expected before the interval reaches zero.{beside}"
    )


def _plain(value: float) -> str:
    return number(value).removesuffix(".0")


def _sentences(filled: Filled, data: Data) -> list[str]:
    etmi, usual = filled.pooled["mi_mar"].missing[1], filled.pooled["mi_mar"].missing[0]
    digits = DIGITS.get(filled.outcome, 1)
    values = [
        p.estimate for method, p in filled.pooled.items() if method != CASES and np.isfinite(p.estimate)
    ]
    return [
        f"{_when(filled)} is missing for {people(etmi)} of {people(filled.n[1])} episodes with ETMI and "
        f"{people(usual)} of {people(filled.n[0])} with usual care. Filled in under four "
        f"assumptions, the difference lies between {number(min(values), digits)} and {number(max(values), digits)} "
        f"points; among those seen alone it is {number(filled.pooled[CASES].estimate, digits)}.",
        _tip_meaning(filled, data),
    ]


# Tables and figures


def _row(filled: Filled, method: str) -> tuple:
    pooled = filled.pooled[method]
    low, high = pooled.interval(filled.confidence)
    values = (pooled.estimate, low, high, pooled.total**0.5)
    missing = filled.pooled["mi_mar"].missing
    return (ASSUMED[method], *map(_cell, values), missing[1], filled.n[1], missing[0], filled.n[0])


def _cell(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else round(float(value), 3) + 0.0


def _possible(shift: float | None, outcome: str) -> float | None:
    return None if shift is None or abs(shift) > SCALE[outcome] else _cell(shift)


COLUMNS = (
    *("assumption", "difference", "low", "high", "se"),
    *("missing_etmi", "episodes_etmi", "missing_usual_care", "episodes_usual_care"),
)
COUNTS = COLUMNS[5:]
PARTS = {"missing_etmi": "episodes_etmi", "missing_usual_care": "episodes_usual_care"}


def _by_visit(everything: list[Filled]) -> Table:
    return Table(
        name="missing",
        title="ETMI minus usual care under different assumptions about missing scores (observational)",
        columns=("outcome", "visit", *COLUMNS),
        rows=tuple((LABELS[f.outcome], f.visit, *_row(f, method)) for f in everything for method in f.pooled),
        counts=COUNTS,
        parts=PARTS,
        folded=True,
        note="Adjusted for covariates and the start. Multiple imputation with infinitely many imputations.",
    )


def _last(filled: Filled) -> Table:
    return Table(
        name=f"missing_{filled.outcome}",
        title=f"{_when(filled)}: ETMI minus usual care by what is assumed of the missing (observational)",
        columns=COLUMNS,
        rows=tuple(_row(filled, method) for method in filled.pooled),
        counts=COUNTS,
        parts=PARTS,
    )


def _tips(everything: list[Filled], data: Data) -> Table:
    rows = []
    for f in everything:
        mic = data.outline.study.mic.get(f.outcome)
        shifts = (_possible(tip.shift, f.outcome) for tip in f.tips)
        rows.append((LABELS[f.outcome], f.visit, *shifts, mic, f.pooled["mi_mar"].missing[1], f.n[1]))
    return Table(
        name="tipping_point",
        title="How far must the missing scores lie from what was expected before the interval reaches zero?",
        columns=(
            *("outcome", "visit", "shift_etmi", "shift_both_groups", "shift_etmi_to_important"),
            *("smallest_important_change", "missing_etmi", "episodes_etmi"),
        ),
        rows=tuple(rows),
        counts=("missing_etmi", "episodes_etmi"),
        parts={"missing_etmi": "episodes_etmi"},
        folded=True,
        note="Points added to every filled-in score. The first two columns bring the interval to zero, the third to "
        "the smallest important change in favour of ETMI. Empty where the interval holds that value already, or where "
        "no shift that the scale allows can bring it there.",
    )


def _curve(filled: Filled, data: Data) -> Table:
    mic = data.outline.study.mic.get(filled.outcome, 1.0)
    far = max(2 * mic, min(1.25 * abs(filled.tips[0].shift or 0.0), 4 * mic))
    shifts = np.linspace(-far, far, GRID)
    line = curve(filled.at_random, shifts, confidence=data.outline.study.confidence)
    numbers = zip(line.shift, line.estimate, line.low, line.high, strict=True)
    return Table(
        name=f"tipping_point_{filled.outcome}",
        title=f"{_when(filled)}: ETMI minus usual care when the missing ETMI scores are shifted (observational)",
        columns=("points_added_to_missing_etmi_scores", "difference", "low", "high"),
        rows=tuple(tuple(_cell(value) for value in row) for row in numbers),
        note=f"The smallest important change is {_plain(mic)} points.",
    )


def _figures(filled: Filled) -> tuple[Figure, Figure]:
    label = LABELS[filled.outcome]
    return (
        Figure(
            name=f"missing_{filled.outcome}",
            title=f"{_when(filled)}: what is assumed of the missing",
            kind="forest",
            table=f"missing_{filled.outcome}",
            encoding={"y": "assumption", "x": "difference", "low": "low", "high": "high"},
            description=f"Difference in {label} with its interval, one line for each assumption about missing scores.",
        ),
        Figure(
            name=f"tipping_point_{filled.outcome}",
            title=f"{_when(filled)}: if the missing ETMI scores were better or worse than expected",
            kind="curve",
            table=f"tipping_point_{filled.outcome}",
            encoding={
                "x": "points_added_to_missing_etmi_scores",
                "y": "difference",
                "low": "low",
                "high": "high",
            },
            description=f"A line with its interval: how the difference in {label} moves as points are added to or "
            "taken from the missing ETMI scores.",
        ),
    )
