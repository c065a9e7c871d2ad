"""Short e-mails after the start. They travel in the open, so nothing in them is about the person's health."""

from dataclasses import dataclass
from functools import cache

from amble.programme import content


@dataclass(frozen=True, kw_only=True)
class LightTouch:
    """One e-mail. `week` counts whole weeks from the start of the episode."""

    id: str
    week: int
    subject: str
    body: str
    source: str


@cache
def all_messages() -> tuple[LightTouch, ...]:
    """In the order they are sent."""
    return tuple(LightTouch(**entry) for entry in content.read("follow_up_messages")["messages"])
