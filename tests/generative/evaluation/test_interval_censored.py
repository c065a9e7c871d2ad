"""Time to a change seen at visits: the table worked by hand, a plain EM, bounds, and the fold over rows."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from amble.evaluation.analyses import faster
from amble.evaluation.estimators.interval_censored import (
    EARLIEST,
    LATEST,
    MIDDLE,
    TOLERANCE,
    compare,
    gaps,
    intervals,
    turnbull,
)
from amble.evaluation.study.model import Study
from amble.evaluation.study.visits import weeks
from amble.evaluation.sums.memory import memory_data
from tests.invented_cohort import columns

TIME = np.array([6.0, 13.0, 26.0, 52.0])


def slopes(counts, mass):
    """Derivative of the log likelihood per episode by each mass, one pair of visits at a time."""
    cells = len(counts)
    pairs = [
        (a, b) for a in range(cells) for b in range(a, cells) if counts[a, b] and (a, b) != (0, cells - 1)
    ]
    total = sum(counts[pair] for pair in pairs)
    slope = np.zeros(cells)
    for a, b in pairs:
        slope[a : b + 1] += counts[a, b] / mass[a : b + 1].sum() / total
    return slope


def test_ten_people_by_hand():
    """Two visits, at weeks 10 and 20; ten people, and an eleventh who was never seen again.

    3 had changed at the first visit: gap 1.  2 had not at the first and had at the second: gap 2.
    2 had changed at the second visit and missed the first: gap 1 or 2.  3 had not changed at the second: gap 3.
    Gap 3 is told apart: 3/10. The other 7/10 split as a : b with 3 log a + 2 log b + 2 log(a + b) greatest at
    a / b = 3 / 2, so 0.42 and 0.28. Mean weeks: middle 0.42 * 5 + 0.28 * 15 + 0.3 * 20 = 12.3, start 2.8 + 6 = 8.8,
    end 4.2 + 5.6 + 6 = 15.8.
    """
    value = (
        [[1, np.nan]] * 3 + [[0, 1]] * 2 + [[np.nan, 1]] * 2 + [[0, 0]] * 2 + [[np.nan, 0]] + [[np.nan] * 2]
    )
    value = np.array(value, float)
    last, first = intervals(value, value >= 1)
    counts = np.zeros((3, 3))
    np.add.at(counts, (last, first - 1), 1)
    assert counts.tolist() == [[3, 2, 1], [0, 2, 0], [0, 0, 3]]
    both = compare(np.stack([counts, counts]), np.array([10.0, 20.0]))
    assert both.fit.mass[0] == pytest.approx([0.42, 0.28, 0.3])
    assert both.weeks[0] == pytest.approx([12.3, 8.8, 15.8])
    assert both.difference == pytest.approx(0)
    assert (both.n.tolist(), both.seen.tolist()) == ([10, 10], [7, 7])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([0, 0, 1, 0], (2, 3)),  # lost again later: a change all the same
        ([np.nan, 0, np.nan, 1], (2, 4)),
        ([1, 0, 0, 0], (0, 1)),
        ([0, np.nan, 0, np.nan], (3, 5)),
        ([np.nan] * 4, (0, 5)),
    ],
)
def test_between_which_visits(value, expected):
    value = np.array([value], float)
    last, first = intervals(value, value >= 1)
    assert (last[0], first[0]) == expected


tables = st.lists(st.integers(0, 9), min_size=15, max_size=15)


@settings(max_examples=60, deadline=None)
@given(tables)
@example([0, 0, 0, 0, 0, 0, 0, 1, 0, 3, 8, 0, 0, 2, 6])  # mass that goes to 0 very slowly
def test_no_distribution_is_more_likely(numbers):
    """The log likelihood is concave: with no slope above 1 anywhere, nothing is left to gain (interval-3)."""
    counts = np.zeros((5, 5))
    counts[np.triu_indices(5)] = numbers
    fit = turnbull(counts)
    if counts.sum() == counts[0, -1]:
        assert np.isnan(fit.mass).all()
        return
    assert (fit.mass >= 0).all()
    assert fit.mass.sum() == pytest.approx(1, abs=1e-12)
    assert slopes(counts, fit.mass).max() <= 1 + 2 * TOLERANCE
    assert fit.gap <= TOLERANCE


@settings(max_examples=40, deadline=None)
@given(tables, tables)
def test_a_stack_gives_what_each_gives_and_the_middle_lies_between_the_bounds(one, other):
    counts = np.zeros((2, 5, 5))
    counts[:, *np.triu_indices(5)] = [one, other]
    both = compare(counts, TIME)
    for arm in (0, 1):
        alone = compare(np.stack([counts[arm], counts[arm]]), TIME).weeks[0]
        if np.isnan(alone).any():
            assert np.isnan(both.weeks[arm]).all()
            continue
        assert both.weeks[arm] == pytest.approx(alone, abs=1e-4)
        assert 0 <= alone[EARLIEST] <= alone[MIDDLE] <= alone[LATEST] <= TIME[-1] + 1e-9


def test_a_visit_nobody_came_to_parts_no_gap():
    counts = np.zeros((5, 5))
    counts[0, 0], counts[0, 3], counts[3, 4], counts[1, 3] = 4, 3, 2, 5
    middle, start, end = gaps(counts, TIME)
    assert start.tolist() == [0, 6, 6, 26, 52]
    assert end.tolist() == [6, 26, 26, 52, 52]
    assert middle == pytest.approx((start + end) / 2)


def data(**changes):
    return memory_data(columns(n=400, clinicians=12) | changes, Study(repetitions=200))


def test_counting_over_blocks_is_counting_episode_by_episode():
    cohort = data()
    rows, study = cohort.rows.columns, cohort.outline.study
    visits = {outcome: cohort.outline.visits[outcome] for outcome in study.measured}
    counts = faster.count_changes(cohort.rows, cohort.outline, visits)
    for outcome, sign in (("function", 1), ("pain", -1), ("fear_avoidance", -1)):
        slow = np.zeros_like(counts[outcome])
        for i in range(len(cohort.rows)):
            start = (
                round(10 * rows[f"{outcome}_baseline"][i]) if rows[f"{outcome}_baseline_known"][i] else None
            )
            if start is None:
                continue
            last, first = 0, len(visits[outcome]) + 1
            for number, visit in enumerate(visits[outcome], start=1):
                score = rows[f"{outcome}_{visit}"][i]
                if np.isnan(score):
                    continue
                if sign * (round(10 * score) - start) >= 10 * study.mic[outcome]:
                    first = number
                    break
                last = number
            slow[int(rows["clinician"][i]), int(rows["arm"][i]), last, first - 1] += 1
        assert (counts[outcome] == slow).all()


def test_an_answer_with_its_interval():
    found = faster.answer(data())
    assert [e.outcome for e in found.estimates] == ["function", "pain", "fear_avoidance"]
    for estimate in found.estimates:
        assert estimate.ci_low < estimate.estimate < estimate.ci_high
        assert "observational" in estimate.meaning
    assert all(fit.converged for fit in found.fits)
    assert not found.warnings
    assert faster.answer(data()) == found


def test_the_last_visit_of_one_arm_alone_is_left_out():
    cohort = columns(n=400, clinicians=12)
    treated = cohort["arm"] == 1
    blank = np.where(treated, np.nan, cohort["function_12m"])
    pattern = np.where(treated, cohort["function_pattern"] % 8, cohort["function_pattern"])
    found = faster.answer(data(function_12m=blank, function_pattern=pattern))
    assert found.estimates[0].visit == "6m"
    assert f"first {weeks()['6m']:.0f} weeks" in found.estimates[0].meaning


def test_one_arm_or_no_rows_is_said():
    alone = faster.answer(data(arm=np.ones(400)))
    assert not alone.estimates
    assert len(alone.warnings) == 3
    sums_only = replace(data(), rows=None)
    assert "rows" in faster.answer(sums_only).warnings[0]
