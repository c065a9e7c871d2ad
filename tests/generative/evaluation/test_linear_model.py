"""Least squares from sums against NumPy on the rows, with columns that cannot be told apart."""

import numpy as np
import pytest
import statsmodels.api as sm

from amble.evaluation.estimators.linear_model import classical, least_squares

NAMES = ("intercept", "age", "arm", "copy", "never", "x", "y", "w")


def _rows(seed, n=80):
    """Column `copy` is age plus arm, `never` is 0 throughout, age lies far from zero."""
    rng = np.random.default_rng(seed)
    age, arm, x = 1e5 + rng.integers(0, 70, n), rng.integers(0, 2, n), rng.normal(size=n)
    y = 0.3 * age + 2 * arm + x + rng.normal(size=n)
    return np.column_stack([np.ones(n), age, arm, age + arm, np.zeros(n), x, y, y**2]).astype(float)


def _solved(rows, terms, response):
    at = [NAMES.index(name) for name in terms]
    return np.linalg.lstsq(rows[:, at], rows[:, NAMES.index(response)])[0]


@pytest.mark.parametrize("seed", range(5))
def test_it_equals_least_squares_on_rows_and_names_what_it_left_out(seed):
    rows = _rows(seed)
    fit = least_squares(rows.T @ rows, NAMES, NAMES[:6], ("y", "w"))
    assert fit.dropped == ("copy", "never")
    for response in ("y", "w"):
        dense = _solved(rows - [0, 1e5, 0, 0, 0, 0, 0, 0], ("intercept", "age", "arm", "x"), response)
        ours = [fit.of(name, response) for name in ("age", "arm", "x")]
        assert ours == pytest.approx(dense[1:], rel=1e-6)


def test_errors_are_those_of_statsmodels():
    rows = _rows(1) - [0, 1e5, 0, 1e5, 0, 0, 3e4, 0]
    fit = least_squares(rows.T @ rows, NAMES, ("intercept", "age", "arm", "x"), ("y",))
    covariance, df = classical(fit, len(rows))
    dense = sm.OLS(rows[:, 6], rows[:, [0, 1, 2, 5]]).fit()
    assert np.sqrt(np.diag(covariance)) == pytest.approx(dense.bse, rel=1e-9)
    assert df == dense.df_resid


def test_a_stack_is_solved_like_each_gram_alone_even_when_some_are_empty():
    grams = np.stack(
        [rows.T @ rows for rows in (_rows(seed, n) for seed, n in enumerate((80, 3, 40)))]
        + [np.zeros((8, 8))]
    )
    stack = least_squares(grams, NAMES, NAMES[:6], ("y",))
    for at, gram in enumerate(grams):
        alone = least_squares(gram, NAMES, NAMES[:6], ("y",))
        assert np.array_equal(stack.kept[at], alone.kept)
        assert np.allclose(stack.coef[at], alone.coef)
    assert not stack.kept[-1].any()
    assert np.isnan(stack.of("arm")[-1])
