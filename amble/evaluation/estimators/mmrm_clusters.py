"""Repeated measures when patients of one clinician (or clinic) resemble each other: docs/methods/mmrm_clusters.md.

The coefficients are those of the mixed model that takes patients as independent; only the uncertainty is redone,
without a model of how the patients of a cluster resemble each other. Clusters must be independent.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.special import stdtr, stdtrit

from amble.evaluation.estimators.cluster_bootstrap import percentiles
from amble.evaluation.estimators.degrees_of_freedom import Contrast, VisitContrast, visit_rows
from amble.evaluation.estimators.mmrm import MmrmFit, spread_out
from amble.evaluation.estimators.mmrm_likelihood import Problem, residual_scores, weighted_cross_products
from amble.evaluation.estimators.mmrm_start import problem_of
from amble.evaluation.estimators.newton import maximise
from amble.evaluation.sums.moments import ClusterPatternGrams

Correction = Literal["cr0", "cr2"]
FULL = 1e-8  # a cluster alone determines a direction when less than this is left to the others
AT_ONCE = 100  # refits that share a Newton step: as many as stay in the processor's cache
FEW_CLUSTERS = 20
NO_CLUSTERS = ("This needs a fit that converged and at least two clusters.",)


@dataclass(frozen=True)
class Sandwich:
    """Cluster-robust covariance of the coefficients of a fit.

    vcov: (p, p), NaN where dropped.  clusters: how many have patients.  warnings: in plain words.
    own, lean: (G, p, p) for the degrees of freedom (clusters-4), kept coefficients only.
    """

    vcov: np.ndarray
    clusters: int
    own: np.ndarray
    lean: np.ndarray
    bread: np.ndarray
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Bootstrap:
    """Refits on clusters drawn with replacement.

    coefficients: (R, p), NaN where dropped, without anyone in the resample, or not converged.  converged: (R,) bool.
    warnings: in plain words.
    """

    coefficients: np.ndarray
    converged: np.ndarray
    warnings: tuple[str, ...]


def cluster_problem(fit: MmrmFit, grams: ClusterPatternGrams) -> Problem:
    """The fit's problem with one data set per cluster that has patients."""
    start = fit.start
    rows = {tuple(row): s for s, row in enumerate(grams.observed)}
    order = [rows[tuple(row)] for row in start.observed]
    gram = grams.gram[:, order]
    gram = gram[gram[:, :, 0, 0].sum(1) > 0]
    design = fit.model.A[start.seen][:, :, start.kept]
    return problem_of(gram, start.observed, start.seen, design, start.spread)


def sandwich(fit: MmrmFit, grams: ClusterPatternGrams, correction: Correction = "cr2") -> Sandwich | None:
    """(clusters-1) with scores as they are ("cr0") or corrected for small samples ("cr2", clusters-2).

    None where the fit did not converge or there are fewer than two clusters.
    """
    problem = cluster_problem(fit, grams) if fit.certificate.converged else None
    if problem is None or len(problem.n) < 2:
        return None
    at = fit.derivatives.solution
    information = weighted_cross_products(problem, at.P[:, None])[:, 0]
    scores = residual_scores(problem, at.P[:, None], at.beta)[:, 0]
    bread = at.vcov[0]
    factor, alone = np.broadcast_to(np.eye(len(bread)), information.shape), False
    if correction == "cr2":
        factor, alone = leverage_factors(information, bread)
    scores = (factor @ scores[..., None])[..., 0]
    lean = factor @ information
    own = factor @ lean
    vcov = bread @ (scores.T @ scores) @ bread
    warnings = []
    if alone:
        warnings.append(
            "One clinician or clinic alone determines part of the model: robust errors may be too small."
        )
    if len(information) < FEW_CLUSTERS:
        warnings.append(f"Only {len(information)} clusters: robust errors are uncertain.")
    whole = spread_out(vcov, fit.start.kept, len(fit.model.coefficients))
    return Sandwich(whole, len(information), own, lean, bread, tuple(warnings))


def leverage_factors(information: np.ndarray, bread: np.ndarray) -> tuple[np.ndarray, bool]:
    """((G, p, p) (I - M_g bread)^(-1/2), whether one cluster alone determines a direction): (clusters-2)."""
    root = np.linalg.cholesky(bread)
    values, vectors = np.linalg.eigh(root.T @ information @ root)
    left = 1 - values
    alone = left < FULL
    scale = np.where(alone, 0, 1 / np.sqrt(np.where(alone, 1, left)))
    middle = (vectors * scale[:, None]) @ vectors.swapaxes(1, 2)
    return np.linalg.solve(root.T, middle @ root.T), bool(alone.any())


def robust_contrast(fit: MmrmFit, robust: Sandwich, row: np.ndarray) -> Contrast:
    """t test of row @ beta, row (p,), with the degrees of freedom of Bell and McCaffrey: (clusters-4)."""
    row = row[fit.start.kept]
    kept = np.ix_(fit.start.kept, fit.start.kept)
    estimate = float(row @ fit.coefficients[fit.start.kept])
    se = float(np.sqrt(row @ robust.vcov[kept] @ row))
    reach = robust.bread @ row
    lean = robust.lean @ reach
    own = robust.own @ reach @ reach
    shared = ((lean @ robust.bread) * lean).sum(1)
    # The sum of squares of the G by G matrix diag(own) - lean bread lean', without making it.
    crossed = robust.bread @ (lean.T @ lean)
    total, squares = (own - shared).sum(), own @ (own - 2 * shared) + (crossed * crossed.T).sum()
    if not (se > 0 and total > 0):
        return unknown(True)
    df = float(total**2 / squares)
    t = estimate / se
    half = float(stdtrit(df, 0.975)) * se
    return Contrast(estimate, se, df, t, float(2 * stdtr(df, -abs(t))), estimate - half, estimate + half)


def robust_arm_contrasts(
    fit: MmrmFit, grams: ClusterPatternGrams, column: str = "arm", correction: Correction = "cr2"
) -> tuple[VisitContrast, ...]:
    """As degrees_of_freedom.arm_contrasts, with cluster-robust errors."""
    robust = sandwich(fit, grams, correction)
    answers = []
    for visit, row, warnings, estimable in visit_rows(fit, column):
        if robust is None or not estimable:
            answers.append(VisitContrast(visit, unknown(estimable), warnings + NO_CLUSTERS * estimable))
            continue
        answers.append(VisitContrast(visit, robust_contrast(fit, robust, row), warnings + robust.warnings))
    return tuple(answers)


def unknown(estimable: bool) -> Contrast:
    return Contrast(np.nan, np.nan, np.nan, np.nan, np.nan, estimable=estimable)


def bootstrap(
    fit: MmrmFit, grams: ClusterPatternGrams, replicates: int, rng: np.random.Generator
) -> Bootstrap | None:
    """Refit on clusters drawn with replacement, each refit started from the fit: (clusters-5).

    A covariate that nobody in a resample has is left out of that refit. None where the fit did not converge or there
    are fewer than two clusters.
    """
    start = fit.start
    clusters = cluster_problem(fit, grams) if fit.certificate.converged else None
    if clusters is None or len(clusters.n) < 2:
        return None
    groups = len(clusters.n)
    drawn = rng.multinomial(groups, np.full(groups, 1 / groups), replicates).astype(float)
    sigma = fit.sigma[np.ix_(start.seen, start.seen)] / np.outer(start.spread, start.spread)
    coefficients = np.full((replicates, len(fit.model.coefficients)), np.nan)
    converged = np.zeros(replicates, bool)
    kinds, kind = np.unique(without_anyone(fit, clusters, drawn), axis=0, return_inverse=True)
    for number, lost in enumerate(kinds):
        alike = np.flatnonzero(kind.ravel() == number)
        part = replace(clusters, design=np.ascontiguousarray(clusters.design[:, ~lost]))
        for at in np.array_split(alike, max(1, len(alike) // AT_ONCE)):
            end = maximise(resampled(part, drawn[at]), np.broadcast_to(sigma, (len(at), *sigma.shape)))
            converged[at] = end.converged
            done = at[end.converged]
            coefficients[np.ix_(done, start.kept[~lost])] = end.beta[end.converged]
    failed = int((~converged).sum())
    warnings = (f"{failed} of {replicates} resamples could not be fitted and are left out.",) * (failed > 0)
    return Bootstrap(coefficients, converged, warnings)


def without_anyone(fit: MmrmFit, clusters: Problem, drawn: np.ndarray) -> np.ndarray:
    """(R, kept) whether a coefficient common to all visits belongs to a column that is 0 for everyone drawn."""
    q = len(fit.model.columns)
    has = clusters.zz.sum(1)[:, :: q + 1] > 0
    present = drawn @ has > 0
    kept = [fit.model.coefficients[k] for k in fit.start.kept]
    column = [fit.model.columns.index(name) for name, _ in kept]
    return ~present[:, column] & np.array([visit is None for _, visit in kept])


def resampled(clusters: Problem, weights: np.ndarray) -> Problem:
    """The sums of samples in which cluster g stands weights[r, g] times."""

    def added(sums: np.ndarray) -> np.ndarray:
        return (weights @ sums.reshape(len(sums), -1)).reshape(len(weights), *sums.shape[1:])

    parts = {name: added(getattr(clusters, name)) for name in ("n", "zz", "zy", "yy")}
    return Problem(clusters.observed, clusters.design, **parts, pairs=clusters.pairs)


def bootstrap_arm_contrasts(
    fit: MmrmFit, draws: Bootstrap | None, column: str = "arm", clusters: int | None = None
) -> tuple[VisitContrast, ...]:
    """Standard deviation and percentile interval of the refits; no degrees of freedom and no p value.

    clusters: in the group that has fewer of them, by which the percentiles are moved out (bootstrap-3).
    """
    answers = []
    for visit, row, warnings, estimable in visit_rows(fit, column):
        if draws is None or not estimable or draws.converged.sum() < 2:
            answers.append(VisitContrast(visit, unknown(estimable), warnings + NO_CLUSTERS * estimable))
            continue
        used = row != 0
        sample = draws.coefficients[draws.converged][:, used] @ row[used]
        low, high = percentiles(sample, 0.95, clusters)
        estimate = float(row[used] @ fit.coefficients[used])
        c = Contrast(estimate, float(sample.std(ddof=1)), np.nan, np.nan, np.nan, low, high)
        answers.append(VisitContrast(visit, c, warnings + draws.warnings))
    return tuple(answers)
