"""Did a score change, which way, and enough to matter? Numbers only: the sentences belong to the pages."""

from dataclasses import dataclass
from typing import Literal

from amble.instruments.model import Definition, ImportantChange, Scale


@dataclass(frozen=True)
class Change:
    """`amount_in_good_direction` is in the scale's units: above 0 is better, whichever way the scale runs.

    `reaches_mic` tells whether a change in either direction is at least the smallest that matters;
    None where no such value is known. Read it together with `direction`.
    """

    amount_in_good_direction: float
    reaches_mic: bool | None
    direction: Literal["better", "worse", "same"]


def minimal_important_change(definition: Definition, scale_id: str) -> float | None:
    """The smallest change that matters, in the units of the scale, or None if none is known.

    Its source is in `definition.scale(scale_id).important_change`.
    """
    important = definition.scale(scale_id).important_change
    return important.value if important else None


def describe_change(definition: Definition, scale_id: str, before: float, after: float) -> Change:
    """The change of one person between two scores of the same scale.

    Raises ValueError for a score outside the range: it belongs to another scale.
    """
    scale = definition.scale(scale_id)
    for value in (before, after):
        _check_range(definition, scale, value)
    amount = float(after - before if scale.higher_is == "better" else before - after)
    direction = "same" if abs(amount) < 1e-9 else "better" if amount > 0 else "worse"
    return Change(amount, _reaches(scale.important_change, amount), direction)


def _check_range(definition: Definition, scale: Scale, value: float) -> None:
    low, high = scale.range
    if not low <= value <= high:
        raise ValueError(f"{value} lies outside {low} to {high}, the range of {definition.id} {scale.id}")


def _reaches(important: ImportantChange | None, amount: float) -> bool | None:
    if important is None:
        return None
    # Published values are rounded: 4 of 24 points are 16.67 of 100 and must reach a printed 16.7.
    return round(abs(amount), 1) >= round(important.value, 1)
