"""The model with a clinician intercept from first-order sums agrees with the same model written out in full."""

import numpy as np
import pytest

from amble.evaluation.estimators.clinician_likelihood import differentiate_clinicians, solve_clinicians
from amble.evaluation.estimators.degrees_of_freedom import arm_contrasts
from amble.evaluation.estimators.mean_model import mean_model
from amble.evaluation.estimators.mmrm import fit_mmrm
from amble.evaluation.estimators.mmrm_clinician import clinicians_of, fit_mmrm_clinician
from tests.dense_mixed_model import (
    cluster_pattern_sums,
    dense_covariance,
    dense_reml,
    long_form,
    pattern_sums,
    random_trial,
)

BY_VISIT = ("intercept", "arm", "baseline")


def sums_of(seed, n=120, visits=3, clusters=15, cluster_sd=5.0):
    columns, z, y, cluster = random_trial(
        np.random.default_rng(seed), n, visits, clusters=clusters, cluster_sd=cluster_sd
    )
    names = tuple(f"v{t}" for t in range(visits))
    model = mean_model(columns, names, BY_VISIT)
    both = pattern_sums(columns, names, z, y), cluster_pattern_sums(columns, names, z, y, cluster)
    return z, y, cluster, model, both


@pytest.mark.parametrize(("seed", "visits", "clusters"), [(0, 3, 15), (1, 4, 40), (2, 1, 8), (3, 2, 90)])
def test_the_fit_is_the_maximum_of_the_dense_likelihood(seed, visits, clusters):
    z, y, cluster, model, both = sums_of(seed, visits=visits, clusters=clusters, cluster_sd=9.0)
    fit = fit_mmrm_clinician(*both, model)
    value, beta, vcov = dense_reml(z, y, model.A, fit.mmrm.sigma, cluster, fit.tau2)
    assert fit.mmrm.certificate.converged and fit.tau2 > 0
    assert fit.mmrm.minus_2_reml == pytest.approx(value, rel=1e-11)
    assert fit.mmrm.coefficients == pytest.approx(beta, rel=1e-7)
    assert fit.mmrm.vcov == pytest.approx(vcov, rel=1e-7, abs=1e-10)
    for step in (0.05 * fit.tau2, -0.05 * fit.tau2):
        assert dense_reml(z, y, model.A, fit.mmrm.sigma, cluster, fit.tau2 + step)[0] > value
    assert value < fit_mmrm(both[0], model).minus_2_reml


def test_derivatives_by_the_textbook():
    z, y, cluster, model, both = sums_of(4, n=60, clusters=9)
    plain = fit_mmrm(both[0], model)
    problem, spread = plain.start.problem, plain.start.spread
    unit = 3.0
    clinicians = clinicians_of(both[1], plain, unit)
    sigma = 0.8 * problem.sigma(problem.theta(plain.start.sigma))
    _, at = differentiate_clinicians(problem, clinicians, sigma, 0.3)
    X, outcome, row, visit = long_form(z, y, model.A)
    scale = np.outer(spread, spread)
    Vi = np.linalg.inv(dense_covariance(sigma[0] * scale, row, visit, cluster, 0.3 * unit**2))
    P = Vi - Vi @ X @ np.linalg.inv(X.T @ Vi @ X) @ X.T @ Vi
    slopes = [dense_covariance(pair.reshape(3, 3) * scale, row, visit) for pair in problem.pairs]
    slopes.append(unit**2 * (cluster[row][:, None] == cluster[row][None]))
    gradient = [np.trace(P @ V) - outcome @ P @ V @ P @ outcome for V in slopes]
    expected = np.array([[np.trace(P @ a @ P @ b) for a in slopes] for b in slopes])
    noise = np.array([[outcome @ P @ a @ P @ b @ P @ outcome for a in slopes] for b in slopes])
    information = [X.T @ Vi @ V @ Vi @ X for V in slopes]
    assert at.gradient[0] == pytest.approx(gradient, rel=1e-7, abs=1e-7)
    assert at.expected[0] == pytest.approx(expected, rel=1e-8, abs=1e-8)
    assert at.hessian[0] == pytest.approx(2 * noise - expected, rel=1e-7, abs=1e-6)
    assert at.information[0] == pytest.approx(np.array(information), rel=1e-7, abs=1e-8)


def test_many_clinicians_with_one_patient_each_are_summed_in_blocks():
    _, _, _, model, both = sums_of(5, n=2500, visits=2, clusters=2300, cluster_sd=6.0)
    fit = fit_mmrm_clinician(*both, model)
    plain = fit_mmrm(both[0], model)
    assert fit.mmrm.certificate.converged and fit.clinicians > 1000
    clinicians = clinicians_of(both[1], plain, 1.0)
    problem = plain.start.problem
    sigma = (fit.mmrm.sigma / np.outer(plain.start.spread, plain.start.spread))[None]
    at = [
        solve_clinicians(problem, clinicians, sigma, fit.tau2 * by).solution.value[0] for by in (0.9, 1, 1.1)
    ]
    assert at[1] < min(at[0], at[2])


def test_without_differences_between_clinicians_it_is_the_plain_model():
    for seed in range(20):
        z, y, cluster, model, both = sums_of(seed, cluster_sd=0.0)
        fit, plain = fit_mmrm_clinician(*both, model), fit_mmrm(both[0], model)
        if fit.tau2 == 0:
            break
    assert fit.tau2 == 0 and any("set to 0" in warning for warning in fit.warnings)
    assert fit.mmrm.minus_2_reml == plain.minus_2_reml
    assert arm_contrasts(fit.mmrm) == arm_contrasts(plain)
    for tau2 in (0.01, 1.0, 10.0):
        assert dense_reml(z, y, model.A, fit.mmrm.sigma, cluster, tau2)[0] > plain.minus_2_reml


def test_one_clinician_cannot_be_told_from_the_mean():
    _, _, _, model, both = sums_of(6, clusters=1)
    fit = fit_mmrm_clinician(*both, model)
    assert np.isnan(fit.tau2) and fit.clinicians == 1 and fit.warnings
    assert not np.isnan(arm_contrasts(fit.mmrm)[0].contrast.p)
