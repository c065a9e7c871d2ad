"""Intervals for looking every night: against the authors' own program, and over thousands of looks."""

import numpy as np
import pytest
from scipy import stats

from amble.evaluation.estimators.confidence_sequence import TIGHTEST_SE, anytime, tightest_ratio

LOOKS, COURSES = 1500, 2000


def held(truth: float, estimates: np.ndarray, errors: np.ndarray, half: np.ndarray) -> float:
    """Share of courses (rows) whose intervals hold the truth at every look (columns)."""
    return float((np.abs(estimates - truth) <= half * errors).all(axis=1).mean())


def half_widths(errors: np.ndarray, tightest_se: float) -> np.ndarray:
    """In standard errors."""
    return np.array([anytime(0.0, float(se), tightest_se=tightest_se)[1] / se for se in errors])


# (information, information where tightest, alpha, bound on information x error): confseq 0.0.11 in C++,
# normal_mixture_bound(v, alpha, v_opt, alpha_opt = alpha, is_one_sided = false).
CONFSEQ = [
    (1, 1, 0.05, 3.03520899037625),
    (25, 1, 0.05, 16.8401935679859),
    (0.04, 1, 0.05, 1.01999199397949),
    (400, 100, 0.05, 62.5422828737598),
    (7.5, 30, 0.1, 8.24498554047182),
    (50, 11.1, 0.01, 25.9166378752288),
]


@pytest.mark.parametrize(("information", "tightest", "alpha", "bound"), CONFSEQ)
def test_the_authors_own_program(information, tightest, alpha, bound):
    """Its mixture is tightest only nearly where asked, by a rule without Lambert's function: the same one is taken."""
    nearly = -2 * np.log(alpha) + np.log(1 - 2 * np.log(alpha))
    same_mixture = (nearly / tightest_ratio(alpha) / tightest) ** 0.5
    assert same_mixture == pytest.approx(tightest**-0.5, rel=0.03)
    low, high = anytime(3.0, information**-0.5, tightest_se=same_mixture, confidence=1 - alpha)
    assert (3.0 - low) * information == pytest.approx(bound, rel=1e-6)
    assert (high - 3.0) * information == pytest.approx(bound, rel=1e-6)


def test_it_is_tightest_where_that_was_asked_for():
    at = anytime(0, 0.4, tightest_se=0.4)[1]
    assert at == pytest.approx(0.4 * np.sqrt(1 + tightest_ratio(0.05)))
    assert all(anytime(0, 0.4, tightest_se=other)[1] > at for other in (0.1, 0.3, 0.39, 0.41, 0.6, 2.0))


def test_usual_intervals_fail_over_many_looks_and_these_hold():
    """Brownian motion at the looks of four years of nights: the exact model that the bound was derived for."""
    rng = np.random.default_rng(20240117)
    information = np.linspace(0.02, 3, LOOKS)
    steps = rng.normal(0, np.sqrt(np.diff(information, prepend=0)), (COURSES, LOOKS))
    truth = 2.0
    estimates, errors = truth + steps.cumsum(axis=1) / information, information**-0.5
    assert held(truth, estimates, errors, np.full(LOOKS, 1.96)) < 0.7
    for tightest_se in (TIGHTEST_SE["function"], 0.7, 5.0):
        assert held(truth, estimates, errors, half_widths(errors, tightest_se)) >= 0.95


def test_they_hold_for_a_growing_sample_that_is_not_normal():
    """Difference of two means of skewed scores, its standard error estimated anew at each look."""
    rng = np.random.default_rng(7)
    n = np.arange(100, 3100, 2)
    out_of = 0
    usual_out_of = 0
    for _ in range(400):
        arms = rng.gamma(2.0, 6.0, (2, n[-1])) * np.array([[1.0], [1.2]])
        sums, squares = arms.cumsum(axis=1)[:, n - 1], (arms**2).cumsum(axis=1)[:, n - 1]
        variance = (squares - sums**2 / n) / (n - 1)
        estimates, errors = (sums[1] - sums[0]) / n, np.sqrt(variance.sum(axis=0) / n)
        gap = np.abs(estimates - 12.0 * 0.2)
        out_of += bool((gap > half_widths(errors, 1.0) * errors).any())
        usual_out_of += bool((gap > stats.norm.ppf(0.975) * errors).any())
    assert out_of / 400 <= 0.05
    assert usual_out_of / 400 > 0.2


@pytest.mark.parametrize(("se", "tightest_se"), [(0.0, 1.0), (np.inf, 1.0), (np.nan, 1.0), (1.0, 0.0)])
def test_what_cannot_be_an_error_is_refused(se, tightest_se):
    with pytest.raises(ValueError):
        anytime(1.0, se, tightest_se=tightest_se)
