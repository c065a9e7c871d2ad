"""Next week's plan. The rules are in planning.toml, in order; the first that fits decides.

The rules suggest. The person has the last word.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf
from typing import Any

from amble.programme import content


class Kind(StrEnum):
    """What happens to the goal."""

    GROW = "grow"
    HOLD = "hold"
    SHRINK = "shrink"


@dataclass(frozen=True)
class Goal:
    """How often and how long: 1-7 days a week, 5-120 minutes each time. Out of range raises ValueError."""

    days_per_week: int
    minutes: int

    def __post_init__(self) -> None:
        bounds = content.read("planning")["bounds"]
        _check("days_per_week", self.days_per_week, bounds["days_per_week"])
        _check("minutes", self.minutes, bounds["minutes"])


@dataclass(frozen=True)
class WeekDone:
    """What a person said about one week. Out of range raises ValueError.

    days_done      0-7, days on which the activity was done
    minutes_done   minutes each time, roughly, as in `Goal.minutes`; None when not said
    pain           0-10, higher is worse
    held_back      0-10, how much the back held the person back, higher is worse
    confidence     0-10 in doing next week's plan, higher is surer
    anything_new   True when something new has appeared that a clinician has not looked at yet
    """

    days_done: int
    minutes_done: int | None
    pain: int
    held_back: int
    confidence: int
    anything_new: bool

    def __post_init__(self) -> None:
        _check("days_done", self.days_done, [0, 7])
        if self.minutes_done is not None:
            _check("minutes_done", self.minutes_done, [0, 24 * 60])
        for name in ("pain", "held_back", "confidence"):
            _check(name, getattr(self, name), [0, 10])


@dataclass(frozen=True)
class Suggestion:
    """A goal, and why. `sentences` are whole sentences from the rules, so that each can be translated."""

    kind: Kind
    goal: Goal
    rule_id: str
    sentences: tuple[str, ...]
    rules_version: str

    @property
    def reason(self) -> str:
        return " ".join(self.sentences)


def next_week(goal: Goal, done: WeekDone, previous: WeekDone | None = None) -> Suggestion:
    """What to suggest after a week with this goal. `previous`: the week before, None when there was none."""
    suggestion = _first_fit("weekly_rules", goal, _measures(goal) | _week_measures(goal, done, previous))
    if _pain_is_up(done, previous):
        note = content.read("planning")["pain_note"]["words"]
        return replace(suggestion, sentences=(note, *suggestion.sentences))
    return suggestion


def shrink_for_confidence(goal: Goal, confidence: int) -> Suggestion | None:
    """A smaller goal for a person who is not sure (0-10) of doing this one; None when sure enough.

    The smallest goal there is cannot shrink: the suggestion then holds it and says what else may help.
    """
    _check("confidence", confidence, [0, 10])
    measures = _measures(goal) | {"confidence": confidence}
    if _holds("confident", measures):
        return None
    return _first_fit("starting_rules", goal, measures)


def _measures(goal: Goal) -> dict[str, float]:
    return {
        "goal_days": goal.days_per_week,
        "goal_minutes": goal.minutes,
        "goal_minutes_a_week": goal.days_per_week * goal.minutes,
    }


def _week_measures(goal: Goal, done: WeekDone, previous: WeekDone | None) -> dict[str, float]:
    nothing_now = done.days_done == 0
    nothing_before = previous is not None and previous.days_done == 0
    return {
        "share_of_days": done.days_done / goal.days_per_week,
        # A person who did not say how long is taken to have done as planned.
        "share_of_minutes": 1.0 if done.minutes_done is None else done.minutes_done / goal.minutes,
        "weeks_with_nothing": nothing_now + (nothing_now and nothing_before),
        "held_back": done.held_back,
        "confidence": done.confidence,
        "anything_new": done.anything_new,
    }


def _pain_is_up(done: WeekDone, previous: WeekDone | None) -> bool:
    return previous is not None and done.pain - previous.pain >= content.read("planning")["pain_note"]["rise"]


def _first_fit(rules: str, goal: Goal, measures: Mapping[str, float]) -> Suggestion:
    table = content.read("planning")
    rule = next(rule for rule in table[rules] if all(_holds(name, measures) for name in rule["when"]))
    return Suggestion(
        kind=Kind(rule["outcome"]),
        goal=_step(rule["step"], goal),
        rule_id=rule["id"],
        sentences=(rule["reason"],),
        rules_version=table["version"],
    )


def _holds(name: str, measures: Mapping[str, float]) -> bool:
    """Whether a named condition holds: at_least <= measure < below, either end optional."""
    condition: Mapping[str, Any] = content.read("planning")["conditions"][name]
    return condition.get("at_least", -inf) <= measures[condition["measure"]] < condition.get("below", inf)


def _step(name: str, goal: Goal) -> Goal:
    """The goal after one step, kept inside the bounds."""
    step: Mapping[str, Any] = content.read("planning")["steps"][name]
    bounds = content.read("planning")["bounds"]
    days = step.get("days", goal.days_per_week + step.get("add_days", 0))
    minutes = step.get("minutes", _scaled(goal.minutes, step.get("times_minutes", 1)))
    return Goal(_inside(days, bounds["days_per_week"]), _inside(minutes, bounds["minutes"]))


def _scaled(minutes: int, factor: float) -> int:
    """Minutes times the factor, to the nearest 5; a longer time is always longer by at least one notch."""
    if factor == 1:
        return minutes
    nearest = int(minutes * factor / 5 + 0.5) * 5
    return max(nearest, minutes // 5 * 5 + 5) if factor > 1 else nearest


def _inside(value: int, bounds: list[int]) -> int:
    return max(bounds[0], min(bounds[1], value))


def _check(name: str, value: int, bounds: list[int]) -> None:
    if not bounds[0] <= value <= bounds[1]:
        raise ValueError(f"{name} must be {bounds[0]} to {bounds[1]}, got {value}")
