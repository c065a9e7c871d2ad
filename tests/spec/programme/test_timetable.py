"""When measures open, fall due and close, and which state that makes on a given day."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from amble.programme.timetable import (
    AssessmentState,
    Window,
    check_in_day,
    state,
    weeks_missed,
    window,
)
from amble.vocabulary import Visit

START = date(2026, 1, 31)
COUNTED_FROM_START = [Visit.BASELINE, Visit.WEEK_6, Visit.MONTH_3, Visit.MONTH_6, Visit.MONTH_12]


@pytest.mark.parametrize(
    ("visit", "opens", "due", "closes"),
    [
        (Visit.BASELINE, date(2026, 1, 31), date(2026, 2, 7), date(2026, 2, 14)),
        (Visit.WEEK_6, date(2026, 3, 7), date(2026, 3, 14), date(2026, 3, 28)),
        (Visit.MONTH_3, date(2026, 4, 16), date(2026, 4, 30), date(2026, 5, 28)),
        (Visit.MONTH_6, date(2026, 7, 10), date(2026, 7, 31), date(2026, 9, 11)),
        (Visit.MONTH_12, date(2027, 1, 3), date(2027, 1, 31), date(2027, 3, 28)),
    ],
)
def test_windows_are_counted_from_the_start(visit, opens, due, closes):
    assert window(visit, started=START) == Window(visit, opens, due, closes)
    assert window(visit, started=START, discharged=date(2026, 4, 1)) == Window(visit, opens, due, closes)


@pytest.mark.parametrize(
    ("started", "visit", "due"),
    [
        (date(2025, 11, 30), Visit.MONTH_3, date(2026, 2, 28)),
        (date(2027, 11, 30), Visit.MONTH_3, date(2028, 2, 29)),
        (date(2025, 8, 31), Visit.MONTH_6, date(2026, 2, 28)),
        (date(2028, 2, 29), Visit.MONTH_12, date(2029, 2, 28)),
        (date(2026, 12, 15), Visit.MONTH_12, date(2027, 12, 15)),
    ],
)
def test_a_month_without_that_day_ends_on_its_last(started, visit, due):
    assert window(visit, started=started).due == due


def test_discharge_is_due_on_its_day():
    assert window(Visit.DISCHARGE, started=START) is None
    assert window(Visit.DISCHARGE, started=START, discharged=date(2026, 3, 20)) == Window(
        Visit.DISCHARGE, opens=date(2026, 3, 13), due=date(2026, 3, 20), closes=date(2026, 4, 3)
    )


def test_discharge_measures_never_open_before_the_start():
    early = window(Visit.DISCHARGE, started=START, discharged=START + timedelta(days=2))
    assert early.opens == START


def test_a_discharge_before_the_start_is_refused():
    with pytest.raises(ValueError, match="before the start"):
        window(Visit.WEEK_6, started=START, discharged=START - timedelta(days=1))


def test_neighbouring_windows_never_overlap():
    """Every start of four years, a leap year among them."""
    for day in range(4 * 365 + 1):
        started = date(2025, 1, 1) + timedelta(days=day)
        windows = [window(visit, started=started) for visit in COUNTED_FROM_START]
        assert all(each.opens <= each.due <= each.closes for each in windows)
        assert all(earlier.closes < later.opens for earlier, later in pairwise(windows))


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 3, 6), AssessmentState.NOT_OPEN),
        (date(2026, 3, 7), AssessmentState.DUE),
        (date(2026, 3, 14), AssessmentState.DUE),
        (date(2026, 3, 15), AssessmentState.OVERDUE),
        (date(2026, 3, 28), AssessmentState.OVERDUE),
        (date(2026, 3, 29), AssessmentState.EXPIRED),
    ],
)
def test_states_day_by_day(today, expected):
    six_weeks = window(Visit.WEEK_6, started=START)
    assert state(six_weeks, today=today, completed=False, withdrawn=False) is expected
    assert state(six_weeks, today=today, completed=True, withdrawn=False) is AssessmentState.COMPLETED
    assert state(six_weeks, today=today, completed=False, withdrawn=True) is AssessmentState.WITHDRAWN
    assert state(six_weeks, today=today, completed=True, withdrawn=True) is AssessmentState.COMPLETED


def test_check_ins_come_weekly():
    assert check_in_day(START, 1) == date(2026, 2, 7)
    assert check_in_day(START, 8) == date(2026, 3, 28)
    with pytest.raises(ValueError, match="from 1"):
        check_in_day(START, 0)


@pytest.mark.parametrize(
    ("days_in", "done", "missed"),
    [
        (0, [], 0),
        (7, [], 0),  # the first check-in is open
        (13, [], 0),
        (14, [], 1),  # the first has closed
        (21, [], 2),
        (21, [1], 1),
        (21, [2], 0),
        (28, [1], 2),
        (28, [4], 0),  # the one that is open now has been answered
        (35, [2, 3], 1),
        (-3, [], 0),
    ],
)
def test_check_ins_missed_in_a_row(days_in, done, missed):
    assert weeks_missed(START, today=START + timedelta(days=days_in), done=done) == missed
