"""Repeated measures with a random intercept per clinician, from sums: docs/methods/mmrm_clinician.md.

Estimand: as the mixed model for repeated measures, for patients whose clinicians differ in how well their patients
do by an amount that is the same at every visit. Restricted maximum likelihood, Satterthwaite degrees of freedom.
"""

from dataclasses import dataclass, replace

import numpy as np

from amble.evaluation.estimators.clinician_likelihood import (
    Clinicians,
    differentiate_clinicians,
    solve_clinicians,
)
from amble.evaluation.estimators.mean_model import MeanModel
from amble.evaluation.estimators.mmrm import MmrmFit, fit_mmrm, spread_out
from amble.evaluation.estimators.mmrm_likelihood import Derivatives
from amble.evaluation.estimators.newton import ENOUGH, HALVINGS, NEAR, STEPS, direction
from amble.evaluation.results import Convergence
from amble.evaluation.sums.moments import ClusterPatternSums, PatternSums

FEW_CLINICIANS = 10
FAR = 1.0  # a decrement above this: too far from the maximum for the observed curvature
TELLS = 1e-9  # share of the intercepts' information that the mean model must leave


@dataclass(frozen=True)
class ClinicianFit:
    """mmrm: coefficients and the covariance within clinicians; its derivatives have tau2 as the last parameter.

    tau2: variance between clinicians, 0 at the boundary, NaN when it cannot be estimated.
    icc: (T,) tau2 / (tau2 + variance within) at each visit.  clinicians: how many have patients in the model.
    """

    mmrm: MmrmFit
    tau2: float
    icc: np.ndarray
    clinicians: int
    warnings: tuple[str, ...]


def fit_mmrm_clinician(
    sums: PatternSums, clusters: ClusterPatternSums, model: MeanModel, name: str = "mmrm_clinician"
) -> ClinicianFit:
    """Start from the model without clinicians, then Newton in Sigma and tau2 unless the maximum lies at tau2 = 0."""
    plain = fit_mmrm(sums, model, name)
    groups = int((clusters.n.sum(1) > 0).sum())
    if not plain.certificate.converged:
        return without_clinicians(plain, np.nan, groups, ())
    spread = plain.start.spread
    unit = float(np.sqrt(np.mean(spread**2)))
    clinicians = clinicians_of(clusters, plain, unit)
    sigma = (plain.sigma / np.outer(full(plain), full(plain)))[np.ix_(plain.start.seen, plain.start.seen)]
    problem = plain.start.problem
    point, at = differentiate_clinicians(problem, clinicians, sigma[None], 0.0)
    if at.expected[0, -1, -1] <= TELLS * (point.a**2).sum():
        return without_clinicians(
            plain, np.nan, groups, ("There are too few clinicians to tell how much they differ.",)
        )
    few = (f"Only {groups} clinicians: how much they differ is uncertain.",) * (groups < FEW_CLINICIANS)
    if at.gradient[0, -1] >= 0:
        return without_clinicians(
            plain,
            0.0,
            groups,
            (*few, "Clinicians do not differ by more than chance; their effect is set to 0."),
        )
    theta = np.append(problem.theta(sigma[None])[0], 0.0)
    theta, at, certificate = climb(plain, clinicians, theta, at, name)
    return finished(plain, theta, at, certificate, unit, groups, few)


def full(plain: MmrmFit) -> np.ndarray:
    """(T,) unit of each visit, NaN where there are no data."""
    return spread_out(plain.start.spread, plain.start.seen, len(plain.model.visits))


def clinicians_of(clusters: ClusterPatternSums, plain: MmrmFit, unit: float) -> Clinicians:
    """First-order sums of the patterns of the problem, in its order and units; the intercept counted in `unit`."""
    start = plain.start
    rows = {tuple(row): s for s, row in enumerate(clusters.observed)}
    order = [rows[tuple(row)] for row in start.observed]
    active = clusters.n[:, order].sum(1) > 0
    y = clusters.y[active][:, order][:, :, start.seen] / start.spread
    return Clinicians(
        clusters.n[active][:, order].astype(float), clusters.z[active][:, order], y, unit / start.spread
    )


def climb(
    plain: MmrmFit, clinicians: Clinicians, theta: np.ndarray, at: Derivatives, name: str
) -> tuple[np.ndarray, Derivatives, Convergence]:
    """Newton's method in theta (K+1,), tau2 last and never below 0."""
    problem = plain.start.problem
    converged, far = False, True
    for iteration in range(STEPS + 1):
        step, newton = direction(at.gradient, at.expected if far else at.hessian, at.expected)
        gain = float(-(step * at.gradient).sum())
        converged = bool(newton[0]) and not far and gain < ENOUGH
        # Far from the maximum the curvature seen is that of tau2 = 0, its expectation leads to the moment estimate.
        far = gain > FAR
        if converged or iteration == STEPS:
            break
        value, length = at.solution.value[0], 1.0
        slack = 1e-9 * abs(value) if gain < NEAR else 0.0
        for _ in range(HALVINGS):
            trial = theta + length * step[0]
            reached = np.inf
            if trial[-1] >= 0:
                sigma = problem.sigma(trial[None, :-1])
                reached = solve_clinicians(problem, clinicians, sigma, trial[-1]).solution.value[0]
            if reached <= value - 1e-4 * length * gain + slack:
                break
            length /= 2
        else:
            break
        theta = trial
        _, at = differentiate_clinicians(problem, clinicians, problem.sigma(theta[None, :-1]), theta[-1])
    norm = float(np.linalg.norm(at.gradient)) / 2
    return theta, at, Convergence(name, converged, iteration, norm, gain / 2)


def finished(
    plain: MmrmFit,
    theta: np.ndarray,
    at: Derivatives,
    certificate: Convergence,
    unit: float,
    groups: int,
    few: tuple[str, ...],
) -> ClinicianFit:
    """The fit in the outcome's own units."""
    start, model = plain.start, plain.model
    p, visits = len(model.coefficients), len(model.visits)
    sigma = start.problem.sigma(theta[None, :-1])[0] * np.outer(start.spread, start.spread)
    recorded = start.problem.n[0] @ start.problem.observed
    value = float(at.solution.value[0] + 2 * recorded @ np.log(start.spread))
    tau2 = float(theta[-1]) * unit**2
    doubt = ("The fit with clinicians did not reach the best value. Do not rely on its numbers.",)
    warnings = plain.warnings + few + doubt * (not certificate.converged)
    mmrm = replace(
        plain,
        coefficients=spread_out(at.solution.beta[0], start.kept, p),
        vcov=spread_out(at.solution.vcov[0], start.kept, p),
        sigma=spread_out(sigma, start.seen, visits),
        loglik=-value / 2,
        minus_2_reml=value,
        certificate=certificate,
        warnings=warnings,
        derivatives=at,
    )
    icc = tau2 / (tau2 + np.diagonal(mmrm.sigma))
    return ClinicianFit(mmrm, tau2, icc, groups, warnings)


def without_clinicians(plain: MmrmFit, tau2: float, groups: int, more: tuple[str, ...]) -> ClinicianFit:
    """The model without clinicians, when their variance is 0 or cannot be told."""
    warnings = plain.warnings + more
    icc = np.where(np.isnan(np.diagonal(plain.sigma)), np.nan, 0.0 * tau2)
    return ClinicianFit(replace(plain, warnings=warnings), tau2, icc, groups, warnings)
