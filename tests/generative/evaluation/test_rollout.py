"""The rollout planner against savings and patients that are drawn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from amble.evaluation.estimators.rollout import (
    PerPatient,
    Plan,
    break_even,
    chance_of_paying,
    more_patients,
    to_train,
)

plans = st.builds(
    lambda eligible, now, rise, ramp, months: Plan(eligible, now, now + rise * (1 - now), ramp, months),
    st.floats(1, 1000),
    st.floats(0, 0.9),
    st.floats(0.01, 1),
    st.integers(1, 40),
    st.integers(1, 60),
)


@given(plans)
def test_people_are_added_month_by_month_up_to_the_share_wanted(plan) -> None:
    more = more_patients(plan)
    monthly = np.diff(more, prepend=0)
    most = plan.eligible * (plan.wanted - plan.reach)
    assert len(more) == plan.months and (np.diff(monthly) >= -1e-9 * most).all()
    assert monthly.max() <= most * (1 + 1e-9)
    if plan.months >= plan.ramp:
        assert monthly[plan.ramp - 1 :] == pytest.approx(most)


@given(plans, st.floats(0.1, 50), st.floats(0, 5000))
def test_break_even_is_the_first_month_that_pays(plan, saving, outlay) -> None:
    more = more_patients(plan)
    month = break_even(more, saving, outlay)
    paid = [people * saving >= outlay for people in more]
    assert month == (paid.index(True) + 1 if any(paid) else None)


def test_the_chance_of_paying_is_that_of_savings_that_are_drawn() -> None:
    rng = np.random.default_rng(3)
    more = more_patients(Plan(217, 0.18, 0.4, 12, 24))
    one = PerPatient(14.9, 4.0, 7.1, 22.7)
    drawn = rng.normal(one.value, one.se, 1_000_000)
    for outlay in (5_000, 12_000, 15_000):
        assert chance_of_paying(more[-1], one, outlay) == pytest.approx(
            (drawn * more[-1] >= outlay).mean(), abs=0.003
        )
        months = [break_even(more, saving, outlay) or np.inf for saving in drawn[:20_000]]
        ends = [break_even(more, saving, outlay) or np.inf for saving in (one.high, one.low)]
        inside = np.mean([ends[0] <= month <= ends[1] for month in months])
        assert inside >= 0.94


def test_how_many_to_train_holds_the_level_when_pace_and_share_are_drawn() -> None:
    rng = np.random.default_rng(4)
    pace, share = rng.normal(0.8, 0.05, 100_000), rng.normal(0.63, 0.046, 100_000)
    found = to_train(48, PerPatient(0.8, 0.05, 0, 0), PerPatient(0.63, 0.046, 0, 0), 0.95)
    drawn = 48 / (pace * share)
    assert ((found.low <= drawn) & (drawn <= found.high)).mean() == pytest.approx(0.95, abs=0.01)
