"""The rollout planner's pieces against published limits and sums by hand."""

import numpy as np
import pytest

from amble.evaluation.estimators.rollout import (
    PerPatient,
    Plan,
    break_even,
    by_chance,
    chance_of_paying,
    more_patients,
    to_train,
)


def test_poisson_limits_turn_garwoods_table_round() -> None:
    """Garwood 1936: 10 seen means 4.80 to 18.39 expected at 95%. So 10 is the lowest and highest of those."""
    assert by_chance(18.39, 0.95)[0] == pytest.approx(10, abs=1)
    assert by_chance(4.795, 0.95)[1] == pytest.approx(10, abs=1)
    low, high = by_chance(1000, 0.95)
    assert (low, high) == pytest.approx((1000 - 1.96 * 1000**0.5, 1000 + 1.96 * 1000**0.5), abs=1.5)


def test_a_plan_by_hand() -> None:
    """100 a month, 20% to 50% in three months: 10, 20, 30, 30 more, added up."""
    more = more_patients(Plan(100, 0.2, 0.5, 3, 4))
    assert more == pytest.approx([10, 30, 60, 90])
    assert break_even(more, 5.0, 300.0) == 3
    assert break_even(more, 5.0, 300.1) == 4
    assert break_even(more, 5.0, 451.0) is None
    assert break_even(more, -1.0, 10.0) is None
    assert break_even(more, 1.0, 0.0) == 1
    net = PerPatient(5.0, 1.0, 3.0, 7.0).times(90).less(400)
    assert (net.value, net.low, net.high) == (50, -130, 230)
    assert chance_of_paying(90, PerPatient(5.0, 1.0, 3.0, 7.0), 400) == pytest.approx(
        0.71074, abs=1e-4
    )  # 50 / 90
    assert chance_of_paying(90, PerPatient(5.0, 0.0, 5.0, 5.0), 450) == 1.0


def test_how_many_to_train_by_the_delta_method() -> None:
    """30 patients, 0.8 (0.08) each, 60% (6%) deliver: 62.5; both errors are 10%, together 14.14%."""
    found = to_train(30, PerPatient(0.8, 0.08, 0, 0), PerPatient(0.6, 0.06, 0, 0), 0.95)
    assert found.value == pytest.approx(62.5)
    assert found.se == pytest.approx(62.5 * 0.02**0.5)
    assert (found.low, found.high) == pytest.approx(
        (62.5 / np.exp(0.27718), 62.5 * np.exp(0.27718)), rel=1e-4
    )
