"""The closed form against imputation row by row with many draws, and what happens at the edges."""

from dataclasses import replace

import numpy as np
import pytest

from amble.evaluation.estimators.completion import RULES, complete
from amble.evaluation.estimators.degrees_of_freedom import uncertainty
from amble.evaluation.estimators.mean_model import mean_model
from amble.evaluation.estimators.mmrm import fit_mmrm
from amble.evaluation.estimators.mmrm_likelihood import solve
from amble.evaluation.estimators.multiple_imputation import available_cases, imputation_model, impute, pool
from amble.evaluation.estimators.tipping_point import BOTH_ARMS, curve, tipping_point
from tests.dense_imputation import arm_sums, impute_rows
from tests.dense_mixed_model import random_trial

DRAWS = 2_000


def trial(seed=3, n=70, covariates=1):
    """An invented trial in which some never answered and the arms drift apart."""
    rng = np.random.default_rng(seed)
    columns, z, y, _ = random_trial(rng, n=n, covariates=covariates)
    y += np.outer(z[:, 1], [0.0, 3.0, 6.0])
    y[: n // 7] = np.nan
    return columns, z, y


def model_of(columns, z, y):
    visits = tuple("abc")
    sums = arm_sums(columns, visits, z, y)
    fit = fit_mmrm(sums, mean_model(columns, visits, ("intercept", "arm", "baseline")))
    return imputation_model(sums, fit)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(("visit", "shift"), [(1, 0.0), (2, -4.0)])
def test_closed_form_is_the_limit_of_many_imputed_data_sets(rule, visit, shift):
    columns, z, y = trial()
    model = model_of(columns, z, y)
    imputation = impute(model, visit, rule)
    ours = pool(imputation, (0, shift))
    law = model.law
    rng = np.random.default_rng(8)
    parts = (law.design, law.coefficients, law.vcov, law.sigma, visit, rule, shift, DRAWS)
    estimates, variances = impute_rows(rng, columns, z, y, *parts)
    between = estimates.var(ddof=1)
    error = np.sqrt(between / DRAWS)
    assert abs(ours.estimate - estimates.mean()) < 4 * error
    assert abs(ours.within - variances.mean()) < 4 * variances.std() / np.sqrt(DRAWS)
    assert ours.between - imputation.drift == pytest.approx(between, rel=4 * np.sqrt(2 / DRAWS))
    assert ours.missing == tuple(np.isnan(y[z[:, 1] == arm, visit]).sum() for arm in (0, 1))


def test_drift_is_the_variance_over_drawn_covariances():
    columns, z, y = trial(n=400)
    sums = arm_sums(columns, tuple("abc"), z, y)
    fit = fit_mmrm(sums, mean_model(columns, tuple("abc"), ("intercept", "arm", "baseline")))
    model = imputation_model(sums, fit)
    imputation = impute(model, 2, "mar")
    theta_cov = uncertainty(fit, "satterthwaite", "observed").theta_cov
    problem, spread = fit.start.problem, np.outer(fit.start.spread, fit.start.spread)
    centre = problem.theta((fit.sigma / spread)[None])[0]
    draws = np.random.default_rng(5).multivariate_normal(centre, theta_cov, 400)
    estimates = []
    for sigma in problem.sigma(draws):
        beta = solve(problem, sigma[None]).beta[0]
        law = replace(model.law, coefficients=beta, sigma=sigma * spread)
        estimates.append(imputation.fit.bread[1] @ complete(sums, law, 2, "mar").zy)
    assert imputation.drift == pytest.approx(np.var(estimates), rel=4 * np.sqrt(2 / 400))


def test_nothing_missing_is_plain_analysis_of_covariance():
    columns, z, y = trial()
    y = np.where(np.isnan(y), 20 + z[:, [1]] + np.random.default_rng(1).normal(size=y.shape), y)
    model = model_of(columns, z, y)
    for rule in RULES:
        ours, plain = pool(impute(model, 2, rule)), available_cases(model.sums, 2)
        assert ours.between == pytest.approx(0, abs=1e-12)
        assert (ours.estimate, ours.within) == pytest.approx((plain.estimate, plain.within))
    coef = np.linalg.lstsq(z, y[:, 2], rcond=None)[0]
    assert plain.estimate == pytest.approx(coef[1])
    assert tipping_point(impute(model, 2, "mar"), target=-50).shift is None


def test_interval_touches_the_target_at_the_tipping_point():
    imputation = impute(model_of(*trial(n=400)), 2, "mar")
    for who in ((0.0, 1.0), BOTH_ARMS):
        tip = tipping_point(imputation, who=who)
        line = curve(imputation, np.array([0.0, tip.shift]), who)
        assert line.low[0] > 0
        assert line.low[1] == pytest.approx(0, abs=1e-6)
    assert tipping_point(imputation, target=line.estimate[0]).already


def test_an_arm_that_never_answered_a_visit_is_not_filled_in():
    columns, z, y = trial()
    y[z[:, 1] == 1, 2] = np.nan
    model = model_of(columns, z, y)
    ours = pool(impute(model, 2, "j2r"))
    assert np.isnan(ours.estimate)
    assert ours.warnings == ("No one in ETMI answered at c, so nothing can be filled in there.",)
    assert tipping_point(impute(model, 2, "mar")).shift is None
    assert np.isfinite(pool(impute(model, 1, "j2r")).estimate)


@pytest.mark.parametrize("blank", ["everything", "one arm"])
def test_no_model_without_data(blank):
    columns, z, y = trial()
    if blank == "everything":
        y[:] = np.nan
        assert model_of(columns, z, y) is None
    else:
        use = z[:, 1] == 0
        model = model_of(columns, z[use], y[use])
        assert np.isnan(pool(impute(model, 2, "mar")).estimate)


def test_collinear_columns_change_nothing():
    columns, z, y = trial()
    doubled = model_of((*columns, "copy"), np.column_stack([z, 2 * z[:, 2] + 1]), y)
    plain = pool(impute(model_of(columns, z, y), 2, "cr"))
    ours = pool(impute(doubled, 2, "cr"))
    assert (ours.estimate, ours.total, ours.df) == pytest.approx(
        (plain.estimate, plain.total, plain.df), rel=1e-6
    )
