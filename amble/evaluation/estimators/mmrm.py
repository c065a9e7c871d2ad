"""Mixed model for repeated measures from sums by pattern of what was recorded: docs/methods/mmrm.md.

Estimand: difference in mean at each visit, had everyone been measured (missing at random given the covariates and
the outcomes seen). Unstructured covariance, restricted maximum likelihood. The cost does not depend on the number
of episodes. Nothing is raised: what cannot be estimated is NaN, with a warning.
"""

from dataclasses import dataclass

import numpy as np

from amble.evaluation.estimators.mean_model import Coefficient, MeanModel
from amble.evaluation.estimators.mmrm_likelihood import Derivatives, Problem
from amble.evaluation.estimators.mmrm_start import Start, start_of
from amble.evaluation.estimators.newton import Maximum, maximise
from amble.evaluation.results import Convergence
from amble.evaluation.sums.moments import PatternSums

SINGULAR = 1e-6  # smallest eigenvalue of the correlation matrix of the visits that still counts as regular


@dataclass(frozen=True)
class MmrmFit:
    """A fitted model. Coefficients in the order of model.coefficients; NaN where dropped or nothing could be fitted.

    vcov: (p, p) model-based.  sigma: (T, T), NaN at visits without data, 0 for pairs never recorded together.
    episodes, values: how many entered.  start: kept and dropped coefficients, units of the visits, sums.
    derivatives: at the maximum, for the degrees of freedom; None when nothing was fitted.
    """

    model: MeanModel
    coefficients: np.ndarray
    vcov: np.ndarray
    sigma: np.ndarray
    loglik: float
    minus_2_reml: float
    dropped: tuple[Coefficient, ...]
    certificate: Convergence
    warnings: tuple[str, ...]
    episodes: float
    values: float
    start: Start
    derivatives: Derivatives | None


def fit_mmrm(sums: PatternSums, model: MeanModel, name: str = "mmrm") -> MmrmFit:
    """Maximise the restricted likelihood (mmrm-4) by Newton's method. name: what the certificate calls this fit."""
    start = start_of(sums, model)
    if start.problem is None:
        return unfitted(sums, model, start, name)
    end = maximise(start.problem, start.sigma)
    correlation = start.problem.sigma(end.theta)[0]
    solution = end.last.solution
    recorded = start.problem.n[0] @ start.problem.observed
    value = float(end.value[0] + 2 * recorded @ np.log(start.spread))
    return MmrmFit(
        model=model,
        coefficients=spread_out(solution.beta[0], start.kept, len(model.coefficients)),
        vcov=spread_out(solution.vcov[0], start.kept, len(model.coefficients)),
        sigma=spread_out(correlation * np.outer(start.spread, start.spread), start.seen, len(model.visits)),
        loglik=-value / 2,
        minus_2_reml=value,
        dropped=dropped_of(model, start),
        certificate=certificate_of(name, end),
        warnings=start.warnings + ending_warnings(end, correlation, start.problem),
        episodes=float(start.problem.n.sum()),
        values=float(recorded.sum()),
        start=start,
        derivatives=end.last,
    )


def spread_out(part: np.ndarray, where: np.ndarray, size: int) -> np.ndarray:
    """A vector or square matrix of the given size that holds `part` at the indices `where`, NaN elsewhere."""
    whole = np.full((size,) * part.ndim, np.nan)
    whole[np.ix_(*[where] * part.ndim)] = part
    return whole


def dropped_of(model: MeanModel, start: Start) -> tuple[Coefficient, ...]:
    return tuple(c for k, c in enumerate(model.coefficients) if k not in start.kept)


def certificate_of(name: str, end: Maximum) -> Convergence:
    numbers = float(end.gradient_norm[0]), float(end.decrement[0])
    return Convergence(name, bool(end.converged[0]), int(end.iterations[0]), *numbers)


def ending_warnings(end: Maximum, correlation: np.ndarray, problem: Problem) -> tuple[str, ...]:
    """Not converged; covariance at or near its edge."""
    warnings = []
    if not end.converged[0]:
        warnings.append(
            "The fit did not reach the best value: there may be too few people for so many visits. "
            "Do not rely on its numbers."
        )
    held = problem.observed[:, :, None] * problem.observed[:, None, :]
    size = np.sqrt(np.diagonal(correlation))
    within = correlation / np.outer(size, size) * held + np.eye(len(size)) * (1 - problem.observed)[:, None]
    if not np.isfinite(within).all() or np.linalg.eigvalsh(within).min() < SINGULAR:
        warnings.append(
            "Some visits almost determine each other, so the covariance is at its edge; standard errors are doubtful."
        )
    return tuple(warnings)


def unfitted(sums: PatternSums, model: MeanModel, start: Start, name: str) -> MmrmFit:
    """A result that says why there is none."""
    T, p = len(model.visits), len(model.coefficients)
    recorded = float((sums.n[:, None] * sums.observed).sum())
    return MmrmFit(
        model=model,
        coefficients=np.full(p, np.nan),
        vcov=np.full((p, p), np.nan),
        sigma=np.full((T, T), np.nan),
        loglik=np.nan,
        minus_2_reml=np.nan,
        dropped=dropped_of(model, start),
        certificate=Convergence(name, False, 0, np.inf, np.inf),
        warnings=start.warnings,
        episodes=float(sums.n.sum()),
        values=recorded,
        start=start,
        derivatives=None,
    )
