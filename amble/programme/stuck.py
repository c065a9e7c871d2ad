"""Who may be stuck, for the physiotherapist's day. A prompt to get in touch, never a judgement."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from amble.programme import content
from amble.vocabulary import Stage


@dataclass(frozen=True)
class StuckReason:
    id: str
    words: str


def reasons(
    *, missed_check_ins: int, confidences: Sequence[int], stages: Sequence[Stage]
) -> tuple[StuckReason, ...]:
    """Why this person may be stuck, in the order of stuck.toml; empty when nothing suggests it.

    missed_check_ins   weekly check-ins missed in a row up to today
    confidences        0-10 at each check-in, oldest first, higher is surer
    stages             stage of change each time it was asked, oldest first
    """
    rules = content.read("stuck")["reasons"]
    found = {
        "check-ins-missed": missed_check_ins >= rules["check-ins-missed"]["in_a_row"],
        "confidence-falling": _falling(confidences, **rules["confidence-falling"]["falling"]),
        "stage-moving-back": len(stages) > 1 and stages[-1].order < stages[-2].order,
    }
    return tuple(StuckReason(id, rule["words"]) for id, rule in rules.items() if found[id])


def _falling(values: Sequence[int], *, falls_in_a_row: int, large_fall: int, large_fall_within: int) -> bool:
    """Falls in a row up to the last value, or one large fall that has not begun to mend."""
    recent = list(values[-(falls_in_a_row + 1) :])
    in_a_row = len(recent) > falls_in_a_row and all(later < earlier for earlier, later in pairwise(recent))
    if in_a_row or len(values) < 2:
        return in_a_row
    mending = values[-1] > values[-2]
    return not mending and max(values[-large_fall_within:]) - values[-1] >= large_fall
