"""Interactions in the mixed model against ordinary least squares (one visit) and a dense fit (several)."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from statsmodels.stats.multitest import multipletests

from amble.evaluation.estimators.subgroups import fit_subgroups, holm
from tests.dense_mixed_model import dense_reml, pattern_sums

GROUPS = ("b", "c")
COLUMNS = ("intercept", "arm", "group:b", "group:c", "baseline", "arm*group:b", "arm*group:c")


def _trial(seed, n=120, visits=1, levels=3):
    rng = np.random.default_rng(seed)
    arm, group = rng.integers(0, 2, n), rng.integers(0, levels, n)
    baseline = rng.normal(50, 10, n)
    b, c = (group == 1).astype(float), (group == 2).astype(float)
    z = np.column_stack([np.ones(n), arm, b, c, baseline, arm * b, arm * c])
    y = (2 * arm + 3 * arm * b + 0.5 * baseline + rng.normal(0, 4, n))[:, None] + rng.normal(
        0, 6, (n, visits)
    )
    return z, y, pd.DataFrame({"y": y[:, 0], "arm": arm, "g": np.array(list("abc"))[group], "base": baseline})


@pytest.mark.parametrize("method", ["satterthwaite", "kenward_roger"])
def test_with_one_visit_it_is_ordinary_least_squares(method):
    z, y, frame = _trial(1)
    sums = pattern_sums(COLUMNS, ("12m",), z, y)
    found = fit_subgroups(sums, ("intercept", "arm", "baseline"), COLUMNS[-2:], 0.95, method)
    dense = smf.ols("y ~ arm * C(g) + base", frame).fit()
    test = dense.f_test("arm:C(g)[T.b] = 0, arm:C(g)[T.c] = 0")
    assert found.statistic == pytest.approx(float(test.fvalue), rel=1e-7)
    assert (found.numerator_df, found.df) == (2, pytest.approx(dense.df_resid, rel=1e-6))
    assert found.p == pytest.approx(float(test.pvalue), rel=1e-6)
    for effect, row in zip(found.levels, ("arm", "arm + arm:C(g)[T.b]", "arm + arm:C(g)[T.c]"), strict=True):
        contrast = dense.t_test(f"{row} = 0")
        assert effect.estimate == pytest.approx(contrast.effect.item(), rel=1e-7)
        assert effect.se == pytest.approx(contrast.sd.item(), rel=1e-7)
        assert (effect.low, effect.high) == pytest.approx(contrast.conf_int()[0], rel=1e-6)
        assert effect.p == pytest.approx(float(contrast.pvalue), rel=1e-6)


def test_two_levels_give_their_difference_and_its_square_is_the_test():
    z, y, frame = _trial(2, levels=2)
    keep = [0, 1, 2, 4, 5]
    sums = pattern_sums([COLUMNS[k] for k in keep], ("12m",), z[:, keep], y)
    found = fit_subgroups(sums, ("intercept", "arm", "baseline"), ("arm*group:b",), 0.9)
    dense = smf.ols("y ~ arm * g + base", frame).fit()
    assert found.between.estimate == pytest.approx(dense.params["arm:g[T.b]"], rel=1e-7)
    assert (found.between.low, found.between.high) == pytest.approx(
        dense.conf_int(0.1).loc["arm:g[T.b]"], rel=1e-6
    )
    assert found.statistic == pytest.approx(dense.tvalues["arm:g[T.b]"] ** 2, rel=1e-7)
    assert found.p == pytest.approx(dense.pvalues["arm:g[T.b]"], rel=1e-6)


def test_over_visits_it_is_generalised_least_squares_at_the_fitted_covariance():
    z, y, _ = _trial(3, visits=3)
    y[np.random.default_rng(0).random(y.shape) < 0.3] = np.nan
    sums = pattern_sums(COLUMNS, ("discharge", "3m", "12m"), z, y)
    found = fit_subgroups(sums, ("intercept", "arm", "baseline"), COLUMNS[-2:], 0.95)
    _, beta, vcov = dense_reml(z, y, found.fit.model.A, found.fit.sigma)
    names = found.fit.model.coefficients
    average = np.array([column == "arm" for column, _ in names]) / 3
    for effect, column in zip(found.levels, (None, *COLUMNS[-2:]), strict=True):
        row = average + np.array([name == column for name, _ in names])
        assert effect.estimate == pytest.approx(row @ beta, rel=1e-7)
        assert effect.se == pytest.approx(np.sqrt(row @ vcov @ row), rel=1e-7)


def test_a_level_with_one_arm_only_is_not_estimated():
    z, y, _ = _trial(4)
    z[:, 1] *= z[:, 3] == 0  # nobody of group c has the arm
    z[:, 6] = 0
    found = fit_subgroups(pattern_sums(COLUMNS, ("12m",), z, y), ("intercept", "arm"), COLUMNS[-2:], 0.95)
    assert found.levels[2].estimate is None
    assert found.p is None
    assert found.levels[1].estimate is not None


@pytest.mark.parametrize("seed", range(4))
def test_holm_is_that_of_statsmodels(seed):
    p = np.random.default_rng(seed).uniform(0, 0.2, 6)
    assert holm(list(p)) == pytest.approx(multipletests(p, method="holm")[1])
    assert holm([None, 0.01, None, 0.03]) == [None, 0.02, None, 0.03]
