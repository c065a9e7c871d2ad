"""A reminder leaves at the hour the person chose, on the person's own clock, all year."""

from datetime import UTC, date, datetime

import pytest

from amble.programme.reminders import UnknownZone, moment


@pytest.mark.parametrize(
    ("zone", "day", "hour", "utc"),
    [
        # Ordinary days, winter and summer.
        ("Europe/London", "2026-01-15", 18, "2026-01-15 18:00"),
        ("Europe/London", "2026-07-15", 18, "2026-07-15 17:00"),
        ("Asia/Jerusalem", "2026-01-15", 18, "2026-01-15 16:00"),
        ("America/St_Johns", "2026-01-15", 18, "2026-01-15 21:30"),
        ("Pacific/Chatham", "2026-07-15", 9, "2026-07-14 20:15"),
        # The evening before and after the clocks change: 24 hours on the clock, 23 or 25 in the world.
        ("Europe/London", "2026-03-28", 18, "2026-03-28 18:00"),
        ("Europe/London", "2026-03-29", 18, "2026-03-29 17:00"),
        ("Asia/Jerusalem", "2026-10-24", 18, "2026-10-24 15:00"),
        ("Asia/Jerusalem", "2026-10-25", 18, "2026-10-25 16:00"),
        # An hour that does not exist: the first minute after the gap.
        ("Europe/London", "2026-03-29", 1, "2026-03-29 01:00"),  # 02:00 on the clock
        ("Europe/London", "2027-03-28", 1, "2027-03-28 01:00"),
        ("Asia/Jerusalem", "2026-03-27", 2, "2026-03-27 00:00"),  # 03:00
        ("Asia/Jerusalem", "2027-03-26", 2, "2027-03-26 00:00"),
        ("America/St_Johns", "2026-03-08", 2, "2026-03-08 05:30"),  # 03:00
        ("America/St_Johns", "2027-03-14", 2, "2027-03-14 05:30"),
        ("Pacific/Chatham", "2026-09-27", 3, "2026-09-26 14:00"),  # 02:45 goes to 03:45
        ("Pacific/Chatham", "2027-09-26", 3, "2027-09-25 14:00"),
        # The hour before and after the gap.
        ("Pacific/Chatham", "2026-09-27", 2, "2026-09-26 13:15"),
        ("Pacific/Chatham", "2026-09-27", 4, "2026-09-26 14:15"),
        # An hour that comes twice: the first.
        ("Europe/London", "2026-10-25", 1, "2026-10-25 00:00"),
        ("Europe/London", "2027-10-31", 1, "2027-10-31 00:00"),
        ("Asia/Jerusalem", "2026-10-25", 1, "2026-10-24 22:00"),
        ("Asia/Jerusalem", "2027-10-31", 1, "2027-10-30 22:00"),
        ("America/St_Johns", "2026-11-01", 1, "2026-11-01 03:30"),
        ("America/St_Johns", "2027-11-07", 1, "2027-11-07 03:30"),
        ("Pacific/Chatham", "2026-04-05", 3, "2026-04-04 13:15"),
        ("Pacific/Chatham", "2027-04-04", 3, "2027-04-03 13:15"),
    ],
)
def test_the_instant(zone, day, hour, utc):
    found = moment(date.fromisoformat(day), hour, zone)
    assert found == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert found.tzinfo is UTC


def test_a_whole_day_that_was_skipped_moves_to_the_next():
    """Samoa crossed the date line and had no 30 December 2011."""
    skipped = moment(date(2011, 12, 30), 9, "Pacific/Apia")
    assert skipped == moment(date(2011, 12, 31), 0, "Pacific/Apia")


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "", "Europe", "../etc/passwd", "GMT+99", "\0"])
def test_an_unknown_zone_is_named(zone):
    with pytest.raises(UnknownZone, match="not a known time zone"):
        moment(date(2026, 1, 15), 9, zone)


@pytest.mark.parametrize("hour", [-1, 24])
def test_an_hour_that_no_clock_shows_is_refused(hour):
    with pytest.raises(ValueError):
        moment(date(2026, 1, 15), hour, "Europe/London")
