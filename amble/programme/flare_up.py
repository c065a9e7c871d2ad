"""The parts of a person's own plan for a bad day. The plan is theirs: these are ideas to begin from."""

from dataclasses import dataclass
from functools import cache

from amble.programme import content


@dataclass(frozen=True, kw_only=True)
class FlareUpPart:
    """One part of the plan. `suggestions` can be taken as they are, changed or left."""

    id: str
    title: str
    help: str
    suggestions: tuple[str, ...]
    source: str
    cannot_wait: int = 0
    """How many of the suggestions, from the first, are warning signs: shown even when a plan leaves them out."""


def opening() -> str:
    """The first words a person reads when they say it is a bad day."""
    return content.read("flare_up")["opening"]["words"]


@cache
def parts() -> tuple[FlareUpPart, ...]:
    """In the order they are written and read: the next 48 hours, what goes on, when to seek help."""
    return tuple(
        FlareUpPart(**entry | {"suggestions": tuple(entry["suggestions"])})
        for entry in content.read("flare_up")["parts"]
    )


def warning_signs() -> tuple[str, ...]:
    """When to get help at once or the same day. They stand beside every plan, whatever it says."""
    return tuple(sign for part in parts() for sign in part.suggestions[: part.cannot_wait])
