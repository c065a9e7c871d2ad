"""Does the arm do more in one group than in another? Interactions in a mixed model. Equations: subgroups.md."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from amble.evaluation.estimators.degrees_of_freedom import Contrast, Information, Method, tested, uncertainty
from amble.evaluation.estimators.mean_model import mean_model
from amble.evaluation.estimators.mmrm import MmrmFit, fit_mmrm
from amble.evaluation.sums.moments import PatternSums


@dataclass(frozen=True)
class Effect:
    """A difference with its error; None where the data cannot tell it."""

    estimate: float | None
    se: float | None
    df: float | None
    low: float | None
    high: float | None
    p: float | None


@dataclass(frozen=True)
class Subgroups:
    """levels: the arm difference, averaged over visits, in each level.  statistic, p: F test that they are all equal.

    between: second level minus first when there are just two levels, else None. visits: those the average is over.
    """

    fit: MmrmFit
    levels: tuple[Effect, ...]
    between: Effect | None
    statistic: float | None
    numerator_df: int
    df: float | None
    p: float | None
    visits: tuple[str, ...]


def fit_subgroups(
    sums: PatternSums,
    by_visit: Sequence[str],
    interactions: Sequence[str],
    confidence: float,
    method: Method = "satterthwaite",
    information: Information = "observed",
    name: str = "mmrm_subgroup",
) -> Subgroups:
    """Fit visit:arm with arm:level terms common to all visits (subgroups-1) and test them together (subgroups-3).

    sums: with a column "arm", main effects of the levels, and the columns `interactions`, arm x level for every level
    but the first. The arm difference in the first level is the arm's own. A visit where the arms cannot be compared is
    left out of the average. A fit that did not converge gives no test.
    """
    model = mean_model(sums.columns, sums.visits, tuple(by_visit))
    fit = fit_mmrm(sums, model, name)
    known = uncertainty(fit, method, information)
    arm = np.array([model.A[t, model.columns.index("arm")] for t in range(len(sums.visits))])
    use = [tested(fit, row[None], known, method).estimable for row in arm]
    average = arm[use].mean(axis=0) if any(use) else arm.mean(axis=0)
    extra = np.array([model.A[0, model.columns.index(column)] for column in interactions])
    rows = [average, *(average + row for row in extra)]
    effects = tuple(as_effect(tested(fit, row[None], known, method), confidence) for row in rows)
    test = tested(fit, extra, known if fit.certificate.converged else None, method)
    return Subgroups(
        fit=fit,
        levels=effects,
        between=as_effect(test, confidence) if len(extra) == 1 else None,
        statistic=_known(test.statistic if len(extra) > 1 else test.statistic**2),
        numerator_df=len(extra),
        df=_known(test.df),
        p=_known(test.p),
        visits=tuple(visit for visit, used in zip(sums.visits, use, strict=True) if used),
    )


def as_effect(test: Contrast, confidence: float) -> Effect:
    """One row of a contrast with an interval of the confidence asked for."""
    estimate, se, df = (_known(value) for value in (test.estimate, test.se, test.df))
    if estimate is None or se is None or df is None or df <= 0:
        return Effect(estimate, se, df, None, None, None)
    half = float(stats.t.ppf((1 + confidence) / 2, df)) * se
    return Effect(estimate, se, df, estimate - half, estimate + half, _known(test.p))


def holm(p: Sequence[float | None]) -> list[float | None]:
    """Holm's step-down adjustment (subgroups-4): with m values, the k-th smallest is multiplied by m - k + 1.

    None stays None and does not count as a comparison.
    """
    order = sorted((value, at) for at, value in enumerate(p) if value is not None)
    adjusted: list[float | None] = [None] * len(p)
    largest = 0.0
    for rank, (value, at) in enumerate(order):
        largest = max(largest, min(1.0, (len(order) - rank) * value))
        adjusted[at] = largest
    return adjusted


def _known(value: float | np.ndarray) -> float | None:
    return float(value) if np.isfinite(value) else None
