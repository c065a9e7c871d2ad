"""When a reminder leaves, in the person's own time zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class UnknownZone(ValueError):
    """The name is not in the time zone database."""


def moment(day: date, hour: int, zone: str) -> datetime:
    """The instant, in UTC, of this day and full hour (0-23) on the clock of an IANA zone.

    When clocks go forward and skip the hour, the first minute that exists after it. When clocks go back
    and the hour comes twice, the first of the two. Raises UnknownZone for a zone that is not known.
    """
    place = _place(zone)
    wall = datetime.combine(day, time(hour))
    # Minute by minute, because gaps do not start and end on full hours everywhere (Pacific/Chatham).
    while not _exists(wall, place):
        wall += timedelta(minutes=1)
    return wall.replace(tzinfo=place).astimezone(UTC)


def _exists(wall: datetime, place: ZoneInfo) -> bool:
    there_and_back = wall.replace(tzinfo=place).astimezone(UTC).astimezone(place)
    return there_and_back.replace(tzinfo=None) == wall


def _place(zone: str) -> ZoneInfo:
    try:
        return ZoneInfo(zone)
    # A folder of the database ("Europe") or a path outside it ends in an error of another kind.
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownZone(f"{zone!r} is not a known time zone") from error
