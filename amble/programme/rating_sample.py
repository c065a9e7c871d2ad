"""Which ETMI sessions a colleague rates: drawn by lot, so that nobody picks the good ones."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from amble.programme import content


@dataclass(frozen=True)
class Rule:
    """share: of all sessions.  least: ratings for each physiotherapist.  open_days: how long a session can be rated."""

    share: float
    least: int
    open_days: int
    source: str


def rule() -> Rule:
    return Rule(**content.read("fidelity")["rating_sample"])


def drawn(lots: Mapping[Hashable, float], rated: int) -> set[Hashable]:
    """The sessions of one physiotherapist that are to be rated.

    lots    session to its lot, a number from 0 to 1 that was settled before anyone knew how the session would go
    rated   how many sessions of this physiotherapist were rated before

    Every lot below the share is drawn. Where that leaves somebody with fewer than the least, the lowest lots follow.
    """
    found = {session for session, lot in lots.items() if lot < rule().share}
    others = sorted(lots.keys() - found, key=lots.__getitem__)
    return found.union(others[: max(rule().least - rated - len(found), 0)])
