"""Which scales of Amble's instruments the snapshot takes, and how it spells them."""

from amble.instruments.definition import load_all

SCREENS = {"phq4": ("depression", "anxiety")}  # instrument -> its scales that screen
SPELT = {
    "pain_nrs": "nrs"
}  # the snapshot names the pain scale as other services do, to be pooled with theirs


def measured() -> list[tuple[str, str, str, str]]:
    """(instrument, scale, measure, instrument as the snapshot spells it) of every scale that the snapshot takes."""
    return [
        (each.id, scale.id, scale.measure, SPELT.get(each.id, each.id))
        for each in load_all()
        for scale in each.scales
        if scale.measure
    ]
