"""Raw scores of questionnaires, in a straight line to the range of the measure; no crosswalk between instruments."""

from dataclasses import dataclass
from typing import Any

from amble.instruments.definition import DefinitionError, UnknownInstrument, load
from amble.instruments.reading import possible_points


@dataclass(frozen=True)
class Line:
    """low and high of the raw score become first and last; a last below first turns the direction round."""

    low: float
    high: float
    first: float
    last: float


def rescaling(instrument: str, how: Any) -> Line:
    """how: "raw" for an instrument that Amble knows, or {from = [0, 50], to = [100, 0]}."""
    if how == "raw":
        line = known(instrument)
        if line is None:
            raise LookupError(instrument)
        return line
    return Line(*map(float, how["from"]), *map(float, how["to"]))


def known(instrument: str) -> Line | None:
    """How Amble itself rescales the instrument: RMDQ 0-24 to function 100-0, FABQ-PA 0-24 to fear-avoidance 0-100."""
    try:
        definition = load(instrument)
    except (UnknownInstrument, DefinitionError):
        return None
    for scale in definition.scales:
        if scale.measure and scale.rescale_to:
            return Line(*map(float, possible_points(scale, definition.items)), *map(float, scale.rescale_to))
    return None
