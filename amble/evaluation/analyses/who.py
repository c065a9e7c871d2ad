"""Question 1. Who was in the comparison, how alike were the arms, and how much of the outcome is known?"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from amble.evaluation.analyses.words import counted, interval, number
from amble.evaluation.columns import UNKNOWN
from amble.evaluation.diagnostics import standardised
from amble.evaluation.estimators.shares import ShareDifference, share_difference
from amble.evaluation.marks import people, share
from amble.evaluation.results import Answer, Cell, Estimate, Figure, Table
from amble.evaluation.study.model import ARMS, LABELS
from amble.evaluation.sums.catalogue import CELLS, Request, cube
from amble.evaluation.sums.data import Data, Outline
from amble.evaluation.sums.moments import Moments

CODES = {"etmi": 1, "usual_care": 0}
NAMES = {
    "activity_level": "activity at start (times a week)",
    "deprivation_quintile": "deprivation (1 most, 5 least)",
}
MADE_OF_OTHERS = (
    "age_group",
    "depression_or_anxiety",
)  # used for subgroups; Table 1 shows what they are made of
EVERY = "start and every visit"


def requests(outline: Outline) -> list[Request]:
    """Cells of categories and patterns (shared with the mixed models), durations, and completeness by clinician."""
    cells = [cube(outcome, outline.visits[outcome]) for outcome in outline.seen] or [_cells()]
    return [
        *cells,
        _durations(),
        *(_known_by_clinician(outcome) for outcome in outline.seen),
        _episodes_by_clinician(),
    ]


def answer(data: Data) -> Answer:
    outcomes = data.outline.seen
    rates = {outcome: _protected(data, outcome, _rates(data, outcome)) for outcome in outcomes}
    tables = [_table_one(data), *(_completeness_table(data, outcome) for outcome in outcomes)]
    if outcomes:
        tables.append(_difference_table(rates))
    return Answer(
        name="who",
        question="Who was in the comparison, and how complete is what is known of them?",
        sentences=_sentences(data, rates),
        estimates=tuple(_estimate(outcome, data, rates[outcome]) for outcome in outcomes),
        tables=tuple(tables),
        figures=tuple(_figure(outcome) for outcome in outcomes[:1]),
        warnings=_warnings(data, rates),
    )


# What is asked for


def _cells() -> Request:
    return Request(keys=CELLS, columns=("age_years",))


def _durations() -> Request:
    return Request(keys=("arm",), columns=("symptom_months",), complete=("symptom_months",))


def _known_by_clinician(outcome: str) -> Request:
    keys = ("clinic", "clinician", f"{outcome}_pattern")
    return Request(keys=keys, columns=("arm",), order=1, complete=(f"{outcome}_baseline",))


def _episodes_by_clinician() -> Request:
    return Request(keys=("clinic", "clinician"), columns=("arm",), order=1)


# Table 1


def _table_one(data: Data) -> Table:
    """One block of rows per characteristic: a heading with its total, then levels, or recorded and not recorded."""
    shown = data.outline.seen
    base = data.moments[cube(shown[0], data.outline.visits[shown[0]]) if shown else _cells()]
    n = {arm: data.outline.n[arm] for arm in CODES}
    rows: list[tuple[Cell, ...]] = [
        ("episodes", "", n["etmi"], None, None, n["usual_care"], None, None, None)
    ]
    totals: dict[int, tuple[int, ...]] = {}
    blocks = [_measured_block("age (years)", _summed(base, "age_years"), n)]
    for name in (name for name in CELLS[1:] if name not in MADE_OF_OTHERS):
        blocks.append(_category_block(name, base, data.outline))
    blocks.append(
        _measured_block("symptoms (months)", _summed(data.moments[_durations()], "symptom_months"), n)
    )
    for outcome in shown:
        cells = data.moments[cube(outcome, data.outline.visits[outcome])]
        known = cells.keys[f"{outcome}_baseline_known"] == 1
        sums = _summed(cells, f"{outcome}_baseline", known)
        blocks.append(_measured_block(f"{LABELS[outcome]} at start", sums, n))
    for block in blocks:
        if len(block) > 1:
            totals[len(rows)] = tuple(range(len(rows) + 1, len(rows) + len(block)))
        rows += block
    return Table(
        name="table_one",
        title="Who was treated, by arm",
        columns=(
            *("characteristic", "level", "etmi", "etmi_mean_or_percent", "etmi_sd"),
            *("usual_care", "usual_care_mean_or_percent", "usual_care_sd", "standardised_difference"),
        ),
        rows=tuple(rows),
        counts=("etmi", "usual_care"),
        derived={
            "etmi_mean_or_percent": "etmi",
            "etmi_sd": "etmi",
            "usual_care_mean_or_percent": "usual_care",
            "usual_care_sd": "usual_care",
        },
        total_rows=totals,
        note="Numbers of episodes. Measures: mean and SD of those recorded; categories: percent of the arm. "
        "A standardised difference above 0.1 says that the arms differ in who was treated.",
    )


def _summed(
    cells: Moments, column: str, use: np.ndarray | None = None
) -> dict[str, tuple[int, float, float]]:
    """arm -> (recorded, mean, SD) of a column, from whole sums."""
    at = cells.columns.index(column)
    use = np.ones(len(cells.n), bool) if use is None else use
    found = {}
    for arm, code in CODES.items():
        rows = use & (cells.keys["arm"] == code)
        n, total = int(cells.n[rows].sum()), int(cells.first[rows, at].sum())
        square = int(cells.second[rows, at, at].sum())
        scatter = n * square - total * total  # Python integers: exact, however large
        mean = total / n / cells.scale[at] if n else float("nan")
        sd = (scatter / n / (n - 1)) ** 0.5 / cells.scale[at] if n > 1 else float("nan")
        found[arm] = (n, mean, sd)
    return found


def _measured_block(name: str, sums: dict, n: dict[str, int]) -> list[tuple[Cell, ...]]:
    (n1, mean1, sd1), (n0, mean0, sd0) = sums["etmi"], sums["usual_care"]
    gap = standardised.of_means((mean1, mean0), (sd1, sd0)) if min(n1, n0) > 1 else None
    missing = (n["etmi"] - n1, n["usual_care"] - n0)
    if not any(missing):
        return [(name, "", n1, *_rounded_pair(mean1, sd1), n0, *_rounded_pair(mean0, sd0), _rounded(gap, 3))]
    rows: list[tuple[Cell, ...]] = [
        (name, "", n["etmi"], None, None, n["usual_care"], None, None, _rounded(gap, 3)),
        (name, "recorded", n1, *_rounded_pair(mean1, sd1), n0, *_rounded_pair(mean0, sd0), None),
    ]
    return [*rows, (name, "not recorded", missing[0], None, None, missing[1], None, None, None)]


def _category_block(name: str, cells: Moments, outline: Outline) -> list[tuple[Cell, ...]]:
    levels = outline.levels[name]
    counts = np.zeros((2, len(levels)), dtype=int)
    np.add.at(counts, (1 - cells.keys["arm"], cells.keys[name]), cells.n)
    totals = counts.sum(axis=1)
    label = NAMES.get(name, name)
    gap = _rounded(standardised.of_shares(counts), 3)
    rows: list[tuple[Cell, ...]] = [(label, "", int(totals[0]), None, None, int(totals[1]), None, None, gap)]
    for code in np.flatnonzero(counts.sum(axis=0)):
        level = "not recorded" if levels[code] == UNKNOWN else levels[code]
        etmi, usual = (int(count) for count in counts[:, code])
        shares = [
            round(100 * c / t, 1) if t else None for c, t in zip((etmi, usual), totals.tolist(), strict=True)
        ]
        rows.append((label, level, etmi, shares[0], None, usual, shares[1], None, None))
    return rows


def _rounded(value: float | None, digits: int) -> float | None:
    return round(float(value), digits) if value is not None and np.isfinite(value) else None


def _rounded_pair(mean: float, sd: float) -> tuple[float | None, float | None]:
    return _rounded(mean, 2), _rounded(sd, 2)


# Completeness


def _masks(outline: Outline, outcome: str) -> dict[str, int]:
    """What must be recorded -> the bits of the pattern it needs. "start" needs the baseline alone."""
    bits = {visit: 1 << outline.study.visits.index(visit) for visit in outline.visits[outcome]}
    return {"start": 0, **bits, EVERY: sum(bits.values())}


def _rates(data: Data, outcome: str) -> dict[str, ShareDifference]:
    """visit -> shares of all episodes with the baseline and that visit, and their difference by clinician."""
    everyone = data.moments[_episodes_by_clinician()]
    clinicians = len(data.outline.clinic_of)
    n = _by_arm(everyone, np.ones(len(everyone.n), bool), clinicians)
    known = data.moments[_known_by_clinician(outcome)]
    pattern = known.keys[f"{outcome}_pattern"]
    confidence = data.outline.study.confidence
    return {
        visit: share_difference(_by_arm(known, pattern & mask == mask, clinicians), n, confidence)
        for visit, mask in _masks(data.outline, outcome).items()
    }


def _by_arm(moments: Moments, use: np.ndarray, clinicians: int) -> np.ndarray:
    """(clinicians, 2) episodes with ETMI and with usual care."""
    counts = np.zeros((clinicians, 2))
    etmi = moments.first[use, 0]
    np.add.at(counts, moments.keys["clinician"][use], np.stack([etmi, moments.n[use] - etmi], axis=1))
    return counts


def _completeness_table(data: Data, outcome: str) -> Table:
    known = data.moments[_known_by_clinician(outcome)]
    pattern = known.keys[f"{outcome}_pattern"]
    rows = []
    visits = len(data.outline.visits[outcome])
    within = {row: row - 2 * visits if row > 2 * visits + 1 else row % 2 for row in range(2, 2 * visits + 4)}
    for visit, mask in _masks(data.outline, outcome).items():
        use = pattern & mask == mask
        etmi = int(known.first[use, 0].sum())
        counts = {"etmi": etmi, "usual_care": int(known.n[use].sum()) - etmi}
        for arm, complete in counts.items():
            n = data.outline.n[arm]
            share = round(100 * complete / n, 1) if n else None
            rows.append((visit, ARMS[arm], complete, n - complete, n, share))
    return Table(
        name=f"completeness_{outcome}",
        title=f"How much of {LABELS[outcome]} is known, by visit and arm",
        columns=("visit", "arm", "complete", "missing", "episodes", "percent"),
        rows=tuple(rows),
        counts=("complete", "missing", "episodes"),
        derived={"percent": "complete"},
        total_column="episodes",
        nested_rows=within,
        folded=True,
        note="Complete: recorded at the start and at the visit. The share is of all episodes in the comparison.",
    )


def _difference_table(rates: dict[str, dict[str, ShareDifference]]) -> Table:
    rows = [
        (LABELS[outcome], visit, *(_points(value) for value in (rate.difference, rate.low, rate.high)))
        for outcome, visits in rates.items()
        for visit, rate in visits.items()
    ]
    return Table(
        name="completeness_difference",
        title="Completeness, ETMI minus usual care",
        columns=("outcome", "visit", "difference_points", "low", "high"),
        rows=tuple(rows),
        folded=True,
        note="Percentage points. Intervals allow for patients of one clinician being alike.",
    )


def _points(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1) + 0.0  # no "-0.0"


def _figure(outcome: str) -> Figure:
    return Figure(
        name=f"completeness_{outcome}",
        title=f"Episodes with {LABELS[outcome]} recorded",
        kind="bars",
        table=f"completeness_{outcome}",
        encoding={"x": "visit", "y": "percent", "colour": "arm"},
        description=f"Bars: percent of each arm with {LABELS[outcome]} at the start and at each visit.",
    )


def _estimate(outcome: str, data: Data, rates: dict[str, ShareDifference]) -> Estimate:
    rate = rates[EVERY]
    return Estimate(
        outcome=outcome,
        visit=None,
        contrast="risk_difference",
        method="completeness",
        estimand="share of episodes with the outcome at the start and at every studied visit",
        estimate=rate.difference,
        se=rate.se,
        ci_low=rate.low,
        ci_high=rate.high,
        df=rate.df,
        n_etmi=data.outline.n["etmi"],
        n_usual_care=data.outline.n["usual_care"],
        meaning=_difference_meaning(outcome, rate, data.outline.study.confidence),
        warnings=() if rate.low is not None else ("Too few clinicians in an arm for an interval.",),
    )


def _protected(data: Data, outcome: str, rates: dict[str, ShareDifference]) -> dict[str, ShareDifference]:
    """No difference of shares from which a small count could be worked out."""
    most = data.outline.study.disclosure.suppress_up_to
    few = {
        row[0]
        for row in _completeness_table(data, outcome).rows
        for count in row[2:4]
        if isinstance(count, int) and 0 < count <= most
    }
    nothing = {"difference": None, "se": None, "low": None, "high": None, "df": None}
    return {visit: replace(rate, **nothing) if visit in few else rate for visit, rate in rates.items()}


# Words


def _difference_meaning(outcome: str, rate: ShareDifference, confidence: float) -> str:
    if rate.difference is None:
        return f"With so few people, completeness of {LABELS[outcome]} is not compared."
    span = interval(*(None if v is None else 100 * v for v in (rate.low, rate.high)), confidence)
    return (
        f"Complete {LABELS[outcome]} scores: ETMI minus usual care is {number(100 * rate.difference)} percentage "
        f"points ({span}; observational)."
    )


def _sentences(data: Data, rates: dict[str, dict[str, ShareDifference]]) -> tuple[str, ...]:
    n = data.outline.n
    total = sum(n.values())
    if not total:
        return ("No episode met the rules of the cohort, so nothing can be said.",)
    sentences = [
        f"{people(total)} episodes are in the comparison: {people(n['etmi'])} with ETMI "
        f"({share(n['etmi'], total)}) and "
        f"{people(n['usual_care'])} with usual care, treated by {counted(_clinicians(data), 'clinician')} in "
        f"{counted(len(data.outline.clinics), 'clinic')}."
    ]
    for outcome, visits in rates.items():
        rate = visits[EVERY]
        known = {row[1]: row[2] for row in _completeness_table(data, outcome).rows if row[0] == EVERY}
        if any(0 < known[name] <= data.outline.study.disclosure.suppress_up_to for name in known):
            sentences.append(
                f"{LABELS[outcome].capitalize()} is known at the start and at every visit for few people."
            )
            continue
        arms = [f"{share(known[name], n[arm])} with {name}" for arm, name in ARMS.items() if n[arm]]
        complete = sum(known.values())
        sentences.append(
            f"{LABELS[outcome].capitalize()} is known at the start and at every visit for {people(complete)} of "
            f"{people(total)} episodes ({share(complete, total)}): {' and '.join(arms)}. "
            f"{_difference_meaning(outcome, rate, data.outline.study.confidence)}"
        )
    if rates:
        sentences.append(
            "What is said below about outcomes rests on the scores that were recorded; how far the missing ones could "
            "change it is examined in its own section."
        )
    return tuple(sentences)


def _clinicians(data: Data) -> int:
    return len(np.unique(data.moments[_episodes_by_clinician()].keys["clinician"]))


def _warnings(data: Data, rates: Iterable[str]) -> tuple[str, ...]:
    found = [
        f"There is no episode with {ARMS[arm]}: the arms cannot be compared."
        for arm in CODES
        if not data.outline.n[arm]
    ]
    found += [
        f"{LABELS[outcome].capitalize()} was not recorded at any visit of the study."
        for outcome in data.outline.study.measured
        if outcome not in rates
    ]
    if len(data.outline.clinics) == 1:
        found.append("All episodes come from one clinic: how clinics differ cannot be known.")
    return tuple(found)
