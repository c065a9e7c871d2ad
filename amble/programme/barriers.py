"""What may get in the way of a plan, each with a way round it in if-then words."""

from dataclasses import dataclass
from functools import cache

from amble.programme import content


@dataclass(frozen=True, kw_only=True)
class Barrier:
    """`if_then` are starting points. The person changes them, or writes their own."""

    id: str
    name: str
    if_then: tuple[str, ...]
    source: str


@cache
def all_barriers() -> tuple[Barrier, ...]:
    return tuple(
        Barrier(**entry | {"if_then": tuple(entry["if_then"])})
        for entry in content.read("barriers")["barriers"]
    )
