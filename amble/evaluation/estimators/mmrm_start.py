"""What stands before the iterations of a mixed model: what the data can tell, in which units, and where to begin."""

from dataclasses import dataclass

import numpy as np

from amble.evaluation.estimators.matrices import independent_columns
from amble.evaluation.estimators.mean_model import MeanModel, named, pooled_gram
from amble.evaluation.estimators.mmrm_likelihood import Problem, residual_sums
from amble.evaluation.sums.moments import PatternSums

EXACT = 1e-6  # a spread around the mean below this share of the outcome's size is rounding


@dataclass(frozen=True)
class Start:
    """problem: without the empty patterns, empty visits and dropped coefficients; B = 1.

    sigma: (1, V, V) starting covariance, visits in units of spread (V,).  seen: (V,) indices of visits with data.
    patterns: which patterns of the sums take part; observed (S, T) those patterns.
    kept, null: see matrices.independent_columns.
    obstacle: why nothing can be fitted, in words, else "".
    """

    problem: Problem | None
    sigma: np.ndarray
    spread: np.ndarray
    seen: np.ndarray
    patterns: np.ndarray
    observed: np.ndarray
    kept: np.ndarray
    null: np.ndarray
    warnings: tuple[str, ...]
    obstacle: str = ""


def start_of(sums: PatternSums, model: MeanModel) -> Start:
    """Drop what the data cannot tell, scale each visit to spread 1, begin at the covariance of ordinary residuals."""
    patterns = (sums.n > 0) & sums.observed.any(1)
    observed = sums.observed[patterns]
    seen = np.flatnonzero(observed.any(0))
    gram = pooled_gram(model, sums)
    kept, null = independent_columns(gram)
    nothing = Start(None, np.zeros((1, 0, 0)), np.zeros(0), seen, patterns, observed, kept, null, ())
    values = (sums.n[patterns] @ observed).sum() if patterns.any() else 0
    if not kept.size:
        return stopped(nothing, "Nobody was measured, so nothing can be estimated.")
    if values <= len(kept):
        return stopped(nothing, "There are too few measurements for this model, so nothing can be estimated.")
    design = model.A[seen][:, :, kept]
    grams = sums.gram[patterns][None]
    raw = problem_of(grams, observed, seen, design, np.ones(len(seen)))
    sigma = ordinary_covariance(raw, gram[np.ix_(kept, kept)])
    spread = np.sqrt(np.maximum(np.diagonal(sigma), 0))  # rounding may leave less than nothing
    size = np.sqrt(np.einsum("btts->t", raw.yy) / (raw.n[0] @ raw.observed))
    if not (spread > EXACT * size).all():
        return stopped(
            nothing, "At some visit the model fits every value exactly, so nothing can be estimated."
        )
    problem = problem_of(grams, observed, seen, design, spread)
    begin = problem.sigma(problem.theta(regular(sigma / np.outer(spread, spread))[None]))
    warnings = early_warnings(model, seen, gram, kept, problem)
    return Start(problem, begin, spread, seen, patterns, observed, kept, null, warnings)


def stopped(nothing: Start, obstacle: str) -> Start:
    return Start(**{**vars(nothing), "warnings": (obstacle,), "obstacle": obstacle})


def problem_of(
    grams: np.ndarray, observed: np.ndarray, seen: np.ndarray, design: np.ndarray, spread: np.ndarray
) -> Problem:
    """The sums of B data sets, grams (B, S, q+T, q+T), with the visits that are seen in units of spread (V,)."""
    sets, patterns = grams.shape[:2]
    visits, q = design.shape[:2]
    outcome = q + seen
    yy = grams[:, :, outcome[:, None], outcome] / np.outer(spread, spread)
    zy = grams[:, :, :q, outcome] / spread
    return Problem(
        observed=observed[:, seen].astype(float),
        design=(design / spread[:, None, None]).reshape(visits * q, -1),
        n=grams[:, :, 0, 0],
        zz=np.ascontiguousarray(grams[:, :, :q, :q]).reshape(sets, patterns, q * q),
        zy=np.ascontiguousarray(zy.transpose(0, 3, 1, 2)),
        yy=np.ascontiguousarray(yy.transpose(0, 2, 3, 1)),
        pairs=covariance_parameters(observed[:, seen]),
    )


def covariance_parameters(observed: np.ndarray) -> np.ndarray:
    """(K, V*V): dSigma/dtheta_j for each pair of visits that some pattern holds together."""
    visits = observed.shape[1]
    together = observed.astype(int).T @ observed.astype(int) > 0
    pairs = []
    for t in range(visits):
        for u in range(t + 1):
            if together[t, u]:
                entry = np.zeros((visits, visits))
                entry[t, u] = entry[u, t] = 1
                pairs.append(entry.reshape(-1))
    return np.array(pairs)


def ordinary_covariance(problem: Problem, bread: np.ndarray) -> np.ndarray:
    """(V, V) mean products of ordinary least squares residuals, each pair from the episodes that have both."""
    beta = np.linalg.solve(bread, problem.design.T @ problem.zy[0].sum(1).reshape(-1))
    together = problem.observed[:, :, None] * problem.observed[:, None, :]
    products = (residual_sums(problem, beta[None])[0] * together).sum(0)
    return products / np.maximum((problem.n[0][:, None, None] * together).sum(0), 1)


def regular(correlation: np.ndarray) -> np.ndarray:
    """Eigenvalues raised to a thousandth of the largest: pairwise products need not be positive definite."""
    values, vectors = np.linalg.eigh(correlation)
    return vectors * np.maximum(values, 1e-3 * values[-1]) @ vectors.T


def early_warnings(
    model: MeanModel, seen: np.ndarray, gram: np.ndarray, kept: np.ndarray, problem: Problem
) -> tuple[str, ...]:
    """What was left out before fitting, in plain words.

    A level of a covariate that nobody measured has is no loss: without it the model says the same.
    """
    empty = [visit for t, visit in enumerate(model.visits) if t not in seen]
    unused = [
        ":" in name and "*" not in name and not gram[k, k] for k, (name, _) in enumerate(model.coefficients)
    ]
    lost = [
        c for k, c in enumerate(model.coefficients) if k not in kept and c[1] not in empty and not unused[k]
    ]
    warnings = [f"Nobody was measured at {visit}; that visit is left out." for visit in empty]
    if lost:
        listed = ", ".join(map(named, lost))
        warnings.append(f"Left out because the data cannot tell them from the other columns: {listed}.")
    visits = len(seen)
    if len(problem.pairs) < visits * (visits + 1) // 2:
        warnings.append(
            "Some pairs of visits were never recorded for the same person; how they go together is unknown."
        )
    return tuple(warnings)
