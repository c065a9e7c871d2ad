"""Whatever a week was like, the plan keeps its promises."""

from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from amble.programme import content
from amble.programme.planning import Goal, Kind, WeekDone, next_week, shrink_for_confidence

goals = st.builds(Goal, st.integers(1, 7), st.integers(5, 120))
scale = st.integers(0, 10)
weeks = st.builds(
    WeekDone,
    days_done=st.integers(0, 7),
    minutes_done=st.none() | st.integers(0, 1440),
    pain=scale,
    held_back=scale,
    confidence=scale,
    anything_new=st.booleans(),
)


def size(goal: Goal) -> int:
    return goal.days_per_week * goal.minutes


def has_moved_as_said(kind: Kind, before: Goal, after: Goal) -> bool:
    if kind is Kind.GROW:
        return size(after) > size(before)
    if kind is Kind.SHRINK:
        return size(after) < size(before)
    return after == before


@given(goals, weeks, st.none() | weeks)
@example(Goal(7, 120), WeekDone(7, 1440, 0, 0, 10, False), None)
@example(Goal(1, 5), WeekDone(0, None, 10, 10, 0, False), None)
def test_every_week_gets_one_suggestion_that_moves_as_it_says(goal, done, previous):
    suggestion = next_week(goal, done, previous)
    rules = [rule["id"] for rule in content.read("planning")["weekly_rules"]]
    assert rules.count(suggestion.rule_id) == 1
    assert 1 <= suggestion.goal.days_per_week <= 7
    assert 5 <= suggestion.goal.minutes <= 120
    assert has_moved_as_said(suggestion.kind, goal, suggestion.goal)


@given(goals, weeks, st.none() | weeks)
def test_it_grows_only_for_a_sure_person_who_did_every_day_with_nothing_new(goal, done, previous):
    if next_week(goal, done, previous).kind is Kind.GROW:
        assert done.confidence >= 7
        assert done.days_done >= goal.days_per_week
        assert not done.anything_new


@given(goals, weeks, st.none() | weeks)
def test_growth_is_gentle(goal, done, previous):
    after = next_week(goal, done, previous)
    if after.kind is Kind.GROW:
        more_days = after.goal.days_per_week - goal.days_per_week
        more_minutes = after.goal.minutes - goal.minutes
        assert (more_days, more_minutes) == (1, 0) or (
            more_days == 0 and more_minutes <= max(5, 0.25 * goal.minutes)
        )


@given(goals, weeks, st.none() | weeks, scale)
def test_pain_never_chooses_the_plan(goal, done, previous, other_pain):
    one, other = next_week(goal, done, previous), next_week(goal, replace(done, pain=other_pain), previous)
    assert (one.kind, one.goal, one.rule_id) == (other.kind, other.goal, other.rule_id)


@given(goals, scale)
def test_doubt_at_the_start_always_makes_a_smaller_goal_until_the_smallest(goal, confidence):
    suggestion = shrink_for_confidence(goal, confidence)
    if confidence >= 7:
        assert suggestion is None
    else:
        assert suggestion is not None
        assert has_moved_as_said(suggestion.kind, goal, suggestion.goal)
        assert (suggestion.kind is Kind.SHRINK) is (goal != Goal(1, 5))
