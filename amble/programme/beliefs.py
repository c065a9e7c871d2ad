"""Common beliefs about the back that hold people back, each with a reason and a small thing to try."""

from dataclasses import dataclass
from functools import cache

from amble.programme import content


@dataclass(frozen=True, kw_only=True)
class Belief:
    """One belief, in the words of the person who holds it.

    `reason` says why it does not hold, `experiment` is something small and safe to try at one's own pace,
    and `prediction_prompt` asks what the person expects before trying it. `checked` says how far we checked
    that `source` supports the reason.
    """

    id: str
    statement: str
    reason: str
    experiment: str
    prediction_prompt: str
    source: str
    checked: str


@cache
def all_beliefs() -> tuple[Belief, ...]:
    """Every belief, the most common fears about movement first."""
    return tuple(Belief(**entry) for entry in content.read("beliefs")["beliefs"])


def belief(id: str) -> Belief:
    """The belief with this id. Raises KeyError for an id that is not in the library."""
    for candidate in all_beliefs():
        if candidate.id == id:
            return candidate
    raise KeyError(id)
