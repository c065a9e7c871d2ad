"""The weekly plan as a table: what happened, what is suggested, and by which rule."""

import re
from dataclasses import replace

import pytest

from amble.programme import content
from amble.programme.planning import Goal, Kind, WeekDone, next_week, shrink_for_confidence

THREE_TIMES = Goal(3, 20)
TWICE = Goal(2, 20)
SMALLEST = Goal(1, 5)

# A good week; each row of the table says what was different.
GOOD = WeekDone(days_done=3, minutes_done=20, pain=4, held_back=3, confidence=8, anything_new=False)
NOTHING = replace(GOOD, days_done=0)

TABLE = [
    # goal, this week, the week before -> kind, goal, rule
    (THREE_TIMES, GOOD, None, Kind.GROW, Goal(3, 25), "a-little-longer"),
    (THREE_TIMES, replace(GOOD, minutes_done=None), None, Kind.GROW, Goal(3, 25), "a-little-longer"),
    (THREE_TIMES, replace(GOOD, minutes_done=15), None, Kind.GROW, Goal(3, 25), "a-little-longer"),
    (THREE_TIMES, replace(GOOD, confidence=7), None, Kind.GROW, Goal(3, 25), "a-little-longer"),
    (THREE_TIMES, replace(GOOD, held_back=6), None, Kind.GROW, Goal(3, 25), "a-little-longer"),
    (THREE_TIMES, GOOD, NOTHING, Kind.GROW, Goal(3, 25), "a-little-longer"),
    (Goal(3, 5), GOOD, None, Kind.GROW, Goal(3, 10), "a-little-longer"),
    (Goal(3, 40), replace(GOOD, minutes_done=40), None, Kind.GROW, Goal(3, 45), "a-little-longer"),
    (Goal(4, 12), replace(GOOD, days_done=4), None, Kind.GROW, Goal(4, 15), "a-little-longer"),
    (TWICE, GOOD, None, Kind.GROW, Goal(3, 20), "add-a-day"),
    (SMALLEST, GOOD, None, Kind.GROW, Goal(2, 5), "add-a-day"),
    (Goal(2, 120), replace(GOOD, minutes_done=120), None, Kind.GROW, Goal(3, 120), "add-a-day"),
    (Goal(3, 50), replace(GOOD, minutes_done=50), None, Kind.HOLD, Goal(3, 50), "plenty"),
    (Goal(7, 120), replace(GOOD, days_done=7, minutes_done=None), None, Kind.HOLD, Goal(7, 120), "plenty"),
    (THREE_TIMES, replace(GOOD, minutes_done=14), None, Kind.HOLD, THREE_TIMES, "shorter-than-planned"),
    (THREE_TIMES, replace(GOOD, days_done=2), None, Kind.HOLD, THREE_TIMES, "most-of-it"),
    (TWICE, replace(GOOD, days_done=1), None, Kind.HOLD, TWICE, "most-of-it"),
    (THREE_TIMES, replace(GOOD, confidence=6), None, Kind.HOLD, THREE_TIMES, "not-sure-yet"),
    (THREE_TIMES, replace(GOOD, confidence=5), None, Kind.HOLD, THREE_TIMES, "not-sure-yet"),
    (THREE_TIMES, replace(GOOD, held_back=7), None, Kind.HOLD, THREE_TIMES, "held-back"),
    (THREE_TIMES, replace(GOOD, confidence=4), None, Kind.SHRINK, Goal(2, 15), "doubtful"),
    (SMALLEST, replace(GOOD, confidence=4), None, Kind.HOLD, SMALLEST, "doubtful-smallest"),
    (THREE_TIMES, replace(GOOD, days_done=1), None, Kind.SHRINK, Goal(2, 15), "under-half"),
    (THREE_TIMES, NOTHING, None, Kind.SHRINK, Goal(2, 15), "under-half"),
    (THREE_TIMES, NOTHING, GOOD, Kind.SHRINK, Goal(2, 15), "under-half"),
    (SMALLEST, NOTHING, GOOD, Kind.HOLD, SMALLEST, "smallest-missed"),
    (THREE_TIMES, NOTHING, NOTHING, Kind.SHRINK, SMALLEST, "nothing-twice"),
    (SMALLEST, NOTHING, NOTHING, Kind.HOLD, SMALLEST, "nothing-twice-smallest"),
    (THREE_TIMES, replace(GOOD, anything_new=True), None, Kind.HOLD, THREE_TIMES, "something-new"),
    (THREE_TIMES, replace(NOTHING, anything_new=True), NOTHING, Kind.HOLD, THREE_TIMES, "something-new"),
]


@pytest.mark.parametrize(("goal", "done", "previous", "kind", "suggested", "rule"), TABLE)
def test_situation_and_suggestion(goal, done, previous, kind, suggested, rule):
    suggestion = next_week(goal, done, previous)
    assert (suggestion.kind, suggestion.goal, suggestion.rule_id) == (kind, suggested, rule)


def test_the_table_shows_every_rule():
    assert {row[-1] for row in TABLE} == {rule["id"] for rule in content.read("planning")["weekly_rules"]}


def test_more_pain_changes_the_words_and_not_the_plan():
    calm, sore = replace(GOOD, pain=3), replace(GOOD, pain=9)
    after_calm, after_sore = next_week(THREE_TIMES, calm, calm), next_week(THREE_TIMES, sore, calm)
    assert after_sore.goal == after_calm.goal
    assert after_sore.rule_id == after_calm.rule_id
    assert "pain" not in after_calm.reason
    assert after_sore.reason.startswith("Your pain was up this week")
    assert after_sore.reason.endswith(after_calm.reason)


@pytest.mark.parametrize(
    ("before", "now", "said"), [(4, 6, True), (4, 5, False), (4, 4, False), (6, 4, False), (None, 10, False)]
)
def test_pain_is_mentioned_when_it_rose_by_two_or_more(before, now, said):
    previous = None if before is None else replace(GOOD, pain=before)
    assert ("pain" in next_week(THREE_TIMES, replace(GOOD, pain=now), previous).reason) is said


@pytest.mark.parametrize(
    ("goal", "confidence", "smaller", "rule"),
    [
        (THREE_TIMES, 6, Goal(2, 15), "smaller-start"),
        (THREE_TIMES, 0, Goal(2, 15), "smaller-start"),
        (Goal(1, 10), 6, SMALLEST, "smaller-start"),
        (Goal(2, 5), 6, SMALLEST, "smaller-start"),
        (Goal(7, 120), 6, Goal(6, 85), "smaller-start"),
        (SMALLEST, 6, SMALLEST, "smallest-start"),
    ],
)
def test_a_goal_one_is_not_sure_of_gets_smaller(goal, confidence, smaller, rule):
    suggestion = shrink_for_confidence(goal, confidence)
    assert suggestion is not None
    assert (suggestion.goal, suggestion.rule_id) == (smaller, rule)


@pytest.mark.parametrize("confidence", [7, 10])
def test_a_goal_one_is_sure_of_stays(confidence):
    assert shrink_for_confidence(THREE_TIMES, confidence) is None


def test_a_suggestion_carries_the_version_of_the_rules():
    version = content.read("planning")["version"]
    assert version
    assert next_week(THREE_TIMES, GOOD, None).rules_version == version


@pytest.mark.parametrize("rules", ["weekly_rules", "starting_rules"])
def test_every_reason_is_kind_and_short(rules):
    for rule in content.read("planning")[rules]:
        sentences = re.findall(r"[^.?!]+[.?!]", rule["reason"])
        # The weekly reason leaves room for the sentence on pain: two short sentences at most.
        assert len(sentences) <= (1 if rules == "weekly_rules" else 2), rule["id"]
        assert all(len(sentence.split()) <= 22 for sentence in sentences), rule["id"]
        assert not re.search(r"\b(fail|failed|should|must|only|unfortunately|damage)\b", rule["reason"])


@pytest.mark.parametrize(("days", "minutes"), [(0, 20), (8, 20), (3, 4), (3, 121)])
def test_a_goal_out_of_range_is_refused(days, minutes):
    with pytest.raises(ValueError, match="must be"):
        Goal(days, minutes)


@pytest.mark.parametrize(
    "wrong",
    [
        {"days_done": 8},
        {"days_done": -1},
        {"minutes_done": -1},
        {"pain": 11},
        {"held_back": -1},
        {"confidence": 11},
    ],
)
def test_a_week_out_of_range_is_refused_by_name(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} must be"):
        replace(GOOD, **wrong)
