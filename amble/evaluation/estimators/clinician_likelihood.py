"""The restricted likelihood of repeated measures with a random intercept per clinician, from first-order sums.

V = V0 + tau2 ZZ', V0 block diagonal by episode: Woodbury's identity turns every term into sums by clinician.
Equations: docs/methods/mmrm_clinician.md. Arrays by clinician have a leading axis G; K covariance parameters.
"""

from dataclasses import dataclass
from functools import reduce

import numpy as np

from amble.evaluation.estimators.matrices import inverse_of_stack
from amble.evaluation.estimators.mmrm_likelihood import (
    Derivatives,
    Problem,
    Solution,
    fixed_effect_sums,
    inverse_derivatives,
    pattern_inverses,
    residual_scores,
    residual_sums,
    symmetric,
    traces,
    weighted_cross_products,
)

BLOCK = 2048  # clinicians whose K first-order sums are held at once


@dataclass(frozen=True)
class Clinicians:
    """First-order sums in the units of the problem.

    n: (G, S).  z: (G, S, q).  y: (G, S, V).  loading: (V,) what a unit of the intercept adds at each visit.
    """

    n: np.ndarray
    z: np.ndarray
    y: np.ndarray
    loading: np.ndarray


@dataclass(frozen=True)
class Point:
    """Generalised least squares at (Sigma, tau2): (clinician-2) to (clinician-4).

    By clinician: a = Z'V0^-1 Z, d = 1 + tau2 a, kappa = tau2 / d, u = X'V0^-1 Z (G, p), rho = Z'V0^-1 (y - X beta).
    weights: (S, V) V0^-1 Z for an episode of each pattern.
    """

    solution: Solution
    a: np.ndarray
    d: np.ndarray
    kappa: np.ndarray
    u: np.ndarray
    rho: np.ndarray
    weights: np.ndarray


def solve_clinicians(problem: Problem, clinicians: Clinicians, sigma: np.ndarray, tau2: float) -> Point:
    """-2 restricted log likelihood and the estimates at Sigma (1, V, V) and tau2 >= 0."""
    P, logdet, positive = pattern_inverses(problem, sigma)
    visits = P.shape[1]
    weights = np.einsum("tus,u->st", P[0], clinicians.loading)
    a = clinicians.n @ (weights @ clinicians.loading)
    d = 1 + tau2 * a
    kappa = tau2 / d
    u = weighted_firsts(problem, clinicians.z, weights)
    v = clinicians.y.reshape(len(a), -1) @ weights.reshape(-1)
    bread = weighted_cross_products(problem, P[:, None])[0, 0] - u.T @ (kappa[:, None] * u)
    vcov, logdet_bread, full_rank = inverse_of_stack(bread[None])
    zy = P.reshape(1, visits, -1) @ problem.zy.reshape(1, -1, problem.zy.shape[-1])
    right = zy.reshape(-1) @ problem.design - u.T @ (kappa * v)
    beta = vcov[0] @ right
    square = np.einsum("btus,btus->", P, problem.yy) - kappa @ v**2 - beta @ right
    value = (problem.n * logdet).sum() + np.log(d).sum() + logdet_bread[0] + square
    values = (problem.n * problem.observed.sum(1)).sum() - len(beta)
    usable = positive[0] and full_rank[0] and square > 0
    value = value + values * np.log(2 * np.pi) if usable else np.inf
    solution = Solution(np.array([value]), P, beta[None], vcov)
    return Point(solution, a, d, kappa, u, v - u @ beta, weights)


def weighted_firsts(problem: Problem, z: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(G, p): sums over a clinician's episodes and visits of x_t weights[s, t]; (G, K, p) for weights (S, K, V)."""
    groups, patterns, q = z.shape
    shape = weights.shape[1:]
    sums = z.swapaxes(1, 2) @ weights.reshape(patterns, -1)
    sums = np.moveaxis(sums.reshape(groups, q, *shape), 1, -1)
    return sums.reshape(groups, *shape[:-1], -1) @ problem.design


def differentiate_clinicians(
    problem: Problem, clinicians: Clinicians, sigma: np.ndarray, tau2: float
) -> tuple[Point, Derivatives]:
    """Of -2 restricted log likelihood in (theta, tau2), tau2 last: (clinician-5), (clinician-6)."""
    point = solve_clinicians(problem, clinicians, sigma, tau2)
    R, M = shifted_sums(problem, clinicians, point)
    P = np.moveaxis(point.solution.P, -1, 1)
    w, vcov = point.weights, point.solution.vcov[0]
    PRP, PMP = P @ R @ P, P @ M @ P
    shared = (point.kappa @ clinicians.n)[None, :, None, None] * (w[:, :, None] * w[:, None])
    nP = P * problem.n[:, :, None, None]
    slope = ((nP - shared - PRP - PMP).sum((0, 1)).reshape(-1)) @ problem.pairs.T
    D = inverse_derivatives(problem, point.solution.P)
    by = clinician_terms(problem, clinicians, point, D)
    information = weighted_cross_products(problem, D)[0] - by.information
    xr = residual_scores(problem, D, point.solution.beta)[0] - by.scores
    bent = information @ vcov
    k = len(bent)
    twice = bent.reshape(k, -1) @ bent.swapaxes(1, 2).reshape(k, -1).T
    crossed = traces(problem.pairs, P, PMP + shared)[0]
    expected = traces(problem.pairs, nP, P)[0] - crossed - crossed.T + by.squares + 2 * by.fixed + twice
    noise = symmetric(traces(problem.pairs, P, PRP)[0]) - by.noise
    corner = intercept_terms(point, information, xr, by)
    return point, bordered(point, slope, expected, noise - xr @ vcov @ xr.T, information, corner)


def shifted_sums(problem: Problem, clinicians: Clinicians, at: Point) -> tuple[np.ndarray, np.ndarray]:
    """(1, S, V, V) each: sums of products of r - Z kappa rho, and of (x - Z kappa u)' vcov (x - Z kappa u)."""
    c, vcov = clinicians.loading, at.solution.vcov[0]
    groups, patterns, q = clinicians.z.shape
    visits = len(c)
    one = np.outer(c, c)
    pull = at.kappa * at.rho
    fitted = (at.solution.beta[0] @ problem.design.T).reshape(visits, q)
    first = (pull @ clinicians.y.reshape(groups, -1)).reshape(patterns, visits)
    first = first - (pull @ clinicians.z.reshape(groups, -1)).reshape(patterns, q) @ fitted.T
    cross = first[:, :, None] * c
    R = residual_sums(problem, at.solution.beta)[0] - cross - cross.swapaxes(1, 2)
    R = R + (pull**2 @ clinicians.n)[:, None, None] * one
    cu = at.u @ vcov
    spread = ((at.kappa[:, None] * cu) @ problem.design.T).reshape(groups, visits, q)
    first = np.tensordot(clinicians.z, spread, axes=([0, 2], [0, 2]))
    cross = first[:, :, None] * c
    size = at.kappa**2 * (cu * at.u).sum(1)
    M = fixed_effect_sums(problem, at.solution.vcov)[0] - cross - cross.swapaxes(1, 2)
    return R[None], (M + (size @ clinicians.n)[:, None, None] * one)[None]


@dataclass(frozen=True)
class Terms:
    """Sums over clinicians, by covariance parameter: what Woodbury's identity takes from the terms of V0.

    information: (K, p, p).  scores: (K, p).  squares, fixed, noise: (K, K).  With tau2: a, fixed_tau, noise_tau (K,).
    """

    information: np.ndarray
    scores: np.ndarray
    squares: np.ndarray
    fixed: np.ndarray
    noise: np.ndarray
    a: np.ndarray
    fixed_tau: np.ndarray
    noise_tau: np.ndarray


def clinician_terms(problem: Problem, clinicians: Clinicians, at: Point, D: np.ndarray) -> Terms:
    """Sum the terms over blocks of clinicians, so that memory does not grow with their number."""
    weights = np.einsum("ktus,u->skt", D[0], clinicians.loading)
    blocks = (slice(start, start + BLOCK) for start in range(0, len(at.a), BLOCK))
    parts = (block_terms(problem, clinicians, at, weights, block) for block in blocks)
    return Terms(*reduce(lambda total, part: [x + y for x, y in zip(total, part, strict=True)], parts))


def block_terms(
    problem: Problem, clinicians: Clinicians, at: Point, weights: np.ndarray, block: slice
) -> tuple[np.ndarray, ...]:
    """The fields of Terms for some clinicians; weights (S, K, V) are V0^-1 V_j V0^-1 Z for an episode."""
    u, rho, kappa, d = at.u[block], at.rho[block], at.kappa[block], at.d[block]
    beta, vcov = at.solution.beta[0], at.solution.vcov[0]
    k, p = weights.shape[1], len(beta)
    a = clinicians.n[block] @ (weights @ clinicians.loading)
    uj = weighted_firsts(problem, clinicians.z[block], weights)
    y = clinicians.y[block].reshape(len(u), -1)
    rj = y @ weights.swapaxes(1, 2).reshape(-1, k) - uj @ beta
    ku = kappa[:, None] * u
    crossed = (ku.T @ uj.reshape(len(u), -1)).reshape(p, k, p).swapaxes(0, 1)
    doubled = np.einsum("gk,gp,gr->kpr", a, ku, ku, optimize=True)
    information = crossed + crossed.swapaxes(1, 2) - doubled
    shifted = uj - (kappa[:, None] * a)[:, :, None] * u[:, None]
    scores = np.tensordot(kappa * rho, shifted, 1) + rj.T @ ku
    rj = rj - (kappa * rho)[:, None] * a
    bent = (shifted.reshape(-1, p) @ vcov).reshape(shifted.shape).swapaxes(0, 1).reshape(k, -1)
    flat = (kappa[:, None, None] * shifted).swapaxes(0, 1).reshape(k, -1)
    ka = kappa[:, None] * a
    return (
        information,
        scores,
        ka.T @ ka,
        bent @ flat.T,
        rj.T @ (kappa[:, None] * rj),
        (a / d[:, None] ** 2).sum(0),
        np.einsum("gkp,gp->k", shifted, (u / d[:, None] ** 2) @ vcov),
        (rho / d**2) @ rj,
    )


def intercept_terms(
    at: Point, information: np.ndarray, xr: np.ndarray, by: Terms
) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
    """(slope in tau2, row (K+1,) of the expected matrix, of the noise term, X'V^-1 ZZ'V^-1 X): (clinician-6)."""
    vcov = at.solution.vcov[0]
    u, rho, share = at.u / at.d[:, None], at.rho / at.d, at.a / at.d
    own = u.T @ u
    bent = vcov @ own
    lean = (u @ vcov * u).sum(1)
    slope = share.sum() - rho @ rho - lean.sum()
    inside = vcov @ own @ vcov
    expected = by.a - 2 * by.fixed_tau + np.einsum("jab,ab->j", information, inside)
    pull = vcov @ (u.T @ rho)
    noise = by.noise_tau - xr @ pull
    corner = share @ share - 2 * share @ lean + np.einsum("ab,ba->", bent, bent)
    last = share @ rho**2 - (u.T @ rho) @ pull
    return slope, np.append(expected, corner), np.append(noise, last), own


def bordered(
    at: Point,
    slope: np.ndarray,
    expected: np.ndarray,
    noise: np.ndarray,
    information: np.ndarray,
    corner: tuple[float, np.ndarray, np.ndarray, np.ndarray],
) -> Derivatives:
    """Put theta and tau2 together: hessian = 2 noise - expected."""

    def border(inner: np.ndarray, row: np.ndarray) -> np.ndarray:
        whole = np.zeros((len(row), len(row)))
        whole[:-1, :-1] = inner
        whole[-1], whole[:, -1] = row, row
        return symmetric(whole)

    slope_tau, expected_tau, noise_tau, own = corner
    full = border(expected, expected_tau)
    hessian = 2 * border(noise, noise_tau) - full
    gradient = np.append(slope, slope_tau)
    everything = np.concatenate([information, own[None]])
    return Derivatives(at.solution, gradient[None], hessian[None], full[None], everything[None])
