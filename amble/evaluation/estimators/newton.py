"""Newton's method on the covariance of repeated measures, for many data sets at once: docs/methods/mmrm.md (mmrm-9)."""

from dataclasses import dataclass

import numpy as np

from amble.evaluation.estimators.matrices import cholesky_of_stack
from amble.evaluation.estimators.mmrm_likelihood import Derivatives, Problem, differentiate, solve

ENOUGH = 1e-12  # squared distance to the maximum, in standard errors of the covariance parameters
STEPS, HALVINGS = 60, 40
NEAR = 1e-6  # below this decrement a gain drowns in rounding: a step need only not be a loss


@dataclass(frozen=True)
class Maximum:
    """Where Newton's method ended for B data sets, and how near the maximum that is.

    theta: (B, K).  beta: (B, p).  value: (B,) -2 restricted log likelihood.  converged: (B,) bool.
    gradient_norm, decrement: (B,) of the log likelihood, visits in units of their spread.
    last: derivatives at theta of the data sets that took longest (of the only one, if B = 1).
    """

    theta: np.ndarray
    beta: np.ndarray
    value: np.ndarray
    converged: np.ndarray
    iterations: np.ndarray
    gradient_norm: np.ndarray
    decrement: np.ndarray
    last: Derivatives


def direction(
    gradient: np.ndarray, hessian: np.ndarray, expected: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(descent step (B, K), whether the observed Hessian gave it (B,)).

    Where the observed Hessian is not positive definite, Fisher's matrix; where that is not, its eigenvalues made so.
    """
    matrix = hessian.copy()
    newton = cholesky_of_stack(hessian)[1]
    for b in np.flatnonzero(~newton):
        matrix[b] = expected[b]
        if not cholesky_of_stack(expected[b : b + 1])[1][0]:
            values, vectors = np.linalg.eigh(np.nan_to_num(expected[b]))
            floor = max(1e-8 * abs(values).max(), 1e-300)
            matrix[b] = vectors * np.maximum(abs(values), floor) @ vectors.T
    return -np.linalg.solve(matrix, gradient[..., None])[..., 0], newton


def line_search(
    problem: Problem, theta: np.ndarray, step: np.ndarray, value: np.ndarray, decrement: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(theta after the step, whether it moved): halve until the likelihood gains and Sigma is positive definite."""
    theta, moved = theta.copy(), np.zeros(len(theta), bool)
    left, length = np.arange(len(theta)), 1.0
    slack = np.where(decrement < NEAR, 1e-9 * np.abs(value), 0)
    part = problem
    for _ in range(HALVINGS):
        trial = theta[left] + length * step[left]
        reached = solve(part, part.sigma(trial)).value
        good = reached <= value[left] - 1e-4 * length * decrement[left] + slack[left]
        theta[left[good]], moved[left[good]] = trial[good], True
        if good.all():
            break
        if good.any():
            part = part.take(~good)
        left, length = left[~good], length / 2
    return theta, moved


def maximise(problem: Problem, start: np.ndarray) -> Maximum:
    """Maximise the restricted likelihood from Sigma = start (B, T, T), each positive definite."""
    theta = problem.theta(start)
    sets, p = len(theta), problem.design.shape[1]
    beta, value = np.full((sets, p), np.nan), np.full(sets, np.inf)
    converged, iterations = np.zeros(sets, bool), np.zeros(sets, int)
    gradient_norm, decrement = np.full(sets, np.inf), np.full(sets, np.inf)
    active, part = np.arange(sets), problem
    for iteration in range(STEPS + 1):
        last = differentiate(part, part.sigma(theta[active]))
        step, newton = direction(last.gradient, last.hessian, last.expected)
        gain = -(step * last.gradient).sum(1)
        beta[active], value[active] = last.solution.beta, last.solution.value
        iterations[active], gradient_norm[active] = iteration, np.linalg.norm(last.gradient, axis=1) / 2
        decrement[active] = gain / 2
        usable = np.isfinite(last.solution.value)
        done = newton & (gain < ENOUGH) & usable
        converged[active[done]] = True
        going = np.flatnonzero(~done & usable)
        if not going.size or iteration == STEPS:
            break
        if len(going) < len(active):
            part = part.take(going)
        moved_theta, moved = line_search(
            part, theta[active[going]], step[going], last.solution.value[going], gain[going]
        )
        theta[active[going]] = moved_theta
        active = active[going][moved]
        if not active.size:
            break
        if not moved.all():
            part = part.take(moved)
    return Maximum(theta, beta, value, converged, iterations, gradient_norm, decrement, last)
