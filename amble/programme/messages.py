"""The three messages every person hears, and the card that goes home with them."""

from dataclasses import dataclass
from functools import cache

from amble.programme import content


@dataclass(frozen=True, kw_only=True)
class CoreMessage:
    """`text` is the message as the physiotherapist ticks it; `patient_words` is how the person reads it."""

    id: str
    text: str
    patient_words: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Card:
    """The reminder card: one line, one thought."""

    title: str
    lines: tuple[str, ...]
    source: str


@cache
def core_messages() -> tuple[CoreMessage, ...]:
    return tuple(CoreMessage(**entry) for entry in content.read("messages")["messages"])


@cache
def card() -> Card:
    entry = content.read("messages")["card"]
    return Card(**entry | {"lines": tuple(entry["lines"])})
