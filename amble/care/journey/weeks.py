"""Which week of an episode may be told today."""

from dataclasses import dataclass
from datetime import date, timedelta

from amble.programme import timetable

from .models import CheckIn

MOST_WEEKS = 26


@dataclass(frozen=True)
class Week:
    """The week whose check-in is open."""

    number: int
    opens: date
    closes: date

    def told_in(self, episode) -> CheckIn | None:
        """The check-in, when it is there already."""
        return episode.checkins.filter(week=self.number).first()


def open_week(episode, today: date) -> Week | None:
    """The week that can be told today: from its day until the day before the next one. None before the first."""
    number = (today - episode.start_date).days // 7
    if number < 1 or number > MOST_WEEKS:
        return None
    opens = timetable.check_in_day(episode.start_date, number)
    return Week(number, opens, opens + timedelta(days=6))


def next_day(episode, today: date) -> date | None:
    """The day of the next check-in after today. None after the last one."""
    number = max((today - episode.start_date).days // 7, 0) + 1
    if number > MOST_WEEKS:
        return None
    return timetable.check_in_day(episode.start_date, number)
