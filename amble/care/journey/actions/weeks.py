"""The patient's own goal, and the week as they tell it."""

from django.db import IntegrityError

from amble.care.audit.actions import action, record
from amble.programme import planning
from amble.vocabulary import Mode

from ..models import CheckIn, Goal


class WeekTold(Exception):
    """This week's check-in is there already; it is shown, not doubled."""


@action
def choose_goal(*, episode, by, suggestion: planning.Suggestion | None = None, **goal) -> Goal:
    """The patient decides what to do next. `suggestion` is what the rules proposed; they have the last word."""
    kept = {}
    if suggestion is not None:
        as_suggested = (goal["days_per_week"], goal["minutes"]) == (
            suggestion.goal.days_per_week,
            suggestion.goal.minutes,
        )
        kept = {
            "suggestion": suggestion.kind,
            "rule": suggestion.rule_id,
            "rules_version": suggestion.rules_version,
            "own_choice": not as_suggested,
        }
    chosen = Goal.objects.create(episode=episode, by=by, **goal, **kept)
    record("goal.chosen", by=by, patient=episode.patient, subject=chosen, **kept)
    return chosen


@action
def check_in(*, episode, week: int, by, mode: Mode = Mode.OWN_DEVICE, **answers) -> CheckIn:
    """Keep the week as the patient tells it. Raises WeekTold when that week was told before."""
    try:
        told = CheckIn.objects.create(episode=episode, week=week, by=by, mode=mode, **answers)
    except IntegrityError as one_per_week:
        # Tried, not looked up before: two posts at once would both find the week untold.
        raise WeekTold from one_per_week
    record("week.told", by=by, patient=episode.patient, subject=told, week=week)
    return told


def suggest(episode) -> planning.Suggestion | None:
    """What the rules propose for the coming week, from the goal and the last two check-ins."""
    goal = episode.goals.order_by("at", "pk").last()
    last_two = list(episode.checkins.order_by("-week")[:2])
    if goal is None or not last_two:
        return None
    done, previous = (_week(c) for c in (last_two + [None])[:2])
    return planning.next_week(planning.Goal(goal.days_per_week, goal.minutes), done, previous)


def _week(told: CheckIn | None) -> planning.WeekDone | None:
    if told is None:
        return None
    return planning.WeekDone(
        days_done=told.days_done,
        minutes_done=told.minutes_done,
        pain=told.pain,
        held_back=told.held_back,
        confidence=told.confidence,
        anything_new=told.anything_new,
    )
