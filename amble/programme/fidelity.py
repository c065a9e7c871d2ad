"""The ETMI-informed fidelity checklist: was the session delivered as it was meant? Not validated."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache

from amble.programme import content

VERSION: str = content.read("fidelity")["version"]
NAME: str = content.read("fidelity")["name"]
VALIDATED: bool = content.read("fidelity")["validated"]
ADHERENT_FROM: int = content.read("fidelity")["adherent_from"]

ABSENT, PARTIAL, FULL = 0, 1, 2


@dataclass(frozen=True, kw_only=True)
class Domain:
    id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class FidelityItem:
    """One item. `domain` is a `Domain.id`; `from_session` is the first session in which it is asked."""

    id: str
    domain: str
    text: str
    short: str
    from_session: int
    source: str


@dataclass(frozen=True, kw_only=True)
class Breach:
    """Something that does not belong in the programme. One is enough for a session not to be adherent."""

    id: str
    text: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Competence:
    """A rating from 1 (low) to 5 (high) by somebody who observed or heard the session. Not in the score."""

    id: str
    name: str
    low: str
    high: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """A published finding that helps to read a score. `words` is the sentence to show beside it."""

    id: str
    words: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Checklist:
    """What is asked after one session."""

    items: tuple[FidelityItem, ...]
    breaches: tuple[Breach, ...]


@dataclass(frozen=True, kw_only=True)
class FidelityScore:
    """How closely one session followed the programme.

    value        0 to 100, higher is closer; None when there is no score, and `why_none` says why
    applicable   number of items marked absent, partial or full
    missing      ids of items with no mark at all
    breaches     ids of the breaches, in checklist order
    adherent     value of at least 80 and no breach; None when there is no score
    """

    value: float | None
    applicable: int
    missing: tuple[str, ...]
    breaches: tuple[str, ...]
    adherent: bool | None
    why_none: str


@cache
def domains() -> tuple[Domain, ...]:
    return tuple(Domain(**entry) for entry in content.read("fidelity")["domains"])


@cache
def checklist(session_number: int) -> Checklist:
    """The items and breaches asked after this session of the guide. Raises ValueError below session 1."""
    if session_number < 1:
        raise ValueError(f"sessions are counted from 1, not {session_number}")
    file = content.read("fidelity")
    items = (FidelityItem(**{"from_session": 1} | entry) for entry in file["items"])
    return Checklist(
        items=tuple(item for item in items if item.from_session <= session_number),
        breaches=tuple(Breach(**entry) for entry in file["breaches"]),
    )


@cache
def competence() -> tuple[Competence, ...]:
    return tuple(Competence(**entry) for entry in content.read("fidelity")["competence"])


@cache
def benchmarks() -> tuple[Benchmark, ...]:
    return tuple(Benchmark(**entry) for entry in content.read("fidelity")["benchmarks"])


def score(marks: Mapping[str, int | None], breaches: Collection[str], session_number: int) -> FidelityScore:
    """Sum of the marks over twice the number of applicable items, times 100.

    marks      item id -> 0 absent, 1 partial, 2 full, None not applicable; an item left out is unanswered
    breaches   ids of what happened that does not belong in the programme

    An unanswered item is not a zero: until every item is marked there is no score. Raises ValueError for an
    item or breach this session does not ask about, and for any other mark.
    """
    asked = checklist(session_number)
    item_ids = [item.id for item in asked.items]
    breach_ids = [breach.id for breach in asked.breaches]
    _refuse("item", marks.keys() - set(item_ids))
    _refuse("breach", set(breaches) - set(breach_ids))
    _refuse("mark of item", {id for id, mark in marks.items() if not _is_mark(mark)})

    happened = tuple(id for id in breach_ids if id in breaches)
    missing = tuple(id for id in item_ids if id not in marks)
    given = [mark for mark in marks.values() if mark is not None]
    if missing or not given:
        why_none = f"Not marked yet: {', '.join(missing)}." if missing else "No item applied to this session."
        return FidelityScore(
            value=None,
            applicable=len(given),
            missing=missing,
            breaches=happened,
            adherent=None,
            why_none=why_none,
        )
    value = 100 * sum(given) / (FULL * len(given))
    return FidelityScore(
        value=value,
        applicable=len(given),
        missing=(),
        breaches=happened,
        adherent=value >= ADHERENT_FROM and not happened,
        why_none="",
    )


def _is_mark(mark: object) -> bool:
    return mark is None or (type(mark) is int and ABSENT <= mark <= FULL)


def _refuse(what: str, ids: Collection[str]) -> None:
    if ids:
        raise ValueError(f"unknown {what}: {', '.join(sorted(ids))}")
