"""The stepped wedge against least squares on the patients themselves, and against rollouts that are simulated."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from amble.evaluation.estimators.stepped_wedge import (
    Wedge,
    covariance,
    drawn_order,
    power,
    smallest_difference,
    standard_error,
    waves,
)

shares = st.floats(0.0, 1.0)
wedges = st.builds(
    Wedge,
    clinics=st.integers(5, 12),
    steps=st.integers(2, 5),
    patients=st.integers(1, 4),
    sd=st.floats(0.5, 30),
    icc=st.floats(0.0, 0.8),
    autocorrelation=shares,
    decaying=st.booleans(),
)


def row_by_row(wedge: Wedge) -> float:
    """The error from one row for every patient, with the whole covariance of all of them."""
    m = int(wedge.patients)
    clinic, period, _ = (index.ravel() for index in np.indices((wedge.clinics, wedge.periods, m)))
    trained = (period >= waves(wedge.clinics, wedge.steps)[clinic]).astype(float)
    x = np.column_stack([trained, *(period == t for t in range(wedge.periods))]).astype(float)
    same = clinic[:, None] == clinic
    apart = np.abs(period[:, None] - period)
    fading = np.where(apart == 0, 1.0, wedge.autocorrelation ** (apart if wedge.decaying else 1))
    v = wedge.sd**2 * (same * wedge.icc * fading + (1 - wedge.icc) * np.eye(len(x)))
    return float(np.linalg.inv(x.T @ np.linalg.solve(v, x))[0, 0] ** 0.5)


@given(wedges)
def test_it_is_least_squares_on_the_patients(wedge) -> None:
    assert standard_error(wedge) == pytest.approx(row_by_row(wedge), rel=1e-7)


@given(wedges)
def test_a_chance_lies_between_the_false_alarm_and_one_and_grows_with_the_difference(wedge) -> None:
    se = standard_error(wedge)
    found = [power(k * se, se, wedge.df, 0.05) for k in (0.0, 0.5, 1.0, 3.0, 8.0, 30.0)]
    assert found[0] == pytest.approx(0.05) and found == sorted(found) and found[-1] <= 1 + 1e-12
    assert power(2 * se, se, wedge.df, 0.05) < power(2 * se, se, np.inf, 0.05)
    least = smallest_difference(se, wedge.df, 0.05, 0.8)
    assert power(least, se, wedge.df, 0.05) == pytest.approx(0.8, abs=1e-6)


@given(wedges)
def test_more_patients_and_more_clinics_tell_more(wedge) -> None:
    se = standard_error(wedge)
    assert standard_error(replace(wedge, patients=wedge.patients * 2)) <= se * (1 + 1e-9)
    double = replace(wedge, clinics=wedge.steps * 4)
    assert standard_error(double) == pytest.approx(
        standard_error(replace(double, clinics=wedge.steps * 2)) / 2**0.5, rel=1e-7
    )


@given(st.integers(2, 60), st.integers(2, 12), st.integers(0, 9999))
def test_every_clinic_is_trained_once_and_steps_are_as_equal_as_can_be(clinics, steps, seed) -> None:
    clinics = max(clinics, steps)
    when = waves(clinics, steps)
    sizes = np.bincount(when)[1:]
    assert len(when) == clinics and len(sizes) == steps and sizes.max() - sizes.min() <= 1
    order = drawn_order(clinics, seed)
    assert sorted(order) == list(range(clinics)) and list(order) == list(drawn_order(clinics, seed))


def test_fewer_than_two_steps_are_refused() -> None:
    with pytest.raises(ValueError, match="two steps"):
        standard_error(Wedge(5, 1, 10, 1.0, 0.05))


@pytest.mark.parametrize("decaying", [False, True])
def test_rollouts_that_are_simulated_find_it_as_often_as_promised(decaying) -> None:
    """4,000 rollouts, analysed by least squares with the true covariance: error, false alarms, findings."""
    wedge = Wedge(9, 3, 12, 13.0, 0.06, 0.7, decaying)
    se, rng = standard_error(wedge), np.random.default_rng(5)
    v = covariance(wedge)
    means = rng.multivariate_normal(np.zeros(wedge.periods), v, size=(4000, wedge.clinics))
    x = (np.arange(wedge.periods) >= waves(wedge.clinics, wedge.steps)[:, None]).astype(float)
    apart = x - x.mean(axis=0)
    estimates = np.einsum("kt,ts,rks->r", apart, np.linalg.inv(v), means) * se**2
    assert estimates.std() == pytest.approx(se, rel=0.04)
    for difference in (0.0, 2.0 * se, 3.0 * se):
        found = (np.abs(estimates + difference) > 1.959964 * se).mean()
        assert found == pytest.approx(power(difference, se, np.inf, 0.05), abs=0.025)
