"""When measures and weekly check-ins are asked for. All dates are calendar dates in the person's own zone."""

from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from amble.programme import content
from amble.vocabulary import Visit


class AssessmentState(StrEnum):
    """Where one visit's measures stand on a given day."""

    NOT_OPEN = "not_open"
    DUE = "due"
    OVERDUE = "overdue"
    COMPLETED = "completed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Window:
    """Answers are taken from `opens` to `closes`, both included; `due` is the last day that is on time."""

    visit: Visit
    opens: date
    due: date
    closes: date


def window(visit: Visit, *, started: date, discharged: date | None = None) -> Window | None:
    """The window of one visit. None for the discharge visit until there is a discharge date.

    Follow-up is counted from `started`, the start of the episode (time zero), in both arms: counting from
    discharge would ask the arm with fewer sessions sooner. The windows of these visits never overlap.
    Discharge falls when it falls, so its window may overlap a follow-up's.
    A discharge before the start raises ValueError.
    """
    if discharged is not None and discharged < started:
        raise ValueError(f"discharged on {discharged}, before the start on {started}")
    entry = content.read("timetable")["windows"][visit]
    if visit is Visit.DISCHARGE:
        if discharged is None:
            return None
        due = discharged
    else:
        due = add_months(started, entry.get("months", 0)) + timedelta(days=entry.get("days", 0))
    opens = max(started, due - timedelta(days=entry["opens_days_before"]))
    return Window(visit, opens=opens, due=due, closes=due + timedelta(days=entry["closes_days_after"]))


def state(window: Window, *, today: date, completed: bool, withdrawn: bool) -> AssessmentState:
    """Where these measures stand. What was completed stays completed, even after a withdrawal."""
    if completed:
        return AssessmentState.COMPLETED
    if withdrawn:
        return AssessmentState.WITHDRAWN
    if today < window.opens:
        return AssessmentState.NOT_OPEN
    if today <= window.due:
        return AssessmentState.DUE
    return AssessmentState.OVERDUE if today <= window.closes else AssessmentState.EXPIRED


def add_months(day: date, months: int) -> date:
    """The same day of the month, that many months later; the month's last day when it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def check_in_day(started: date, week: int) -> date:
    """The day the check-in of this week (1, 2, ...) is asked for. It stays open until the next one's day."""
    if week < 1:
        raise ValueError(f"weeks are counted from 1, got {week}")
    return started + timedelta(days=week * content.read("timetable")["check_in"]["every_days"])


def weeks_missed(started: date, *, today: date, done: Collection[int]) -> int:
    """How many weekly check-ins in a row, up to today, closed without an answer. `done`: weeks answered.

    An answer to the check-in that is open now ends the row. For an episode that has ended, give its last
    day as `today`.
    """
    every = content.read("timetable")["check_in"]["every_days"]
    open_week = (today - started).days // every
    if open_week in done:
        return 0
    missed = 0
    while open_week - missed > 1 and open_week - missed - 1 not in done:
        missed += 1
    return missed
