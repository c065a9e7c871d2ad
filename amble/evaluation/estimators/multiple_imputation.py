"""Multiple imputation with infinitely many imputations, in closed form from pattern sums.

Missing scores are predicted from the mixed model, at random or by a reference-based rule, and each visit is then
compared by analysis of covariance. The estimate is linear in the predictions, so its mean and variance over all
imputations follow from sums of products: no seed, no error from too few imputations, no rows. Rubin's rules pool.
Equations: multiple_imputation.md, reference_based.md.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from amble.evaluation.estimators.completion import Completed, Law, complete, expected
from amble.evaluation.estimators.degrees_of_freedom import uncertainty
from amble.evaluation.estimators.linear_model import LinearFit, least_squares
from amble.evaluation.estimators.mmrm import MmrmFit
from amble.evaluation.estimators.mmrm_likelihood import solve
from amble.evaluation.sums.moments import PatternSums

STEP = 0.01  # of a standard error, for the slope of the estimate along the covariance's own uncertainty


@dataclass(frozen=True)
class Pooled:
    """One arm difference after Rubin's rules. NaN throughout where nothing can be imputed (see `warnings`).

    within: variance had nothing been missing.  between: variance over imputations.  total: their sum.
    df: Barnard and Rubin.  missing: imputed scores of usual care and ETMI.
    """

    estimate: float
    within: float
    between: float
    df: float
    missing: tuple[int, int]
    warnings: tuple[str, ...] = ()

    @property
    def total(self) -> float:
        return self.within + self.between

    def interval(self, confidence: float) -> tuple[float, float]:
        half = stats.t.ppf((1 + confidence) / 2, self.df) * np.sqrt(self.total)
        return self.estimate - half, self.estimate + half

    @property
    def p(self) -> float:
        return float(2 * stats.t.sf(abs(self.estimate) / np.sqrt(self.total), self.df))


@dataclass(frozen=True)
class Imputation:
    """Everything about one visit and rule that does not depend on a shift of the imputed scores.

    fit: analysis of covariance of the completed visit.  drift: variance of the estimate because the covariance of the
    scores is itself estimated.
    """

    completed: Completed
    columns: tuple[str, ...]
    fit: LinearFit
    drift: float
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImputationModel:
    """The law that is imputed from, and the laws one small step along each axis of its covariance's uncertainty."""

    sums: PatternSums
    law: Law
    moved: tuple[tuple[Law, Law], ...]


def imputation_model(sums: PatternSums, fit: MmrmFit) -> ImputationModel | None:
    """sums: patterns of both arms (completion.both_arms), those without visits too, that `fit` was fitted to.

    None where there is no fit, or where it does not tell how sure its covariance is. The moved laws are for the last
    sum of (mi-6).
    """
    known = uncertainty(fit, "satterthwaite", "observed")
    if known is None:
        return None
    problem = fit.start.problem
    values, axes = np.linalg.eigh(known.theta_cov)
    steps = STEP * np.sqrt(np.maximum(values, 0.0))[:, None] * axes.T
    seen = np.ix_(fit.start.seen, fit.start.seen)
    theta = problem.theta((fit.sigma[seen] / np.outer(fit.start.spread, fit.start.spread))[None])
    sigmas = problem.sigma(np.concatenate([theta, theta + steps, theta - steps]))
    solution = solve(problem.take(np.zeros(len(sigmas), dtype=int)), sigmas)
    if not np.isfinite(solution.value).all():
        return None
    laws = [
        _law(fit, sigma, beta, vcov)
        for sigma, beta, vcov in zip(sigmas, solution.beta, solution.vcov, strict=True)
    ]
    half = len(steps) + 1
    return ImputationModel(sums, laws[0], tuple(zip(laws[1:half], laws[half:], strict=True)))


def impute(model: ImputationModel, visit: int, rule: str) -> Imputation:
    """Completed sums and analysis of one visit (an index) under one rule of completion.RULES."""
    sums = model.sums
    completed = complete(sums, model.law, visit, rule)
    fit = _ancova(completed, sums.columns)
    arm = sums.columns.index("arm")
    slopes = [
        fit.bread[arm] @ (expected(sums, up, visit, rule) - expected(sums, down, visit, rule))
        for up, down in model.moved
    ]
    drift = float(np.sum((np.array(slopes) / (2 * STEP)) ** 2))
    return Imputation(completed, sums.columns, fit, drift, _faults(sums, visit, fit))


def pool(imputation: Imputation, shift: tuple[float, float] = (0.0, 0.0)) -> Pooled:
    """Rubin's rules (mi-4 to mi-7), after adding `shift` to the imputed scores of (usual care, ETMI) (tipping-1)."""
    done, fit, delta = imputation.completed, imputation.fit, np.array(shift)
    missing = (int(done.missing[0]), int(done.missing[1]))
    arm = imputation.columns.index("arm")
    df = done.n.sum() - fit.kept.sum()
    if imputation.warnings or not fit.kept[arm] or df <= 0:
        return Pooled(np.nan, np.nan, np.nan, np.nan, missing, imputation.warnings)
    zy = done.zy + delta @ done.missing_z
    yy = done.yy + 2 * delta @ done.missing_y + delta**2 @ done.missing
    residual = yy - zy @ fit.bread @ zy - np.sum(fit.bread * done.spread)
    within = residual / df * fit.bread[arm, arm]
    between = fit.bread[arm] @ done.spread @ fit.bread[arm] + imputation.drift
    df = barnard_rubin(within, between, df)
    return Pooled(float(fit.bread[arm] @ zy), float(within), float(between), df, missing)


def barnard_rubin(within: float, between: float, df_complete: float) -> float:
    """Degrees of freedom with infinitely many imputations (mi-7)."""
    return float((df_complete + 1) / (df_complete + 3) * df_complete * within / (within + between))


def available_cases(sums: PatternSums, visit: int) -> Pooled:
    """The same analysis of covariance of the episodes seen at this visit only: the line to compare with."""
    seen = sums.observed[:, visit]
    q = len(sums.columns)
    at = [*range(q), q + visit]
    gram = sums.gram[seen].sum(0)[np.ix_(at, at)]
    fit = least_squares(gram, (*sums.columns, "y"), sums.columns, ("y",))
    arm = sums.columns.index("arm")
    df = float(sums.n[seen].sum() - fit.kept.sum())
    if not fit.kept[arm] or df <= 0:
        return Pooled(np.nan, np.nan, np.nan, np.nan, (0, 0), _faults(sums, visit, fit))
    within = float(fit.residual[0, 0] / df * fit.bread[arm, arm])
    return Pooled(float(fit.coef[arm, 0]), within, 0.0, df, (0, 0))


def _ancova(done: Completed, columns: tuple[str, ...]) -> LinearFit:
    gram = np.block([[done.zz, done.zy[:, None]], [done.zy[None], np.array([[done.yy]])]])
    return least_squares(gram, (*columns, "y"), columns, ("y",))


def _faults(sums: PatternSums, visit: int, fit: LinearFit) -> tuple[str, ...]:
    arm = sums.columns.index("arm")
    seen = sums.observed[:, visit]
    treated = sums.gram[:, arm, arm] > 0
    name = sums.visits[visit]
    empty = [
        label
        for label, side in (("ETMI", treated), ("usual care", ~treated))
        if sums.n[seen & side].sum() == 0
    ]
    return tuple(
        f"No one in {label} answered at {name}, so nothing can be filled in there." for label in empty
    )


def _law(fit: MmrmFit, sigma: np.ndarray, coefficients: np.ndarray, vcov: np.ndarray) -> Law:
    """In own units; a visit nobody answered stands apart from the others."""
    start = fit.start
    whole = np.eye(len(fit.model.visits))
    whole[np.ix_(start.seen, start.seen)] = sigma * np.outer(start.spread, start.spread)
    return Law(fit.model.A[:, :, start.kept], coefficients, vcov, whole)
