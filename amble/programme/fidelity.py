"""The fidelity checklist: whether a session was what the programme means it to be. Not validated."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache

from amble.programme import content

_CONTENT = content.read("fidelity")

VERSION: str = _CONTENT["version"]
"""Stored with every score, so that an old score can be read with the items it was made from."""

ADHERENT_FROM: float = _CONTENT["adherent_from"]
"""The lowest score of an adherent session, if there is no breach."""


@dataclass(frozen=True)
class FidelityItem:
    """One thing to do in a session. `from_session` is the first session of the guide in which it is asked."""

    id: str
    domain: str
    domain_name: str
    text: str
    from_session: int
    source: str


@dataclass(frozen=True)
class Breach:
    """Something that does not belong in an ETMI session."""

    id: str
    text: str
    source: str


@dataclass(frozen=True)
class Checklist:
    version: str
    name: str
    validated: bool
    items: tuple[FidelityItem, ...]
    breaches: tuple[Breach, ...]


@dataclass(frozen=True)
class FidelityScore:
    """`value` is 0-100, higher is closer to the programme, or None for the reason in `why_none`.

    applicable   how many items count: those with a mark of 0, 1 or 2
    breaches     ids of what was done that does not belong, in the order of the checklist
    adherent     80 or more and no breach; None without a value
    missing      ids of the items not answered, in the order of the checklist
    """

    value: float | None
    applicable: int
    breaches: tuple[str, ...]
    adherent: bool | None
    missing: tuple[str, ...]
    why_none: str


@dataclass(frozen=True)
class Competence:
    """How well, for a rater who watched or listened: from `lowest` (1), as in `low`, to `highest` (5), as in
    `high`. Never part of the score.
    """

    id: str
    name: str
    low: str
    high: str
    lowest: int
    highest: int
    source: str


@dataclass(frozen=True)
class Benchmark:
    """How far self-report ran above observation elsewhere: mean scores of 0-100, higher is better."""

    self_report: float
    observation: float
    audio: float
    words: str
    source: str


@cache
def all_items() -> tuple[FidelityItem, ...]:
    """Every item of every session, in the order of the checklist."""
    domains = _CONTENT["domains"]
    return tuple(FidelityItem(domain_name=domains[entry["domain"]], **entry) for entry in _CONTENT["items"])


@cache
def checklist(session_number: int) -> Checklist:
    """The items asked in this session of the guide (1 to 4), and the breaches, which are always asked."""
    if session_number < 1:
        raise ValueError(f"Sessions are counted from 1, not {session_number}.")
    return Checklist(
        version=VERSION,
        name=_CONTENT["name"],
        validated=_CONTENT["validated"],
        items=tuple(item for item in all_items() if item.from_session <= session_number),
        breaches=tuple(Breach(**entry) for entry in _CONTENT["breaches"]),
    )


def score(marks: Mapping[str, int | None], breaches: Collection[str], session_number: int) -> FidelityScore:
    """The score of one session: 100 x sum of marks / (2 x items that apply).

    marks      item id to 0 absent, 1 partial, 2 full, None not applicable. An item that is left out is
               unanswered, and no score is given: guessing would flatter or blame.
    breaches   ids of the breaches that happened

    Raises ValueError for an item or breach the session does not have, and for any other mark.
    """
    asked = checklist(session_number)
    _refuse_unknown("item", marks, [item.id for item in asked.items], session_number)
    _refuse_unknown("breach", breaches, [breach.id for breach in asked.breaches], session_number)
    for id, mark in marks.items():
        if mark is not None and (type(mark) is not int or mark not in (0, 1, 2)):
            raise ValueError(f"{id}: a mark is 0, 1, 2 or None (not applicable), not {mark!r}.")

    missing = tuple(item.id for item in asked.items if item.id not in marks)
    counted = [mark for mark in marks.values() if mark is not None]
    happened = tuple(breach.id for breach in asked.breaches if breach.id in breaches)
    why_none = _why_none(missing, counted)
    value = None if why_none else 100 * sum(counted) / (2 * len(counted))
    return FidelityScore(
        value=value,
        applicable=len(counted),
        breaches=happened,
        adherent=None if value is None else value >= ADHERENT_FROM and not happened,
        missing=missing,
        why_none=why_none,
    )


def competence() -> tuple[Competence, ...]:
    """What a rater judges apart from the checklist."""
    lowest, highest = _CONTENT["competence"]["scale"]
    return tuple(
        Competence(lowest=lowest, highest=highest, **entry) for entry in _CONTENT["competence"]["ratings"]
    )


def benchmark() -> Benchmark:
    """What to bear in mind when reading a score a physiotherapist gave to their own session."""
    return Benchmark(**_CONTENT["benchmark"])


def _refuse_unknown(what: str, given: Collection[str], known: Collection[str], session_number: int) -> None:
    unknown = [id for id in given if id not in known]
    if unknown:
        raise ValueError(f"Session {session_number} has no {what} called {', '.join(map(repr, unknown))}.")


def _why_none(missing: Collection[str], counted: Collection[int]) -> str:
    if missing:
        noun = "item is" if len(missing) == 1 else "items are"
        return f"{len(missing)} {noun} not answered yet."
    return "" if counted else "Every item was marked as not applicable."
