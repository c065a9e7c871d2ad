"""People like me: a slow twin, coverage when the truth is known, and what the kept numbers say of one person."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from amble.evaluation.estimators import people_like_me
from amble.evaluation.estimators.people_like_me import COUNTS_TO, LEAST_ANSWERS, NEAR, courses
from amble.evaluation.estimators.people_like_me_check import check, of_later_patients, of_left_out_fifths
from tests import invented_people

TARGETS = ("discharge", "3m")


def slow_course(at, predicted, later, size):
    """The nearest people one by one; each tenth by counting up to its place and going on a part of the way."""
    ranked = sorted(range(len(predicted)), key=lambda i: (abs(predicted[i] - at), i))[:size]
    told = []
    for v in range(later.shape[1]):
        answers = sorted(later[i][v] for i in ranked if later[i][v] == later[i][v])
        near = abs(sum(predicted[i] for i in ranked) / size - at) <= NEAR
        ends = (None, None, None)
        if near and len(answers) >= LEAST_ANSWERS:
            ends = []
            for p in (0.1, 0.5, 0.9):
                place = p * (len(answers) + 1)
                below = answers[int(place) - 1]
                ends.append(below + (place - int(place)) * (answers[int(place)] - below))
        told.append((len(answers), ends))
    return told


@settings(max_examples=25, deadline=None)
@given(st.integers(750, 1600), st.floats(0.3, 1.0), st.integers(0, 10**6))
def test_the_slow_twin_tells_the_same(n, answers, seed):
    chance = np.random.default_rng(seed)
    predicted = chance.gamma(9, 6, n)  # uneven, without ties
    later = predicted[:, None] + chance.normal(0, 9, (n, 2))
    later[chance.random((n, 2)) > answers] = np.nan
    for course in courses(predicted, later, np.ones((n, 2), dtype=bool))[::5]:
        for v, (count, ends) in enumerate(slow_course(course.at, predicted, later, course.size)):
            assert abs(course.n[v] - count) <= COUNTS_TO / 2
            ours = (course.low[v], course.median[v], course.high[v])
            assert [end is None for end in ours] == [end is None for end in ends]
            if ends[0] is not None:
                assert np.abs(np.array(ours) - ends).max() <= 0.5 + 1e-9


def test_eight_of_ten_new_patients_come_out_in_the_middle_80_when_the_truth_is_known():
    """New patients without end, since their distribution is known; the told range covers what it says."""
    spread = np.hypot(invented_people.OWN, invented_people.SCATTER)
    inside, reached = [], []
    for seed in range(12):
        model = people_like_me.fit(invented_people.people(3000, seed), TARGETS)
        new = invented_people.people(400, seed + 1000)
        middle = invented_people.outlook(new.numbers, new.groups)
        for i in range(len(new)):
            known = {k: v[i] for k, v in (new.numbers | new.groups).items() if v[i] == v[i]}
            course = model.course(model.predicted(known))
            for v in range(4) if course and None not in course.median else ():
                true = stats.norm(middle[i] + invented_people.GAIN[v], spread)
                inside.append(true.cdf(course.high[v] + 0.5) - true.cdf(course.low[v] - 0.5))
                reached.append(true.sf(course.median[v]))
    assert len(inside) > 15_000
    assert 0.80 <= np.mean(inside) <= 0.83  # whole points with both ends add one in a hundred
    assert np.mean(reached) == pytest.approx(0.5, abs=0.01)
    assert np.quantile(inside, 0.05) > 0.7  # not only on average


def test_what_is_left_out_finds_a_good_course_good_and_a_changed_one_poor():
    people = invented_people.people(3000, seed=5)
    everybody = np.ones(len(people), dtype=bool)
    for told in (of_left_out_fifths(people, TARGETS), of_later_patients(people, TARGETS)):
        found = check(told, people, "3m", everybody, 0.95)
        assert found.good and found.slope_low < 1 < found.slope_high
    later = people.later.copy()
    later[2000:] -= 12  # those who began last did much worse
    changed = replace(people, later=later)
    assert not check(of_later_patients(changed, TARGETS), changed, "3m", everybody, 0.95).good
    wild = replace(people, later=np.where(np.arange(3000)[:, None] < 2000, people.later, 2 * people.later))
    assert not check(of_later_patients(wild, TARGETS), wild, "3m", everybody, 0.95).good


def test_nobody_is_told_of_too_few():
    assert people_like_me.fit(invented_people.people(people_like_me.LEAST_PEOPLE - 1, 1), TARGETS) is None
    assert people_like_me.fit(invented_people.people(2000, 1, answers=0.02), TARGETS) is None
    few = people_like_me.fit(invented_people.people(800, 1, answers=0.4), TARGETS)  # 60 of 150
    assert all(end is None for course in few.courses for end in (*course.low, *course.median, *course.high))
    model = people_like_me.fit(invented_people.people(2000, 1), TARGETS)
    assert model.course(model.courses[0].at - 1) is None and model.course(model.courses[-1].at + 1) is None
    assert model.courses[0].median[0] is None  # at the very end all neighbours are on one side
    assert len(of_left_out_fifths(invented_people.people(900, 1), TARGETS).median) == 900


def test_no_kept_number_is_one_persons():
    """Whatever one person had answered, no end of a range follows them: it rests on at least eight others."""
    people = invented_people.people(1200, seed=2)
    before = people_like_me.fit(people, TARGETS)
    for i in np.flatnonzero(np.isfinite(people.later[:, 2:]).all(axis=1))[::100]:
        later = people.later.copy()
        later[i, 2:] = 9_999.0  # not at a target, so that the prediction stays
        after = people_like_me.fit(replace(people, later=later), TARGETS)
        for old, new in zip(before.courses, after.courses, strict=True):
            for name in ("low", "median", "high"):
                for a, b in zip(getattr(old, name), getattr(new, name), strict=True):
                    assert (a is None) == (b is None)
                    assert b is None or b < 200
    for course in before.courses:
        assert all(count % COUNTS_TO == 0 for count in (*course.n, *course.over))
        assert all(
            end == round(end) for end in (*course.low, *course.median, *course.high) if end is not None
        )


def test_a_level_of_a_few_people_has_no_coefficient_of_its_own():
    people = invented_people.people(1200, seed=4)
    rare = int((people.groups["sex"] == "other").sum())
    assert 0 < rare < people_like_me.LEAST_OF_A_KIND
    model = people_like_me.fit(people, TARGETS)
    assert set(model.kinds["sex"].levels) == {"female", "male"}
    average = {"function": 50.0, "sex": None}
    assert model.predicted({**average, "sex": "other"}) == model.predicted(average)


def test_the_model_is_kept_as_json_without_a_row_of_a_person():
    people = invented_people.people(1500, seed=6)
    model = people_like_me.fit(people, TARGETS)
    text = json.dumps(model.kept(), allow_nan=False)
    assert people_like_me.opened(json.loads(text)) == model
    assert len(text) < 40_000  # as long for a thousand people as for a million
