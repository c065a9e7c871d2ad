"""Question 2. Function, pain and fear-avoidance over time: the mixed model for repeated measures."""

import math
from collections.abc import Iterator

from scipy.special import stdtrit

from amble.evaluation.analyses.words import DIGITS, interval, number
from amble.evaluation.estimators.degrees_of_freedom import AVERAGE, arm_contrasts, contrast
from amble.evaluation.estimators.mean_model import MeanModel, mean_model
from amble.evaluation.estimators.mmrm import MmrmFit, fit_mmrm
from amble.evaluation.results import Answer, Estimate, Figure, Table
from amble.evaluation.study.model import HIGHER_IS_BETTER, LABELS
from amble.evaluation.sums.catalogue import Request, cube
from amble.evaluation.sums.data import Data, Outline
from amble.evaluation.sums.moments import PatternSums
from amble.evaluation.sums.patterns import model_terms, pattern_sums

ARMS = {"ETMI": 1.0, "usual care": 0.0}
DEGREES = {"satterthwaite": "Satterthwaite", "kenward_roger": "Kenward and Roger"}
BY_VISIT = ("intercept", "arm", "baseline")
AT = {"6w": "at 6 weeks", "3m": "at 3 months", "6m": "at 6 months", "12m": "at 12 months"} | {
    AVERAGE: "on average over the visits",
    "discharge": "at discharge",
}


def requests(outline: Outline) -> list[Request]:
    return [cube(outcome, outline.visits[outcome]) for outcome in outline.seen]


def sums_of(data: Data, outcome: str, z: tuple[str, ...] | None = None) -> PatternSums:
    """The sums of an adjusted model of an outcome, with the study's terms unless others are named; made once."""
    z = model_terms(data.outline) if z is None else z
    name = ("pattern sums", outcome, z)
    if name not in data.memo:
        moments = data.moments[cube(outcome, data.outline.visits[outcome])]
        data.memo[name] = pattern_sums(moments, data.outline, outcome, z=z)
    return data.memo[name]


def model_of(data: Data, outcome: str, z: tuple[str, ...]) -> MeanModel:
    """value ~ visit + visit:arm + visit:baseline + covariates."""
    by_visit = BY_VISIT if data.outline.study.baseline == "by_visit" else BY_VISIT[:2]
    return mean_model(z, data.outline.visits[outcome], by_visit)


def fitted(data: Data, outcome: str, z: tuple[str, ...] | None = None) -> MmrmFit:
    """The model with unstructured covariance, by REML; fitted once."""
    z = model_terms(data.outline) if z is None else z
    name = ("mmrm", outcome, z)
    if name not in data.memo:
        model = model_of(data, outcome, z)
        data.memo[name] = fit_mmrm(sums_of(data, outcome, z), model, name=f"mmrm {outcome}")
    return data.memo[name]


def answer(data: Data) -> Answer:
    found = {outcome: tuple(estimates(data, outcome)) for outcome in data.outline.seen}
    tables = [table(data, outcome, rows) for outcome, rows in found.items()]
    means = [means_table(data, outcome) for outcome in found]
    fits = [fitted(data, outcome) for outcome in found]
    return Answer(
        name="over_time",
        question="How did function, pain and fear-avoidance go over time?",
        sentences=tuple(next(e.meaning for e in f if e.visit == AVERAGE) for f in found.values()),
        estimates=tuple(estimate for rows in found.values() for estimate in rows),
        tables=(*tables, *means),
        figures=tuple(figure(outcome) for outcome in found),
        assumptions=ASSUMPTIONS,
        warnings=tuple(f"{LABELS[o]}: {w}" for o, fit in zip(found, fits, strict=True) for w in fit.warnings),
        fits=tuple(fit.certificate for fit in fits),
    )


ASSUMPTIONS = (
    "Whoever was not measured at a visit would have gone as people like them, measured so far, went (missing at "
    "random given arm, earlier scores and the covariates). The section on those who never answered tests this.",
    "Everything that decided who had ETMI and also changes the outcome is among the covariates or the baseline.",
    "Changes are roughly normal around their mean; with samples this large the means are what matters.",
)


def estimates(data: Data, outcome: str) -> Iterator[Estimate]:
    """The arm difference at each visit and on average."""
    study = data.outline.study
    fit, sums = fitted(data, outcome), sums_of(data, outcome)
    degrees = study.mmrm
    for found in arm_contrasts(fit, "arm", degrees.degrees_of_freedom, degrees.information):
        c = found.contrast
        low, high = limits(c.estimate, c.se, c.df, study.confidence)
        n = arm_counts(sums, found.visit)
        warnings = (*found.warnings, *fit.warnings)
        yield Estimate(
            outcome=outcome,
            visit=found.visit,
            contrast="difference",
            method="mmrm",
            estimand="adjusted mean difference in everyone with at least one visit",
            estimate=finite(c.estimate),
            se=finite(c.se),
            ci_low=low,
            ci_high=high,
            df=finite(c.df),
            p=finite(c.p),
            n_etmi=n[1],
            n_usual_care=n[0],
            meaning=meaning(outcome, found.visit, finite(c.estimate), low, high, data),
            warnings=warnings,
        )


def finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def limits(estimate: float, se: float, df: float, confidence: float) -> tuple[float | None, float | None]:
    """A two-sided interval from Student's t; None where it cannot be told."""
    if not (math.isfinite(estimate) and math.isfinite(se) and df > 0):
        return None, None
    half = float(stdtrit(df, 0.5 + confidence / 2)) * se
    return estimate - half, estimate + half


def arm_counts(sums: PatternSums, visit: str) -> tuple[int, int]:
    """(usual care, etmi) episodes recorded at a visit, or at any visit for the average."""
    use = sums.observed.any(1) if visit == AVERAGE else sums.observed[:, sums.visits.index(visit)]
    etmi = round(float(sums.gram[use, 0, sums.columns.index("arm")].sum()))
    return round(float(sums.n[use].sum())) - etmi, etmi


def meaning(outcome: str, visit: str, value: float | None, low, high, data: Data) -> str:
    """One plain sentence: which way, how sure, and whether it is as large as the smallest change that matters."""
    label, study = LABELS[outcome], data.outline.study
    when = AT.get(visit, visit)
    if value is None or low is None:
        return f"{label.capitalize()} {when}: the two kinds of care cannot be compared from these data."
    digits = DIGITS.get(outcome, 1)
    said = interval(low, high, study.confidence, digits)
    higher = "higher" if value > 0 else "lower"
    good = (value > 0) == HIGHER_IS_BETTER[outcome]
    if low <= 0 <= high:
        verdict = "the data do not settle which kind of care did better"
    else:
        better = "ETMI" if good else "usual care"
        verdict = f"people with {better} did better{beside_what_matters(low, high, study.mic.get(outcome))}"
    return (
        f"{label.capitalize()} {when} was {number(abs(value), digits)} points {higher} with ETMI than with usual care "
        f"({said}; observational): {verdict}."
    )


def beside_what_matters(low: float, high: float, least: float | None) -> str:
    """How a difference whose interval leaves out zero lies to the smallest change that matters to one person."""
    if not least:
        return ""
    points = f"{number(least, 1).removesuffix('.0')} points that matter to one person"
    if max(abs(low), abs(high)) < least:
        return f", by less than the {points}"
    if min(abs(low), abs(high)) >= least:
        return f", by at least the {points}"
    return f"; whether by as much as the {points} is not settled"


def table(data: Data, outcome: str, rows: tuple[Estimate, ...]) -> Table:
    degrees = DEGREES[data.outline.study.mmrm.degrees_of_freedom]
    return Table(
        name=f"mmrm_{outcome}",
        title=f"{LABELS[outcome].capitalize()}: ETMI minus usual care, adjusted (observational)",
        columns=("visit", "difference", "low", "high", "se", "df", "p", "n_etmi", "n_usual_care"),
        rows=tuple(
            (e.visit, e.estimate, e.ci_low, e.ci_high, e.se, e.df, e.p, e.n_etmi, e.n_usual_care)
            for e in rows
        ),
        counts=("n_etmi", "n_usual_care"),
        note=f"Mixed model for repeated measures; degrees of freedom by {degrees}.",
    )


def means_table(data: Data, outcome: str) -> Table:
    """Adjusted means by arm and visit, at the average covariates of the cohort."""
    fit, sums, study = fitted(data, outcome), sums_of(data, outcome), data.outline.study
    q = len(sums.columns)
    average = sums.gram[:, 0, :q].sum(0) / sums.n.sum()
    rows = []
    for t, visit in enumerate(sums.visits):
        for arm, value in ARMS.items():
            z = average.copy()
            z[sums.columns.index("arm")] = value
            c = contrast(fit, z @ fit.model.A[t], study.mmrm.degrees_of_freedom, study.mmrm.information)
            low, high = limits(c.estimate, c.se, c.df, study.confidence)
            rows.append((visit, arm, finite(c.estimate), low, high, arm_counts(sums, visit)[int(value)]))
    return Table(
        name=f"means_{outcome}",
        title=f"{LABELS[outcome].capitalize()}: adjusted means by visit",
        columns=("visit", "arm", "mean", "low", "high", "n"),
        rows=tuple(rows),
        counts=("n",),
        derived={"mean": "n", "low": "n", "high": "n"},
        note="As if both arms had the average age, baseline and other covariates of the cohort.",
    )


def figure(outcome: str) -> Figure:
    better = "higher is better" if HIGHER_IS_BETTER[outcome] else "lower is better"
    return Figure(
        name=f"over_time_{outcome}",
        title=f"{LABELS[outcome].capitalize()} over time ({better})",
        kind="by_visit",
        table=f"means_{outcome}",
        encoding={"x": "visit", "y": "mean", "low": "low", "high": "high", "colour": "arm"},
        description=f"Adjusted mean {LABELS[outcome]} at each visit with ETMI and with usual care, with intervals.",
    )
