"""Question 3. Patients within clinicians within clinics: does the comparison hold when likeness is allowed for?"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import stdtr

from amble.evaluation.analyses.over_time import AT, finite, limits, meaning, sums_of
from amble.evaluation.analyses.words import number
from amble.evaluation.estimators import cluster_robust, random_intercepts
from amble.evaluation.estimators.random_intercepts import ClusterSums, RandomInterceptFit
from amble.evaluation.estimators.wild_cluster_bootstrap import wild_cluster_bootstrap
from amble.evaluation.marks import percent
from amble.evaluation.results import Answer, Cell, Estimate, Figure, Table
from amble.evaluation.study.model import LABELS
from amble.evaluation.sums.catalogue import Request, by_clinician, cube, grams_by_clinician
from amble.evaluation.sums.data import Data, Outline
from amble.evaluation.sums.moments import ClusterGrams
from amble.evaluation.sums.patterns import cluster_grams, cluster_pattern_sums, pattern_sums

FEW_FOR_INTERVALS = 10  # clinics; below, every interval by clinic is rough
FEW_FOR_ROBUST = 40  # clinics; below, the wild bootstrap stands beside the robust errors
FEW_DF = 4.0  # below, Satterthwaite's approximation is not to be trusted (Tipton 2015)
DOMINANT = 0.5
SEED = 3

METHODS = {
    "lmm": "clinician effect",
    "lmm_nested": "clinician within clinic",
    "ols_cluster_clinician": "robust, by clinician",
    "ols_cluster_clinic": "robust, by clinic",
    "wild_cluster_bootstrap": "bootstrap of clinics",
}
ESTIMAND = "adjusted mean difference in everyone measured at the visit"


@dataclass(frozen=True)
class VisitFit:
    """One random-intercept fit, or why there is none."""

    outcome: str
    visit: str
    method: str
    fit: RandomInterceptFit | str
    n: tuple[int, int]


def requests(outline: Outline) -> list[Request]:
    """The cube and first-order sums, shared with the mixed models; grams by clinician for the last visit alone."""
    found = []
    for outcome in outline.seen:
        visits = outline.visits[outcome]
        found += [cube(outcome, visits), by_clinician(outcome, visits, outline.design.terms)]
        found.append(_last_request(outline, outcome))
    return found


def answer(data: Data) -> Answer:
    fits = {outcome: list(_fits(data, outcome)) for outcome in data.outline.seen}
    found = {outcome: tuple(_estimates(data, outcome, rows)) for outcome, rows in fits.items()}
    every = [one for rows in fits.values() for one in rows]
    return Answer(
        name="clustering",
        question="Does the comparison hold when patients of one clinician or clinic are alike?",
        sentences=tuple(_sentences(data, fits, found)),
        estimates=tuple(estimate for rows in found.values() for estimate in rows),
        tables=(*(_table(outcome, rows) for outcome, rows in found.items()), _icc_table(every)),
        figures=tuple(_figure(outcome, rows) for outcome, rows in found.items()),
        assumptions=ASSUMPTIONS,
        warnings=tuple(_warnings(data)),
        fits=tuple(one.fit.convergence for one in every if not isinstance(one.fit, str)),
    )


ASSUMPTIONS = (
    "Random intercepts: clinicians, and clinics, differ from each other by chance around a common mean, in the same "
    "way under both kinds of care, and not in step with how often they use ETMI.",
    "Robust errors and the bootstrap ask less: only that what happens in one cluster tells nothing of another.",
    "Each visit is looked at on its own, among those measured at the start and at that visit.",
)


# Fits


def _terms(outline: Outline) -> tuple[str, ...]:
    return ("intercept", "arm", *outline.design.terms, "baseline")


def _last_request(outline: Outline, outcome: str) -> Request:
    pair = (f"{outcome}_baseline", f"{outcome}_{outline.visits[outcome][-1]}")
    return grams_by_clinician(("arm", *outline.design.terms, *pair), pair)


def _last_grams(data: Data, outcome: str) -> ClusterGrams:
    """Second-order sums by clinician of those measured at the start and at the last visit."""
    grams = cluster_grams(data.moments[_last_request(data.outline, outcome)], data.outline)
    return replace(grams, columns=(*_terms(data.outline), "y"))


def _fits(data: Data, outcome: str) -> Iterator[VisitFit]:
    for visit, sums in _visit_sums(data, outcome):
        arm = sums.columns.index("arm")
        etmi = round(float(sums.gram[0, arm]))
        n = (etmi, round(float(sums.gram[0, 0])) - etmi)
        for method, chosen in (("lmm", replace(sums, parent=None)), ("lmm_nested", sums)):
            fit = random_intercepts.fit(chosen)
            if not isinstance(fit, str):
                named = replace(fit.convergence, model=f"{method} {outcome} {visit}")
                fit = replace(fit, convergence=named)
            yield VisitFit(outcome, visit, method, fit, n)


def _visit_sums(data: Data, outcome: str) -> Iterator[tuple[str, ClusterSums]]:
    """Sums of those measured at each visit: patterns with the visit, added up."""
    outline, z = data.outline, _terms(data.outline)
    visits, q = outline.visits[outcome], len(_terms(data.outline))
    if outline.study.cohort.baseline_required:
        patterns = sums_of(data, outcome)
    else:
        patterns = pattern_sums(data.moments[cube(outcome, visits)], outline, outcome, z)
    moments = data.moments[by_clinician(outcome, visits, outline.design.terms)]
    clusters = cluster_pattern_sums(moments, outline, outcome)
    for t, visit in enumerate(visits):
        with_visit = clusters.observed[:, t]
        at = [*range(q), q + t]
        first = np.concatenate([clusters.z[:, with_visit], clusters.y[:, with_visit, t : t + 1]], axis=2)
        gram = patterns.gram[patterns.observed[:, t]][:, at][:, :, at].sum(axis=0)
        n = clusters.n[:, with_visit].sum(axis=1)
        yield visit, ClusterSums((*z, "y"), n, first.sum(axis=1), gram, clusters.parent)


# Estimates


def _estimates(data: Data, outcome: str, fits: list[VisitFit]) -> Iterator[Estimate]:
    """Random intercepts at every visit; robust errors and the bootstrap at the last."""
    for one in fits:
        yield _mixed(data, one)
    last = fits[-1]
    grams = _last_grams(data, outcome)
    yield _robust(data, replace(last, method="ols_cluster_clinician"), grams)
    clinics = cluster_robust.by_parent(grams)
    yield _robust(data, replace(last, method="ols_cluster_clinic"), clinics)
    if len(clinics.gram) < FEW_FOR_ROBUST:
        yield _wild(data, replace(last, method="wild_cluster_bootstrap"), clinics)


def _mixed(data: Data, one: VisitFit) -> Estimate:
    fit = one.fit
    if isinstance(fit, str) or "arm" in fit.dropped:
        return _unknown(data, one, fit if isinstance(fit, str) else NO_ARM)
    found = random_intercepts.contrast(fit, np.array([term == "arm" for term in fit.terms], float))
    warnings = (*fit.warnings, *_left_out(fit.dropped))
    return _with_t(data, one, found.estimate, found.se, found.df, warnings)


def _robust(data: Data, one: VisitFit, grams: ClusterGrams) -> Estimate:
    fit = cluster_robust.fit(grams, _terms(data.outline), "y")
    if isinstance(fit, str) or "arm" in fit.dropped:
        return _unknown(data, one, fit if isinstance(fit, str) else NO_ARM)
    found = cluster_robust.coefficient(fit, "arm")
    warnings = (*fit.warnings, *_left_out(fit.dropped))
    if not found.df >= FEW_DF:
        warnings = (*warnings, "too few clusters tell the arms apart: the interval is not to be relied on")
    return _with_t(data, one, found.estimate, found.se, found.df, warnings)


def _wild(data: Data, one: VisitFit, grams: ClusterGrams) -> Estimate:
    study = data.outline.study
    rng = np.random.default_rng([study.seed, SEED, study.outcomes.index(one.outcome)])
    found = wild_cluster_bootstrap(
        grams,
        _terms(data.outline),
        "y",
        "arm",
        repetitions=study.repetitions,
        rng=rng,
        confidence=study.confidence,
    )
    if isinstance(found, str):
        return _unknown(data, one, found)
    return _estimate(
        data, one, found.estimate, found.se, (found.low, found.high), None, found.p, found.warnings
    )


NO_ARM = "the data cannot tell the two kinds of care apart at this visit"


def _left_out(dropped: tuple[str, ...]) -> tuple[str, ...]:
    return (f"left out because the other terms already hold them: {', '.join(dropped)}",) if dropped else ()


def _with_t(data: Data, one: VisitFit, value: float, se: float, df: float, warnings) -> Estimate:
    low, high = limits(value, se, df, data.outline.study.confidence)
    p = 2 * float(stdtr(df, -abs(value) / se)) if se > 0 and df > 0 else None
    return _estimate(data, one, value, se, (low, high), df, p, warnings)


def _estimate(data: Data, one: VisitFit, value: float, se: float, span, df, p, warnings) -> Estimate:
    low, high = (None if end is None else finite(end) for end in span)
    return Estimate(
        outcome=one.outcome,
        visit=one.visit,
        contrast="difference",
        method=one.method,
        estimand=ESTIMAND,
        estimate=finite(value),
        se=finite(se),
        ci_low=low,
        ci_high=high,
        df=None if df is None else finite(df),
        p=p,
        n_etmi=one.n[0],
        n_usual_care=one.n[1],
        meaning=meaning(one.outcome, one.visit, finite(value), low, high, data),
        warnings=tuple(warnings),
    )


def _unknown(data: Data, one: VisitFit, why: str) -> Estimate:
    return _estimate(data, one, float("nan"), float("nan"), (None, None), None, None, (why,))


# Tables and figures


def _table(outcome: str, rows: tuple[Estimate, ...]) -> Table:
    return Table(
        name=f"clustering_{outcome}",
        title=f"{_when(rows)}: ETMI minus usual care, likeness allowed for (observational)",
        columns=("method", "difference", "low", "high", "df", "p", "n_etmi", "n_usual_care"),
        rows=tuple(
            (METHODS[e.method], e.estimate, e.ci_low, e.ci_high, e.df, e.p, e.n_etmi, e.n_usual_care)
            for e in rows
            if e.visit == rows[-1].visit
        ),
        counts=("n_etmi", "n_usual_care"),
        note="Satterthwaite degrees of freedom; robust errors are CR2; the bootstrap draws whole clinics. The other "
        "visits are in the file tables/estimates.csv.",
    )


def _figure(outcome: str, rows: tuple[Estimate, ...]) -> Figure:
    return Figure(
        name=f"clustering_{outcome}",
        title=f"{_when(rows)}, by how likeness is allowed for",
        kind="forest",
        table=f"clustering_{outcome}",
        encoding={"x": "difference", "y": "method", "low": "low", "high": "high"},
        description="Difference with its interval, one line for each method.",
    )


def _when(rows: tuple[Estimate, ...]) -> str:
    """The outcome at its last visit."""
    return f"{LABELS[rows[-1].outcome].capitalize()} {AT.get(rows[-1].visit, rows[-1].visit)}"


def _icc_table(fits: list[VisitFit]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for one in fits:
        if one.method == "lmm_nested" and not isinstance(one.fit, str):
            fit = one.fit
            spread = float(fit.variances[0]) ** 0.5
            shares = (fit.icc_clinician, fit.icc_clinic, spread)
            rows.append((LABELS[one.outcome], one.visit, fit.n, fit.clinicians, fit.clinics, *shares))
    return Table(
        name="clustering_icc",
        title="How alike patients of one clinician, or of one clinic, are",
        columns=(
            *("outcome", "visit", "patients", "clinicians", "clinics"),
            *("same_clinician", "same_clinic", "sd_between_patients"),
        ),
        rows=tuple(rows),
        counts=("patients",),
        derived={"same_clinician": "patients", "same_clinic": "patients", "sd_between_patients": "patients"},
        folded=True,
        note="Intraclass correlations after the covariates: of two patients of one clinician, and of two patients "
        "of one clinic who saw different clinicians.",
    )


# Words


def _sentences(data: Data, fits: dict, found: dict) -> Iterator[str]:
    for outcome, rows in fits.items():
        last = rows[-1]
        when = f"{LABELS[outcome].capitalize()} {AT.get(last.visit, last.visit)}"
        if not isinstance(last.fit, str):
            yield _icc_sentence(when, last.fit)
        lines = [e for e in found[outcome] if e.visit == last.visit and e.ci_low is not None]
        if lines:
            yield _spread_sentence(when, lines)


def _icc_sentence(when: str, fit: RandomInterceptFit) -> str:
    if fit.clinicians == 1:
        return f"{when}: with one clinician, how much clinicians differ cannot be known."
    clinic = f", of which {percent(fit.icc_clinic)} with the clinic" if fit.clinics > 1 else ""
    return (
        f"{when}: of the differences between people that the score at the start and the other covariates leave open, "
        f"{percent(fit.icc_clinician)} go with the clinician whom a person saw{clinic}. This says how alike patients "
        "of one clinician are, not that any clinician is better."
    )


def _spread_sentence(when: str, lines: list[Estimate]) -> str:
    low, high = (number(end(e.estimate for e in lines)) for end in (min, max))
    apart = sum(not e.ci_low <= 0 <= e.ci_high for e in lines)
    where = f"at {low}" if low == high else f"between {low} and {high}"
    return (
        f"{when}: {len(lines)} ways of allowing for this put ETMI minus usual care {where} points (observational). "
        f"Of the {len(lines)} intervals, {apart} {'leaves' if apart == 1 else 'leave'} out zero."
    )


def _warnings(data: Data) -> Iterator[str]:
    """Too few clusters, or one that decides everything."""
    outline = data.outline
    clinics = len(np.unique(outline.clinic_of))
    if clinics == 1:
        yield (
            "There is one clinic only: how much clinics differ, and whether another clinic would find the same, "
            "cannot be known."
        )
    elif 1 < clinics < FEW_FOR_INTERVALS:
        yield f"There are only {clinics} clinics: intervals that allow for differences between clinics are rough."
    for outcome in outline.seen:
        grams = _last_grams(data, outcome)
        pairs = (("clinician", grams), ("clinic", cluster_robust.by_parent(grams)))
        for name, clusters in pairs:
            if len(clusters.gram) > 1:
                yield from _dominated(outcome, name, clusters, _terms(outline))


def _dominated(outcome: str, name: str, grams: ClusterGrams, terms: tuple[str, ...]) -> Iterator[str]:
    patients = grams.gram[:, 0, 0]
    share = patients.max() / patients.sum()
    weight = cluster_robust.partial_leverage(grams, terms, "arm").max()
    if share > DOMINANT:
        yield f"{LABELS[outcome].capitalize()}: one {name} treated {percent(share)} of the people measured."
    if weight > DOMINANT:
        yield (
            f"{LABELS[outcome].capitalize()}: one {name} holds {percent(weight)} of what tells the two kinds of care "
            "apart."
        )
