"""How a patient is doing over time: function first, then activity, fear and pain.

A series never mixes instruments: where the fear measure changed on the way, the newest one is shown.
"""

from dataclasses import dataclass
from datetime import date

from amble.instruments import definition
from amble.instruments.change import Change, describe_change
from amble.instruments.model import Scale

# In the order pages show them. Ids of instruments that feed each line, the preferred one first.
LINES = {
    "function": (("rmdq", "function"),),
    "activity_level": (("activity_level", "activity_level"),),
    "fear_avoidance": (("fabq_pa", "fear_avoidance"), ("fear_of_activity", "fear_avoidance")),
    "pain": (("pain_nrs", "pain"),),
}


@dataclass(frozen=True)
class Point:
    day: date
    value: float
    visit: str


@dataclass(frozen=True)
class Series:
    """One line of the progress page. `change` is from the first value to the newest, None for a single value."""

    id: str
    instrument: definition.Definition
    scale: Scale
    points: tuple[Point, ...]
    change: Change | None

    @property
    def smallest_that_matters(self) -> float | None:
        important = self.scale.important_change
        return important.value if important else None


def series(episode) -> list[Series]:
    """Every line that has at least one value. One query."""
    by_scale: dict[tuple[str, str], list[Point]] = {}
    for score in episode.scores.all():
        point = Point(score.day, score.value, score.visit)
        by_scale.setdefault((score.instrument, score.scale), []).append(point)
    lines = []
    for line, candidates in LINES.items():
        if found := next((c for c in candidates if c in by_scale), None):
            lines.append(_series(line, *found, by_scale[found]))
    return lines


def _series(line: str, instrument_id: str, scale_id: str, points: list[Point]) -> Series:
    instrument = definition.load(instrument_id)
    points = sorted(points, key=lambda point: point.day)
    change = None
    if len(points) > 1:
        change = describe_change(instrument, scale_id, points[0].value, points[-1].value)
    return Series(line, instrument, instrument.scale(scale_id), tuple(points), change)
