"""Question 3, over time. Does the mixed model's answer hold when patients of one clinician are alike?"""

from collections.abc import Iterable, Iterator

import numpy as np

from amble.evaluation.analyses import over_time
from amble.evaluation.analyses.over_time import AT, arm_counts, finite, limits
from amble.evaluation.analyses.words import interval, number
from amble.evaluation.estimators.degrees_of_freedom import AVERAGE, VisitContrast, arm_contrasts
from amble.evaluation.estimators.mmrm import MmrmFit
from amble.evaluation.estimators.mmrm_clinician import ClinicianFit, fit_mmrm_clinician
from amble.evaluation.estimators.mmrm_clusters import (
    bootstrap,
    bootstrap_arm_contrasts,
    robust_arm_contrasts,
)
from amble.evaluation.results import Answer, Estimate, Table
from amble.evaluation.study.model import LABELS
from amble.evaluation.sums.catalogue import Request, by_clinician, cube, patterns_by_clinician
from amble.evaluation.sums.data import Data, Outline
from amble.evaluation.sums.moments import ClusterPatternGrams, PatternSums
from amble.evaluation.sums.patterns import cluster_pattern_grams, cluster_pattern_sums

QUESTION = "Does it hold when patients of one clinician are alike?"
MANY = (
    2_000  # clinicians beyond which products by clinician are not gathered: the clinician effect serves alone
)
TAG = 31
ESTIMAND = "adjusted mean difference in everyone with at least one visit"
LABEL = {
    "mmrm": "no account of clinicians",
    "mmrm_clinician": "clinician effect",
    "mmrm_robust": "errors robust to clinicians",
    "mmrm_bootstrap": "clinicians drawn again",
}


def requests(outline: Outline) -> list[Request]:
    """Sums by clinician and pattern; with products too where clinicians are not too many to hold them."""
    wanted = []
    for outcome in outline.seen:
        visits, terms = outline.visits[outcome], outline.design.terms
        wanted += [cube(outcome, visits), by_clinician(outcome, visits, terms)]
        if few(outline):
            wanted.append(patterns_by_clinician(outcome, visits, terms))
    return wanted


def few(outline: Outline) -> bool:
    return len(outline.clinic_of) <= MANY


def answer(data: Data) -> Answer:
    fits = {outcome: fitted(data, outcome) for outcome in data.outline.seen}
    found = {outcome: tuple(estimates(data, outcome, *fits[outcome])) for outcome in fits}
    return Answer(
        name="over_time_clinicians",
        question=QUESTION,
        sentences=tuple(said(data, outcome, found[outcome]) for outcome in found),
        estimates=tuple(estimate for rows in found.values() for estimate in rows),
        tables=(table(data, found, fits),) if found else (),
        assumptions=(
            "Clinicians differ from one another by an amount that is the same at every visit; clinics differ only "
            "through their clinicians here (the next section adds clinics).",
            "Robust errors and clinicians drawn again assume that different clinicians' patients are independent.",
        ),
        warnings=tuple(
            f"{LABELS[o]}: {warning}"
            for o, (_, clinician, _) in fits.items()
            for warning in clinician.warnings
        ),
        fits=tuple(clinician.mmrm.certificate for _, clinician, _ in fits.values()),
    )


def fitted(data: Data, outcome: str) -> tuple[MmrmFit, ClinicianFit, PatternSums]:
    """The model without and with a clinician effect, of episodes with a baseline."""
    outline = data.outline
    visits, terms = outline.visits[outcome], outline.design.terms
    z = ("intercept", "arm", *terms, "baseline")
    sums, model = over_time.sums_of(data, outcome, z), over_time.model_of(data, outcome, z)
    clusters = cluster_pattern_sums(data.moments[by_clinician(outcome, visits, terms)], outline, outcome)
    with_clinicians = fit_mmrm_clinician(sums, clusters, model, f"mmrm_clinician {outcome}")
    return over_time.fitted(data, outcome, z), with_clinicians, sums


def estimates(
    data: Data, outcome: str, plain: MmrmFit, clinician: ClinicianFit, sums: PatternSums
) -> Iterator[Estimate]:
    study, outline = data.outline.study, data.outline
    # Kenward-Roger has no published form for a clinician effect in this model: Satterthwaite always.
    contrasts = arm_contrasts(clinician.mmrm, "arm", "satterthwaite", study.mmrm.information)
    yield from made(data, outcome, "mmrm_clinician", contrasts, sums)
    if not few(outline):
        return
    request = patterns_by_clinician(outcome, outline.visits[outcome], outline.design.terms)
    grams = cluster_pattern_grams(data.moments[request], outline, outcome)
    yield from made(data, outcome, "mmrm_robust", robust_arm_contrasts(plain, grams), sums)
    if outcome == study.measured[0]:
        rng = np.random.default_rng([study.seed, TAG])
        draws = bootstrap(plain, grams, study.repetitions, rng)
        contrasts = bootstrap_arm_contrasts(plain, draws, clusters=clusters_by_arm(grams))
        yield from made(data, outcome, "mmrm_bootstrap", contrasts, sums)


def clusters_by_arm(grams: ClusterPatternGrams) -> int:
    """Clinicians with patients, in the arm that has fewer of them."""
    n, etmi = grams.gram[:, :, 0, [0, grams.columns.index("arm")]].sum(1).T
    return int(min((etmi > 0).sum(), (n > etmi).sum()))


def made(
    data: Data, outcome: str, method: str, contrasts: Iterable[VisitContrast], sums: PatternSums
) -> Iterator[Estimate]:
    for found in contrasts:
        c = found.contrast
        low, high = limits(c.estimate, c.se, c.df, data.outline.study.confidence)
        if method == "mmrm_bootstrap":
            low, high = finite(c.ci_low), finite(c.ci_high)
        usual_care, etmi = arm_counts(sums, found.visit)
        yield Estimate(
            outcome=outcome,
            visit=found.visit,
            contrast="difference",
            method=method,
            estimand=ESTIMAND,
            estimate=finite(c.estimate),
            se=finite(c.se),
            ci_low=low,
            ci_high=high,
            df=finite(c.df),
            p=finite(c.p),
            n_etmi=etmi,
            n_usual_care=usual_care,
            meaning=meaning(data, outcome, method, found.visit, finite(c.estimate), low, high),
            warnings=found.warnings,
        )


def meaning(data: Data, outcome: str, method: str, visit: str, value, low, high) -> str:
    label = f"{LABELS[outcome].capitalize()} {AT.get(visit, visit)}, {LABEL[method]}"
    if value is None:
        return f"{label}: cannot be told from these data."
    return (
        f"{label}: ETMI minus usual care is {number(value)} points "
        f"({interval(low, high, data.outline.study.confidence)}; observational)."
    )


def said(data: Data, outcome: str, rows: tuple[Estimate, ...]) -> str:
    return next(e.meaning for e in rows if e.visit == AVERAGE and e.method == "mmrm_clinician")


def table(data: Data, found: dict[str, tuple[Estimate, ...]], fits: dict) -> Table:
    """The average over the visits, with the model that takes no account of clinicians first."""
    degrees = data.outline.study.mmrm.degrees_of_freedom, data.outline.study.mmrm.information
    rows = []
    for outcome, (plain, _, sums) in fits.items():
        without = made(data, outcome, "mmrm", arm_contrasts(plain, "arm", *degrees), sums)
        shown = (e for e in (*without, *found[outcome]) if e.visit == AVERAGE)
        rows += [(LABELS[outcome], LABEL[e.method], e.estimate, e.ci_low, e.ci_high, e.df) for e in shown]
    return Table(
        name="mmrm_clinicians",
        title="ETMI minus usual care, all visits together, by the account taken of clinicians (observational)",
        columns=("outcome", "account of clinicians", "difference", "low", "high", "df"),
        rows=tuple(rows),
        note="Points, adjusted. The differences at each visit are in the file tables/estimates.csv.",
    )
