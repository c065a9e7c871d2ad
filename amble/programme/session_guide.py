"""What a physiotherapist does in each session. Prompts to say in one's own words, never a script to read."""

from dataclasses import dataclass
from functools import cache

from amble.programme import content
from amble.vocabulary import Stage

VERSION: str = content.read("session_guide")["version"]
TARGET_MEDIAN: int = content.read("session_guide")["count"]["target_median"]


@dataclass(frozen=True, kw_only=True)
class GuideStep:
    """One step. `must_not` names what would undo this step; what holds for every step is `must_not()`."""

    id: str
    title: str
    prompts: tuple[str, ...]
    must_not: tuple[str, ...]
    source: str


@dataclass(frozen=True, kw_only=True)
class GuideSession:
    """One session.

    number         1 to 4
    minutes        shortest and longest usual length; a default, published lengths are not known
    when           at what point of the programme
    optional_when  when to offer it; blank for a session that everyone has
    """

    number: int
    title: str
    purpose: str
    minutes: tuple[int, int]
    when: str
    optional_when: str
    steps: tuple[GuideStep, ...]
    source: str


@dataclass(frozen=True, kw_only=True)
class MustNot:
    """Something no session of the programme contains."""

    id: str
    text: str
    source: str


@cache
def sessions() -> tuple[GuideSession, ...]:
    return tuple(
        GuideSession(
            **entry
            | {
                "minutes": tuple(entry["minutes"]),
                "optional_when": entry.get("optional_when", ""),
                "steps": tuple(_step(step) for step in entry["steps"]),
            }
        )
        for entry in content.read("session_guide")["sessions"]
    )


def session(number: int) -> GuideSession:
    """The guide for session 1 to 4. Raises KeyError for any other number."""
    for candidate in sessions():
        if candidate.number == number:
            return candidate
    raise KeyError(number)


@cache
def must_not() -> tuple[MustNot, ...]:
    return tuple(MustNot(**entry) for entry in content.read("session_guide")["must_not"])


def needs_fourth_session(*, stage: Stage | None, confidence: int | None, new_barrier: bool) -> bool:
    """Whether to offer the optional fourth session: the person is still at or before preparation, is not yet
    confident, or has met a new barrier.

    confidence   0 to 10, higher is surer; below the file's `confidence_at_least` (7) is not yet confident

    What is not known (None) is no reason for another session.
    """
    least = content.read("session_guide")["count"]["confidence_at_least"]
    not_ready = stage is not None and stage.order <= Stage.PREPARATION.order
    unsure = confidence is not None and confidence < least
    return not_ready or unsure or new_barrier


def too_many_sessions(count: int) -> bool:
    """Whether to ask what keeps this person coming back. `count` is of sessions held: 5 or more."""
    return count >= content.read("session_guide")["count"]["alert_at"]


def _step(entry: dict) -> GuideStep:
    return GuideStep(
        **entry | {"prompts": tuple(entry["prompts"]), "must_not": tuple(entry.get("must_not", ()))}
    )
