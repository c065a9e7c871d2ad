"""Which instruments are asked for at a visit."""

from amble.instruments import definition
from amble.programme import content
from amble.vocabulary import Visit


def battery(visit: Visit) -> tuple[definition.Definition, ...]:
    """The instruments of one visit, in the order they are asked, each in its newest version.

    An instrument whose wording the clinic has added replaces Amble's default for the same measure.
    """
    file = content.read("batteries")
    ids = file["baseline" if visit is Visit.BASELINE else "follow_up"]["instruments"]
    return tuple(_preferred(instrument_id, file["instead_of"]) for instrument_id in ids)


def _preferred(instrument_id: str, instead_of: dict[str, str]) -> definition.Definition:
    if instrument_id in instead_of:
        other = definition.load(instead_of[instrument_id])
        if other.available:
            return other
    return definition.load(instrument_id)
