"""Cluster-robust errors and the cluster bootstrap agree with the same written out row by row."""

import numpy as np
import pytest
from scipy.linalg import cholesky, fractional_matrix_power

from amble.evaluation.estimators.mean_model import mean_model
from amble.evaluation.estimators.mmrm import fit_mmrm
from amble.evaluation.estimators.mmrm_clusters import (
    bootstrap,
    bootstrap_arm_contrasts,
    robust_arm_contrasts,
    robust_contrast,
    sandwich,
)
from tests.dense_mixed_model import (
    cluster_pattern_grams,
    dense_covariance,
    long_form,
    pattern_sums,
    random_trial,
)

BY_VISIT = ("intercept", "arm", "baseline")
VISITS = ("v0", "v1", "v2")


def case(seed, clusters=12, n=90):
    columns, z, y, cluster = random_trial(
        np.random.default_rng(seed), n, 3, clusters=clusters, cluster_sd=4.0
    )
    fit = fit_mmrm(pattern_sums(columns, VISITS, z, y), mean_model(columns, VISITS, BY_VISIT))
    return z, y, cluster, fit, cluster_pattern_grams(columns, VISITS, z, y, cluster)


@pytest.mark.parametrize("correction", ["cr0", "cr2"])
def test_robust_errors_by_the_textbook(correction):
    """Bell and McCaffrey 2002 on data whitened by the fitted covariance, where leverage is an ordinary hat matrix."""
    z, y, cluster, fit, grams = case(1)
    X, outcome, row, visit = long_form(z, y, fit.model.A)
    white = np.linalg.inv(cholesky(dense_covariance(fit.sigma, row, visit), lower=True))
    X, residual = white @ X, white @ (outcome - X @ fit.coefficients)
    bread = np.linalg.inv(X.T @ X)
    hat, group = X @ bread @ X.T, cluster[row]
    rows = np.eye(len(bread))[3]
    meat, influence = np.zeros_like(bread), []
    for g in np.unique(group):
        own = np.flatnonzero(group == g)
        factor = np.eye(len(own))
        if correction == "cr2":
            factor = fractional_matrix_power(factor - hat[np.ix_(own, own)], -0.5).real
        score = X[own].T @ factor @ residual[own]
        meat += np.outer(score, score)
        influence.append((np.eye(len(X)) - hat)[:, own] @ factor @ X[own] @ bread @ rows)
    spread = np.array(influence) @ np.array(influence).T
    robust = sandwich(fit, grams, correction)
    assert robust.vcov == pytest.approx(bread @ meat @ bread, rel=1e-6, abs=1e-8)
    c = robust_contrast(fit, robust, rows)
    assert c.df == pytest.approx(np.trace(spread) ** 2 / (spread**2).sum(), rel=1e-6)
    assert c.estimate == pytest.approx(fit.coefficients[3])


def test_a_refit_of_the_bootstrap_is_the_fit_of_the_rows_drawn():
    z, y, cluster, fit, grams = case(2)
    draws = bootstrap(fit, grams, 150, np.random.default_rng(7))
    groups = np.unique(cluster)
    drawn = np.random.default_rng(7).multinomial(len(groups), np.full(len(groups), 1 / len(groups)), 150)
    assert draws.converged.mean() > 0.9
    for r in np.flatnonzero(draws.converged)[:: len(drawn) // 4]:
        again = np.concatenate(
            [np.repeat(np.flatnonzero(cluster == g), drawn[r, k]) for k, g in enumerate(groups)]
        )
        refit = fit_mmrm(pattern_sums(fit.model.columns, VISITS, z[again], y[again]), fit.model)
        assert draws.coefficients[r] == pytest.approx(refit.coefficients, rel=1e-5, abs=1e-5)
    average = bootstrap_arm_contrasts(fit, draws)[-1].contrast
    assert average.ci_low < average.estimate < average.ci_high
    assert np.isnan(average.p)


def test_resamples_that_cannot_be_fitted_are_counted_and_left_out():
    z, y, cluster, fit, _ = case(3)
    z[:, 1] = cluster < 2  # ETMI came from two clinicians only
    fit = fit_mmrm(pattern_sums(fit.model.columns, VISITS, z, y), fit.model)
    grams = cluster_pattern_grams(fit.model.columns, VISITS, z, y, cluster)
    draws = bootstrap(fit, grams, 100, np.random.default_rng(1))
    failed = int((~draws.converged).sum())
    assert 0 < failed < 100
    assert np.isnan(draws.coefficients[~draws.converged]).all()
    assert draws.warnings == (f"{failed} of 100 resamples could not be fitted and are left out.",)
    assert all(a.warnings for a in bootstrap_arm_contrasts(fit, draws))


def test_one_cluster_has_no_robust_error():
    *_, fit, grams = case(4, clusters=1)
    assert sandwich(fit, grams) is None and bootstrap(fit, grams, 10, np.random.default_rng(1)) is None
    for answers in (robust_arm_contrasts(fit, grams), bootstrap_arm_contrasts(fit, None)):
        assert all(np.isnan(a.contrast.se) and a.warnings for a in answers)


def test_a_cluster_that_alone_has_an_arm_is_warned_of():
    z, y, cluster, fit, _ = case(5)
    z[:, 1] = cluster == 0
    fit = fit_mmrm(pattern_sums(fit.model.columns, VISITS, z, y), fit.model)
    robust = sandwich(fit, cluster_pattern_grams(fit.model.columns, VISITS, z, y, cluster))
    assert any("alone" in warning for warning in robust.warnings)


def test_a_level_that_nobody_drawn_has_costs_no_resample():
    rng = np.random.default_rng(9)
    columns, z, y, cluster = random_trial(rng, 90, 3, clusters=12, cluster_sd=4.0)
    rare = np.where(cluster == 0, rng.integers(0, 2, len(cluster)), 0)  # only patients of one clinician
    columns, z = (*columns, "rare"), np.column_stack([z, rare])
    fit = fit_mmrm(pattern_sums(columns, VISITS, z, y), mean_model(columns, VISITS, BY_VISIT))
    draws = bootstrap(
        fit, cluster_pattern_grams(columns, VISITS, z, y, cluster), 100, np.random.default_rng(7)
    )
    groups = np.unique(cluster)
    drawn = np.random.default_rng(7).multinomial(len(groups), np.full(len(groups), 1 / len(groups)), 100)
    absent = np.flatnonzero(drawn[:, 0] == 0)
    assert len(absent) > 20 and draws.converged[absent].mean() > 0.9
    assert np.isnan(draws.coefficients[absent, -1]).all()
    r = absent[draws.converged[absent]][0]
    again = np.concatenate(
        [np.repeat(np.flatnonzero(cluster == g), drawn[r, k]) for k, g in enumerate(groups)]
    )
    without = mean_model(columns[:-1], VISITS, BY_VISIT)
    refit = fit_mmrm(pattern_sums(columns[:-1], VISITS, z[again, :-1], y[again]), without)
    assert draws.coefficients[r, :-1] == pytest.approx(refit.coefficients, rel=1e-5, abs=1e-5)
    assert all(np.isfinite(found.contrast.ci_low) for found in bootstrap_arm_contrasts(fit, draws))
