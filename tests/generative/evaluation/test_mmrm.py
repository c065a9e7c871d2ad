"""Repeated measures from sums agree with the same model written out person by person; odd data never raises."""

import numpy as np
import pytest

from amble.evaluation.estimators.degrees_of_freedom import arm_contrasts, contrast
from amble.evaluation.estimators.mean_model import mean_model
from amble.evaluation.estimators.mmrm import fit_mmrm
from tests.dense_mixed_model import dense_covariance, dense_reml, long_form, pattern_sums, random_trial

BY_VISIT = ("intercept", "arm", "baseline")
SHAPES = [(0, 2, 80), (1, 3, 60), (2, 4, 90), (3, 5, 120)]  # seed, visits, episodes


def names(visits):
    return tuple(f"v{t}" for t in range(visits))


def fitted(columns, z, y):
    visits = names(y.shape[1])
    return fit_mmrm(pattern_sums(columns, visits, z, y), mean_model(columns, visits, BY_VISIT))


def trial(seed=1, visits=3, n=60):
    columns, z, y, _ = random_trial(np.random.default_rng(seed), n, visits)
    return columns, z, y


def estimates(fit):
    return np.array([a.contrast.estimate for a in arm_contrasts(fit)])


@pytest.mark.parametrize(("seed", "visits", "n"), SHAPES)
def test_the_fit_is_the_maximum_of_the_dense_likelihood(seed, visits, n):
    columns, z, y = trial(seed, visits, n)
    fit = fitted(columns, z, y)
    A = fit.model.A
    value, beta, vcov = dense_reml(z, y, A, fit.sigma)
    assert fit.certificate.converged
    assert fit.minus_2_reml == pytest.approx(value, rel=1e-12)
    assert fit.coefficients == pytest.approx(beta, rel=1e-8)
    assert fit.vcov == pytest.approx(vcov, rel=1e-8, abs=1e-12)
    for t in range(visits):
        for u in range(t + 1):
            move = np.zeros((visits, visits))
            move[t, u] = move[u, t] = 1e-2
            up, down = (dense_reml(z, y, A, fit.sigma + sign * move)[0] for sign in (1, -1))
            assert up > value and down > value
            assert abs(up - down) < 0.01 * (up + down - 2 * value)


def dense_derivatives(z, y, fit):
    """(P, [V_j], X, V^-1, vcov, observed, expected information of -2 log likelihood / 2) at the fit."""
    X, outcome, row, visit = long_form(z, y, fit.model.A)
    visits = len(fit.sigma)
    Vi = np.linalg.inv(dense_covariance(fit.sigma, row, visit))
    vcov = np.linalg.inv(X.T @ Vi @ X)
    P = Vi - Vi @ X @ vcov @ X.T @ Vi
    slopes = []
    for t in range(visits):
        for u in range(t + 1):
            entry = np.zeros((visits, visits))
            entry[t, u] = entry[u, t] = 1
            slopes.append(dense_covariance(entry, row, visit))
    expected = np.array([[np.trace(P @ a @ P @ b) for a in slopes] for b in slopes]) / 2
    noise = np.array([[outcome @ P @ a @ P @ b @ P @ outcome for a in slopes] for b in slopes])
    return slopes, X, Vi, vcov, noise - expected, expected


@pytest.mark.parametrize("information", ["observed", "expected"])
@pytest.mark.parametrize(("seed", "visits", "n"), SHAPES[:3])
def test_degrees_of_freedom_by_the_textbook(seed, visits, n, information):
    """Kenward and Roger 1997, with every matrix written out."""
    columns, z, y = trial(seed, visits, n)
    fit = fitted(columns, z, y)
    slopes, X, Vi, vcov, observed, expected = dense_derivatives(z, y, fit)
    W = np.linalg.inv(observed if information == "observed" else expected)
    P = [-X.T @ Vi @ V @ Vi @ X for V in slopes]
    inside = np.zeros_like(vcov)
    for i, Vi_slope in enumerate(slopes):
        left = X.T @ Vi @ Vi_slope @ Vi
        for j, Vj_slope in enumerate(slopes):
            inside += W[i, j] * (left @ Vj_slope @ Vi @ X - P[i] @ vcov @ P[j])
    adjusted = vcov + 2 * vcov @ inside @ vcov
    L = np.eye(len(vcov))[visits : visits + 1]
    gradient = np.array([-(L @ vcov @ p @ vcov @ L.T).item() for p in P])
    df = 2 * (L @ vcov @ L.T).item() ** 2 / (gradient @ W @ gradient)
    for method, spread in (("satterthwaite", vcov), ("kenward_roger", adjusted)):
        c = contrast(fit, L, method, information)
        assert c.df == pytest.approx(df, rel=1e-6)
        assert c.se == pytest.approx(np.sqrt((L @ spread @ L.T).item()), rel=1e-6)
        both = contrast(fit, np.eye(len(vcov))[visits : 2 * visits], method, information)
        assert 0 <= both.p <= 1 and both.df > 0


def test_one_visit_is_analysis_of_covariance():
    columns, z, y = trial(4, 1, 40)
    fit = fitted(columns, z, y)
    seen = ~np.isnan(y[:, 0])
    X, outcome = z[seen], y[seen, 0]
    beta, rss = np.linalg.lstsq(X, outcome, rcond=None)[:2]
    df = len(outcome) - X.shape[1]
    for method in ("satterthwaite", "kenward_roger"):
        c = arm_contrasts(fit, method=method)[0].contrast
        assert c.df == pytest.approx(df, rel=1e-8)
        assert c.estimate == pytest.approx(beta[1], rel=1e-9)
        assert c.se == pytest.approx(np.sqrt(rss[0] / df * np.linalg.inv(X.T @ X)[1, 1]), rel=1e-8)


@pytest.mark.parametrize("extra", ["copy of x1", "constant", "zero", "a sum"])
def test_a_column_that_adds_nothing_is_dropped_and_named(extra):
    columns, z, y = trial()
    more = {
        "copy of x1": 2 * z[:, 3] + 1,
        "constant": 7 * z[:, 0],
        "zero": 0 * z[:, 0],
        "a sum": z[:, 3] + z[:, 2],
    }
    without, with_it = (
        fitted(columns, z, y),
        fitted((*columns, "extra"), np.column_stack([z, more[extra]]), y),
    )
    assert with_it.dropped == (("extra", None),)
    assert "extra" in with_it.warnings[0] and np.isnan(with_it.coefficients[-1])
    assert estimates(with_it) == pytest.approx(estimates(without), rel=1e-8)


def test_only_a_level_that_nobody_has_is_dropped_in_silence():
    columns, z, y = trial()
    nobody, somebody = 0 * z[:, 0], 1.0 * (np.arange(len(z)) < 5)
    named = (*columns, "activity:unknown", "arm*sex:male")
    fit = fitted(named, np.column_stack([z, nobody, nobody]), y)
    assert fit.dropped == (("activity:unknown", None), ("arm*sex:male", None))
    assert "arm*sex:male" in fit.warnings[0] and "activity:unknown" not in fit.warnings[0]
    twice = fitted((*columns, "sex:other", "activity:unknown"), np.column_stack([z, somebody, somebody]), y)
    assert "activity:unknown" in twice.warnings[0]


def test_a_column_that_says_the_same_as_the_arm_leaves_no_comparison():
    columns, z, y = trial()
    fit = fitted((*columns, "trained"), np.column_stack([z, 1 - z[:, 1]]), y)
    assert np.isnan(estimates(fit)).all()
    assert all(a.warnings for a in arm_contrasts(fit))


@pytest.mark.parametrize("arm", [0, 1])
def test_a_visit_with_one_arm_has_no_contrast(arm):
    columns, z, y = trial()
    y[z[:, 1] == arm, 1] = np.nan
    first, second, third, average = arm_contrasts(fitted(columns, z, y))
    assert np.isnan(second.contrast.estimate) and not second.contrast.estimable and "v1" in second.warnings[0]
    assert average.contrast.estimate == pytest.approx((first.contrast.estimate + third.contrast.estimate) / 2)
    assert average.warnings == ("The average leaves out v1.",)


@pytest.mark.parametrize("arm", [0, 1])
def test_a_visit_that_a_few_of_an_arm_reached_is_told_but_not_averaged(arm):
    """Seven people's course would turn the average, and would follow from it where their visit is withheld."""
    for people in (7, 8):
        columns, z, y = trial()
        reached = np.flatnonzero((z[:, 1] == arm) & np.isfinite(y[:, 1]))
        y[reached[people:], 1] = np.nan
        *visits, average = arm_contrasts(fitted(columns, z, y))
        told = np.array([visit.contrast.estimate for visit in visits])
        assert np.isfinite(told).all()
        averaged = told if people == 8 else told[[0, 2]]
        assert average.contrast.estimate == pytest.approx(averaged.mean())
        assert average.warnings == (() if people == 8 else ("The average leaves out v1.",))


def test_a_visit_without_data_changes_nothing_else():
    columns, z, y = trial()
    y[:, 1] = np.nan
    fit, without = fitted(columns, z, y), fitted(columns, z, y[:, [0, 2]])
    assert fit.minus_2_reml == pytest.approx(without.minus_2_reml, rel=1e-12)
    assert estimates(fit)[[0, 2]] == pytest.approx(estimates(without)[:2], rel=1e-9)
    assert np.isnan(fit.sigma[1]).all() and "v1" in fit.warnings[0]


def test_visits_never_recorded_together_are_said_so():
    columns, z, y = trial()
    y[:30, 0], y[30:, 2] = np.nan, np.nan
    fit = fitted(columns, z, y)
    assert fit.certificate.converged and fit.sigma[0, 2] == 0
    assert any("never recorded" in warning for warning in fit.warnings)


def test_an_empty_arm_leaves_no_comparison():
    columns, z, y = trial()
    z[:, 1] = 0
    fit = fitted(columns, z, y)
    assert fit.certificate.converged and np.isnan(estimates(fit)).all()


def test_the_outcome_may_be_in_any_unit():
    columns, z, y = trial()
    once, thousand = (arm_contrasts(fitted(columns, z, factor * y)) for factor in (1, 1e-3))
    for a, b in zip(once, thousand, strict=True):
        assert (b.contrast.df, b.contrast.p) == pytest.approx((a.contrast.df, a.contrast.p), rel=1e-6)


@pytest.mark.parametrize("fault", ["same visit twice", "one value", "exact", "nobody", "few", "none"])
def test_what_cannot_be_fitted_is_flagged(fault):
    columns, z, y = trial()
    if fault == "same visit twice":
        y[:, 1] = y[:, 0]
    elif fault == "one value":
        y[:, 1] = 5
    elif fault == "exact":
        y[:] = z[:, 2:3]
    elif fault == "nobody":
        y[:] = np.nan
        y[0] = 1.0
    else:
        z, y = (z[:4], y[:4]) if fault == "few" else (z[:1], y[:1])
    fit = fitted(columns, z, y)
    assert not fit.certificate.converged and fit.warnings
    for method in ("satterthwaite", "kenward_roger"):
        assert all(np.isnan(a.contrast.estimate) for a in arm_contrasts(fit, method=method))
