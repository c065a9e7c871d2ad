"""What a person agrees to, by version. A version someone has agreed to is never edited: add a new one."""

from dataclasses import dataclass
from datetime import date
from functools import cache

from amble.programme import content


@dataclass(frozen=True, kw_only=True)
class ConsentPoint:
    id: str
    heading: str
    text: str


@dataclass(frozen=True, kw_only=True)
class ConsentChoice:
    """A box to tick. Without a `required` one the person cannot use Amble; the others are free."""

    id: str
    text: str
    required: bool


@dataclass(frozen=True, kw_only=True)
class Consent:
    """One version of the text, in force from `date` until a later version."""

    version: str
    date: date
    title: str
    points: tuple[ConsentPoint, ...]
    choices: tuple[ConsentChoice, ...]
    source: str


@cache
def _versions() -> tuple[Consent, ...]:
    """Oldest first, as the file lists them."""
    return tuple(
        Consent(
            **entry
            | {
                "points": tuple(ConsentPoint(**point) for point in entry["points"]),
                "choices": tuple(ConsentChoice(**choice) for choice in entry["choices"]),
            }
        )
        for entry in content.read("consent")["versions"]
    )


def current() -> Consent:
    """The version to ask for now: the last in the file."""
    return _versions()[-1]


def version(v: str) -> Consent:
    """The version someone agreed to. Raises KeyError for one that never existed."""
    for candidate in _versions():
        if candidate.version == v:
            return candidate
    raise KeyError(v)
