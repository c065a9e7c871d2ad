"""Differences between shares, and standardised differences, against printed and plain numbers."""

import numpy as np
import pytest
import statsmodels.api as sm

from amble.evaluation.diagnostics import standardised
from amble.evaluation.estimators.shares import share_difference


def test_completeness_of_the_etmi_cohort():
    """Counts reported of the cohort (Feldman and others, JAMA Netw Open 2026, doi 10.1001/jamanetworkopen.2025.52143;

    the 259 are from the press): 259 of 711 and 1,365 of 3,482 complete. -2.8 points (-6.7 to 1.1) is arithmetic.
    """
    arm = np.repeat([1, 0], [711, 3482])
    complete = np.concatenate([np.arange(711) < 259, np.arange(3482) < 1365]).astype(float)
    n = np.stack([arm, 1 - arm], axis=1).astype(float)
    found = share_difference(complete[:, None] * n, n, 0.95)
    assert [round(100 * value, 1) for value in (found.difference, found.low, found.high)] == [-2.8, -6.7, 1.1]


def test_the_error_is_the_cluster_robust_one_of_a_linear_model():
    rng = np.random.default_rng(1)
    arm, group = rng.integers(0, 2, 500), rng.integers(0, 20, 500)
    yes = (rng.random(500) < 0.3 + 0.02 * group).astype(float)
    n = np.stack([np.bincount(group, arm == 1), np.bincount(group, arm == 0)], axis=1)
    counts = np.stack([np.bincount(group, yes * (arm == 1)), np.bincount(group, yes * (arm == 0))], axis=1)
    found = share_difference(counts, n, 0.95)
    dense = sm.OLS(yes, sm.add_constant(arm.astype(float)))
    dense = dense.fit(
        cov_type="cluster", cov_kwds={"groups": group, "df_correction": True}, use_correction=True
    )
    correction = 499 / 498  # statsmodels also multiplies by (n - 1) / (n - k)
    assert found.difference == pytest.approx(dense.params[1], rel=1e-9)
    assert found.se == pytest.approx(dense.bse[1] / np.sqrt(correction), rel=1e-9)
    assert found.df == 19


def test_one_cluster_or_an_empty_group_gives_no_interval():
    assert share_difference(np.array([[3.0, 4.0]]), np.array([[9.0, 9.0]]), 0.95).low is None
    assert share_difference(np.array([[3.0, 0.0]]), np.array([[9.0, 0.0]]), 0.95).difference is None


def test_several_levels_reduce_to_the_difference_of_two_shares():
    """Yang and Dalton (SAS Global Forum 2012, paper 335): for two levels the distance is the usual one."""
    a, b = 30 / 100, 55 / 110
    usual = abs(a - b) / np.sqrt((a * (1 - a) + b * (1 - b)) / 2)
    assert standardised.of_shares(np.array([[30, 70], [55, 55]])) == pytest.approx(usual, rel=1e-12)
    assert standardised.of_shares(np.array([[30, 70, 0], [55, 55, 0]])) == pytest.approx(usual, rel=1e-12)


def test_levels_may_be_given_in_any_order_and_the_same_shares_are_no_distance():
    counts = np.array([[10, 20, 70], [30, 40, 50]])
    distance = standardised.of_shares(counts)
    assert distance > 0.1
    assert standardised.of_shares(counts[:, [2, 0, 1]]) == pytest.approx(distance, rel=1e-9)
    assert standardised.of_shares(np.array([[1, 2, 3], [10, 20, 30]])) == pytest.approx(0, abs=1e-9)


def test_what_has_no_distance_is_said_so():
    assert standardised.of_shares(np.array([[10, 0], [0, 10]])) is None
    assert standardised.of_shares(np.array([[0, 0], [4, 6]])) is None
    assert standardised.of_means((1.0, 2.0), (0.0, 0.0)) is None
    assert standardised.of_means((52.0, 50.0), (3.0, 4.0)) == pytest.approx(2 / np.sqrt(12.5))
