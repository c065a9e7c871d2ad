"""The restricted likelihood of the mixed model for repeated measures, its gradient and Hessian, from pattern sums.

Everything has a leading axis of B data sets that share visits, patterns and mean model (one fit has B = 1, a
bootstrap many), so that one Newton step serves all. Axes: s pattern, t and u visits, j and k covariance parameters.
Equations: docs/methods/mmrm.md.
"""

from dataclasses import dataclass, replace

import numpy as np

from amble.evaluation.estimators.matrices import inverse_of_stack


@dataclass(frozen=True)
class Problem:
    """B data sets in sums, each visit in units of its own spread.

    observed: (S, T) 0 or 1.  design: (T*q, p), the A_t stacked.  n: (B, S).  zz: (B, S, q*q).  zy: (B, T, S, q).
    yy: (B, T, T, S).  pairs: (K, T*T) the matrices dSigma/dtheta_j; the entries of Sigma that the data can tell.
    """

    observed: np.ndarray
    design: np.ndarray
    n: np.ndarray
    zz: np.ndarray
    zy: np.ndarray
    yy: np.ndarray
    pairs: np.ndarray

    def take(self, chosen: np.ndarray) -> "Problem":
        """The data sets that are chosen (bool or indices)."""
        parts = {name: getattr(self, name)[chosen] for name in ("n", "zz", "zy", "yy")}
        return replace(self, **parts)

    def sigma(self, theta: np.ndarray) -> np.ndarray:
        """(B, T, T) from the covariance parameters (B, K)."""
        visits = self.observed.shape[1]
        return (theta @ self.pairs).reshape(-1, visits, visits)

    def theta(self, sigma: np.ndarray) -> np.ndarray:
        """(B, K): the free entries of Sigma."""
        flat = sigma.reshape(len(sigma), -1)
        return flat @ (self.pairs / self.pairs.sum(1, keepdims=True)).T


@dataclass(frozen=True)
class Solution:
    """Generalised least squares at a given Sigma: (mmrm-2) to (mmrm-4).

    value: (B,) -2 restricted log likelihood, inf where Sigma or X'V^-1X is not positive definite.
    P: (B, T, T, S) inverse of Sigma on each pattern, 0 elsewhere.  beta: (B, p).  vcov: (B, p, p).
    """

    value: np.ndarray
    P: np.ndarray
    beta: np.ndarray
    vcov: np.ndarray


@dataclass(frozen=True)
class Derivatives:
    """Of -2 restricted log likelihood in theta: (mmrm-5) to (mmrm-8).

    gradient: (B, K).  hessian: (B, K, K) observed.  expected: (B, K, K) its expectation.
    information: (B, K, p, p) X'V^-1 V_j V^-1 X, so that d vcov / d theta_j = vcov information_j vcov.
    """

    solution: Solution
    gradient: np.ndarray
    hessian: np.ndarray
    expected: np.ndarray
    information: np.ndarray


def pattern_inverses(problem: Problem, sigma: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(P (B, T, T, S), log determinants (B, S), all positive definite (B,)) of Sigma on each pattern."""
    sets, visits = sigma.shape[:2]
    seen = problem.observed[:, :, None] * problem.observed[:, None, :]
    # A visit outside the pattern becomes an independent one of variance 1: same determinant, same inverse inside.
    padded = sigma[:, None] * seen + np.eye(visits) * (1 - problem.observed)[:, None, :]
    inverse, logdet, positive = inverse_of_stack(padded.reshape(-1, visits, visits))
    inverse = inverse.reshape(sets, -1, visits, visits) * seen
    return (
        np.ascontiguousarray(np.moveaxis(inverse, 1, -1)),
        logdet.reshape(sets, -1),
        positive.reshape(sets, -1).all(1),
    )


def weighted_cross_products(problem: Problem, weights: np.ndarray) -> np.ndarray:
    """(B, K, p, p): sum over patterns of A_t' Z'Z A_u weights[t, u, s] for K sets of weights (B or 1, K, T, T, S)."""
    _, many, visits, _, patterns = weights.shape
    sets, q = len(problem.zz), problem.zy.shape[-1]
    saturated = weights.reshape(len(weights), -1, patterns) @ problem.zz
    saturated = saturated.reshape(sets, many, visits, visits, q, q).swapaxes(3, 4)
    saturated = saturated.reshape(sets, many, visits * q, visits * q)
    return problem.design.T @ saturated @ problem.design


def solve(problem: Problem, sigma: np.ndarray) -> Solution:
    """Generalised least squares and -2 restricted log likelihood at Sigma (B, T, T)."""
    P, logdet, positive = pattern_inverses(problem, sigma)
    sets, visits, _, patterns = P.shape
    p = problem.design.shape[1]
    bread = weighted_cross_products(problem, P[:, None])[:, 0]
    vcov, logdet_bread, full_rank = inverse_of_stack(bread)
    zy = P.reshape(sets, visits, -1) @ problem.zy.reshape(sets, visits * patterns, -1)
    right = zy.reshape(sets, -1) @ problem.design
    beta = (vcov @ right[..., None])[..., 0]
    square = np.einsum("btus,btus->b", P, problem.yy) - (beta * right).sum(1)
    values = (problem.n * problem.observed.sum(1)).sum(1)
    value = (problem.n * logdet).sum(1) + logdet_bread + square + (values - p) * np.log(2 * np.pi)
    return Solution(np.where(positive & full_rank & (square > 0), value, np.inf), P, beta, vcov)


def residual_sums(problem: Problem, beta: np.ndarray) -> np.ndarray:
    """(B, S, T, T) sums of products of residuals by pattern; entries outside the pattern have no meaning."""
    sets, visits, patterns, q = problem.zy.shape
    m = (beta @ problem.design.T).reshape(sets, visits, q)
    cross = (m @ problem.zy.reshape(sets, -1, q).swapaxes(1, 2)).reshape(sets, visits, visits, patterns)
    fitted = (problem.zz.reshape(sets, -1, q) @ m.swapaxes(1, 2)).reshape(sets, patterns, q, visits)
    fitted = m[:, None] @ fitted
    return np.moveaxis(problem.yy - cross - cross.swapaxes(1, 2), -1, 1) + fitted


def fixed_effect_sums(problem: Problem, vcov: np.ndarray) -> np.ndarray:
    """(B, S, T, T) sums over episodes of x_t' vcov x_u."""
    sets, visits, patterns, q = problem.zy.shape
    spread = (problem.design @ vcov @ problem.design.T).reshape(sets, visits, q, visits, q).swapaxes(2, 3)
    sums = problem.zz @ spread.reshape(sets, visits * visits, q * q).swapaxes(1, 2)
    return sums.reshape(sets, patterns, visits, visits)


def traces(pairs: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """(B, K, K): sum over patterns of tr(V_j left_s V_k right_s), left and right (B, S, T, T)."""
    sets, patterns, visits, _ = left.shape
    flat = left.reshape(sets, patterns, -1).swapaxes(1, 2) @ right.reshape(sets, patterns, -1)
    # flat[b, c, d, a] pairs E_ab with E_cd.
    ordered = flat.reshape((sets, *[visits] * 4)).transpose(0, 4, 1, 2, 3).reshape(sets, visits**2, -1)
    return pairs @ ordered @ pairs.T


def inverse_derivatives(problem: Problem, P: np.ndarray) -> np.ndarray:
    """(B, K, T, T, S): P V_j P for each pattern."""
    visits = problem.observed.shape[1]
    row, column = np.divmod(problem.pairs.argmax(1), visits)
    half = P[:, row][:, :, :, None] * P[:, column][:, :, None]
    return (half + half.swapaxes(2, 3)) * np.where(row == column, 0.5, 1.0)[:, None, None, None]


def residual_scores(problem: Problem, weights: np.ndarray, beta: np.ndarray) -> np.ndarray:
    """(B, K, p): sum over patterns of A_t' Z'(y_u - x_u beta) weights[t, u, s], weights (B or 1, K, T, T, S)."""
    sets, visits, patterns, q = problem.zy.shape
    m = (beta @ problem.design.T).reshape(-1, visits, q)
    fitted = (problem.zz.reshape(sets, -1, q) @ m.swapaxes(1, 2)).reshape(sets, patterns, q, visits)
    zr = (problem.zy - fitted.transpose(0, 3, 1, 2)).reshape(sets, -1, q)
    many = weights.shape[1]
    saturated = weights.reshape(len(weights), many * visits, -1) @ zr
    return saturated.reshape(sets, many, -1) @ problem.design


def differentiate(problem: Problem, sigma: np.ndarray) -> Derivatives:
    """The likelihood's gradient and Hessian at Sigma (B, T, T); no meaning where the value is inf."""
    at = solve(problem, sigma)
    sets = len(sigma)
    P = np.ascontiguousarray(np.moveaxis(at.P, -1, 1))
    R = residual_sums(problem, at.beta)
    PRP = P @ R @ P
    PMP = P @ fixed_effect_sums(problem, at.vcov) @ P
    nP = P * problem.n[:, :, None, None]
    gradient = (nP - PRP - PMP).sum(1).reshape(sets, -1) @ problem.pairs.T
    D = inverse_derivatives(problem, at.P)
    information = weighted_cross_products(problem, D)
    xr = residual_scores(problem, D, at.beta)
    k = len(problem.pairs)
    bent = information @ at.vcov[:, None]
    twice = bent.reshape(sets, k, -1) @ bent.swapaxes(2, 3).reshape(sets, k, -1).swapaxes(1, 2)
    fixed = traces(problem.pairs, P, PMP)
    expected = traces(problem.pairs, nP, P) - fixed - fixed.swapaxes(1, 2) + twice
    noise = traces(problem.pairs, P, PRP)
    hessian = noise + noise.swapaxes(1, 2) - expected - 2 * xr @ at.vcov @ xr.swapaxes(1, 2)
    return Derivatives(at, gradient, symmetric(hessian), symmetric(expected), information)


def symmetric(stack: np.ndarray) -> np.ndarray:
    return (stack + stack.swapaxes(-1, -2)) / 2
