"""Question 8. Fewer sessions? A rate ratio and a difference in means, both beside how many sessions each arm had."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from amble.evaluation.analyses.words import interval, number
from amble.evaluation.estimators import negative_binomial as nb
from amble.evaluation.results import Answer, Cell, Estimate, Figure, Table
from amble.evaluation.sums.catalogue import Request
from amble.evaluation.sums.data import Data, Outline
from amble.evaluation.sums.rows import Block, Rows

QUESTION = "Are fewer sessions needed?"
METHOD = "negative_binomial"
FEW_CLINICIANS = 10
AGES = 256  # more than any age in whole years
BANDS = ((1, 2), (3, 4), (5, 6), (7, 8), (9, 10), (11, 12))
BY_DESIGN = (
    "Fewer sessions are partly what ETMI is, not only what it achieves: patients are encouraged to go on by "
    "themselves. Fewer sessions are good news only if people do as well."
)
ASSUMPTIONS = (
    "The number of sessions is multiplied by the same factor for everyone with ETMI; the spread around the mean grows "
    "as the negative binomial says.",
    "An episode that is still open counts the sessions so far.",
    "What was not recorded about people, and steers both the care they got and how long they came, is not adjusted "
    "for.",
)


def requests(outline: Outline) -> list[Request]:
    """None: two passes over the rows."""
    return []


def answer(data: Data) -> Answer:
    outline = data.outline
    if "sessions" not in outline.study.outcomes:
        return _unknown("Sessions are not among the outcomes of this study.")
    if data.rows is None:
        return _unknown(
            "Sessions are counted from rows, and only sums were given: they are not compared here."
        )
    counted = count(data.rows, outline)
    reason = _why_not(counted)
    if reason:
        table = (_distribution(counted),) if counted.cells.frequency[1:].any() else ()
        return Answer("sessions", QUESTION, (reason,), tables=table, warnings=(reason,))
    found = compare(data.rows, outline, counted)
    estimates = (_rate_ratio(found, outline), _difference(found, outline))
    return Answer(
        name="sessions",
        question=QUESTION,
        sentences=(*(e.meaning for e in estimates), BY_DESIGN, *_dispersion(found.fit)),
        estimates=estimates,
        tables=(_distribution(counted), *_coefficients(found, outline)),
        figures=(_figure(),),
        assumptions=ASSUMPTIONS,
        warnings=found.warnings,
        fits=(found.fit.convergence,),
    )


def _unknown(reason: str) -> Answer:
    return Answer("sessions", QUESTION, (reason,), warnings=(reason,))


# Counting: one pass


@dataclass(frozen=True)
class Counted:
    """cells: one for each combination of arm and covariates that occurs.  by_arm: (2, m + 1) episodes by sessions."""

    cells: nb.CountCells
    by_arm: np.ndarray


def count(rows: Rows, outline: Outline) -> Counted:
    """Everyone's sessions, summed by the whole-numbered columns that the terms are made of."""
    columns = ("arm", *outline.design.columns(outline.design.terms))
    sizes = [2, *(_size(name, outline) for name in columns[1:])]
    totals: dict[int, np.ndarray] = {}
    by_arm = np.zeros((2, 1), dtype=np.int64)
    for block in rows.blocks((*columns, "sessions")):
        sessions = block["sessions"].astype(np.int64)
        code = np.ravel_multi_index([block[name].astype(np.int64) for name in columns], sizes)
        codes, at = np.unique(code, return_inverse=True)
        sums = np.column_stack([np.bincount(at), np.bincount(at, sessions)])
        for key, value in zip(codes.tolist(), sums, strict=True):
            totals[key] = totals.get(key, 0) + value
        by_arm = _added(by_arm, block["arm"].astype(np.int64), sessions)
    keys = np.array(sorted(totals), dtype=np.int64)
    sums = np.array([totals[key] for key in keys.tolist()]).reshape(-1, 2)
    values = dict(zip(columns, map(np.asarray, np.unravel_index(keys, sizes)), strict=True))
    cells = nb.CountCells(
        ("intercept", "arm", *outline.design.terms), _terms(values, outline), *sums.T, by_arm.sum(axis=0)
    )
    return Counted(cells, by_arm)


def _size(column: str, outline: Outline) -> int:
    return len(outline.levels[column]) if column in outline.levels else AGES


def _added(by_arm: np.ndarray, arm: np.ndarray, sessions: np.ndarray) -> np.ndarray:
    size = max(by_arm.shape[1], int(sessions.max(initial=0)) + 1)
    found = np.bincount(arm * size + sessions, minlength=2 * size).reshape(2, size)
    found[:, : by_arm.shape[1]] += by_arm
    return found


def _terms(block: Block, outline: Outline) -> np.ndarray:
    """(n, p) intercept, arm and the study's covariates."""
    arm = np.asarray(block["arm"], dtype=float)
    columns = [outline.design.value(term, block) for term in outline.design.terms]
    return np.column_stack([np.ones(len(arm)), arm, *columns]).astype(float)


def _why_not(counted: Counted) -> str:
    """In plain words, why sessions cannot be compared; empty when they can."""
    episodes, sessions = counted.by_arm.sum(axis=1), counted.by_arm @ np.arange(counted.by_arm.shape[1])
    if not sessions.sum():
        return "No session is in the snapshot, so nothing can be said about their number."
    if not episodes.all():
        return "With one arm empty, the number of sessions cannot be compared."
    if not sessions.all():
        return "In one arm no session was recorded at all: a ratio cannot be given, and the record may be incomplete."
    return ""


# Comparing: a second pass, for errors that are robust to clusters


@dataclass(frozen=True)
class Compared:
    """se of the log rate ratio and of the difference, and df for their intervals."""

    fit: nb.CountFit
    standardised: nb.Standardised
    ratio_se: float
    difference_se: float
    df: int
    covariance: np.ndarray
    n: tuple[int, int]
    warnings: tuple[str, ...]


def compare(rows: Rows, outline: Outline, counted: Counted) -> Compared:
    fit = nb.fit_counts(counted.cells)
    mean = nb.standardise(fit, counted.cells, "arm")
    scores, spread, treated = _by_clinician(rows, outline, fit, mean)
    covariance = nb.robust_covariance(fit, scores)
    variance = nb.robust_variance_of_mean(fit, mean, scores, spread, counted.cells.n.sum())
    usual, etmi = counted.by_arm.sum(axis=1)
    return Compared(
        fit=fit,
        standardised=mean,
        ratio_se=float(np.sqrt(covariance[1, 1])),
        difference_se=float(np.sqrt(variance)),
        df=len(scores) - 1,
        covariance=covariance,
        n=(int(etmi), int(usual)),
        warnings=_warnings(fit, len(scores), treated),
    )


def _by_clinician(
    rows: Rows, outline: Outline, fit: nb.CountFit, mean: nb.Standardised
) -> tuple[np.ndarray, np.ndarray, int]:
    """Scores (G, p + 1) and spread (G,) summed by clinician; how many clinicians treated anyone with ETMI."""
    columns = ("clinician", "arm", *outline.design.columns(outline.design.terms), "sessions")
    clinicians = len(outline.clinic_of)
    scores, spread = np.zeros((clinicians, len(fit.terms) + 1)), np.zeros(clinicians)
    seen, treated = np.zeros(clinicians), np.zeros(clinicians)
    for block in rows.blocks(columns):
        clinician, x = block["clinician"].astype(np.int64), _terms(block, outline)
        each = nb.scores(fit, x, block["sessions"])
        for column in range(each.shape[1]):
            scores[:, column] += np.bincount(clinician, each[:, column], clinicians)
        spread += np.bincount(clinician, mean.spread(fit, x, "arm"), clinicians)
        seen += np.bincount(clinician, minlength=clinicians)
        treated += np.bincount(clinician, block["arm"], clinicians)
    return scores[seen > 0], spread[seen > 0], int((treated > 0).sum())


def _warnings(fit: nb.CountFit, clinicians: int, treated: int) -> tuple[str, ...]:
    found = []
    if not fit.convergence.converged:
        found.append("The model of sessions did not reach its maximum: do not rely on its numbers.")
    if "arm" in fit.dropped:
        found.append("The arm cannot be told from the covariates: no comparison is possible.")
    elif fit.dropped:
        found.append(f"Left out, because other covariates say the same: {', '.join(fit.dropped)}.")
    if fit.endless:
        found.append(f"No session at all was recorded with (or without) {', '.join(fit.endless)}.")
    if clinicians < 2:
        found.append("With one clinician, chance cannot be judged: no interval is given.")
    elif min(clinicians, treated) < FEW_CLINICIANS:
        found.append(
            f"Only {clinicians} clinicians, {treated} of them with ETMI patients: intervals from so few are too narrow."
        )
    return tuple(found)


# Estimates and words


def _estimate(found: Compared, outline: Outline, contrast: str, value: float, se: float) -> Estimate:
    known, judged = "arm" not in found.fit.dropped, found.df > 0 and se > 0
    width = float(stats.t.ppf((1 + outline.study.confidence) / 2, found.df)) * se if judged else None
    usable = known and judged
    return Estimate(
        outcome="sessions",
        visit=None,
        contrast=contrast,
        method=METHOD,
        estimand="rate ratio at equal covariates" if contrast == "log_rate_ratio" else "ATE",
        estimate=value if known else None,
        se=se if usable else None,
        ci_low=value - width if usable else None,
        ci_high=value + width if usable else None,
        df=found.df if usable else None,
        p=float(2 * stats.t.sf(abs(value) / se, found.df)) if usable else None,
        n_etmi=found.n[0],
        n_usual_care=found.n[1],
        meaning=_meaning(found, outline, contrast, value, width)
        if known
        else "How the number of sessions compares cannot be told from these data.",
        warnings=found.warnings,
    )


def _rate_ratio(found: Compared, outline: Outline) -> Estimate:
    return _estimate(found, outline, "log_rate_ratio", float(found.fit.coef[1]), found.ratio_se)


def _difference(found: Compared, outline: Outline) -> Estimate:
    return _estimate(found, outline, "difference", found.standardised.difference, found.difference_se)


def _meaning(found: Compared, outline: Outline, contrast: str, value: float, width: float | None) -> str:
    low, high = (None, None) if width is None else (value - width, value + width)
    if contrast == "log_rate_ratio":
        ends = (None, None) if width is None else (float(np.exp(low)), float(np.exp(high)))
        span = interval(*ends, outline.study.confidence, 2)
        return (
            f"For like people, episodes with ETMI had {number(float(np.exp(value)), 2)} times as many sessions as "
            f"those with usual care ({span}; observational)."
        )
    mean, span = found.standardised, interval(low, high, outline.study.confidence)
    return (
        f"If everyone had had ETMI, the mean would be {number(mean.with_term)} sessions; with usual care for everyone "
        f"{number(mean.without)}: a difference of {number(value)} ({span}; observational)."
    )


def _dispersion(fit: nb.CountFit) -> tuple[str, ...]:
    if fit.a > 0:
        return ()
    return ("The counts vary no more than chance alone would make them, so a Poisson model stands in.",)


# Tables and pictures


def _distribution(counted: Counted) -> Table:
    """How many episodes had how many sessions: one row for each bar, and one for all of an arm."""
    rows: list[tuple[Cell, ...]] = []
    sums: dict[int, tuple[int, ...]] = {}
    means = []
    for name, counts in (("ETMI", counted.by_arm[1]), ("usual care", counted.by_arm[0])):
        n = int(counts.sum())
        bars = _bars(counts)
        sums[len(rows) + len(bars)] = tuple(range(len(rows), len(rows) + len(bars)))
        rows += [
            (label, name, episodes, round(100 * episodes / n, 1) if n else None)
            for label, episodes in (*bars, ("all", n))
        ]
        means.append(f"{name} {number(float(counts @ np.arange(len(counts)) / n)) if n else 'no episode'}")
    return Table(
        name="sessions",
        title="Sessions in an episode, by arm",
        columns=("sessions", "arm", "episodes", "percent"),
        rows=tuple(rows),
        counts=("episodes",),
        derived={"percent": "episodes"},
        total_rows=sums,
        note=f"As recorded, not adjusted. Mean: {', '.join(means)}.",
    )


def _bars(counts: np.ndarray) -> list[tuple[str, int]]:
    """(sessions, episodes) in bands wide enough to be seen at a glance and to hide few."""
    found = [("none", int(counts[0]))]
    for first, last in BANDS:
        if first < len(counts):
            found.append((f"{first} to {last}", int(counts[first : last + 1].sum())))
    more = BANDS[-1][1] + 1
    return found + ([(f"{more} or more", int(counts[more:].sum()))] if more < len(counts) else [])


def _coefficients(found: Compared, outline: Outline) -> tuple[Table, ...]:
    """Every term of the model as a rate ratio."""
    rows = []
    width = stats.t.ppf((1 + outline.study.confidence) / 2, found.df) if found.df > 0 else None
    for at, term in enumerate(found.fit.terms[1:], start=1):
        value, se = found.fit.coef[at], float(np.sqrt(found.covariance[at, at]))
        ends = (None, None) if width is None or not se else (value - width * se, value + width * se)
        shown = [None if end is None else round(float(np.exp(end)), 3) for end in (value, *ends)]
        rows.append((term, *([None] * 3 if term in found.fit.dropped else shown)))
    note = (
        f"Shape theta {number(found.fit.theta, 2)}."
        if found.fit.a > 0
        else "Poisson limit: theta is infinite."
    )
    columns = ("term", "rate_ratio", "ci_low", "ci_high")
    table = Table("sessions_model", "Rate ratios of the model", columns, tuple(rows), note=note, folded=True)
    return (table,)


def _figure() -> Figure:
    return Figure(
        name="sessions",
        title="Sessions in an episode",
        kind="bars",
        table="sessions",
        encoding={"x": "sessions", "y": "percent", "colour": "arm"},
        description="For each band of sessions two bars: the percentage of episodes with ETMI, and with usual care, "
        "that had so many.",
    )
