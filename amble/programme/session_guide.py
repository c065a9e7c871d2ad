"""The guide for a physiotherapist's session: steps, and prompts to say in one's own words."""

from dataclasses import dataclass
from functools import cache

from amble.programme import content
from amble.vocabulary import Stage


@dataclass(frozen=True)
class GuideStep:
    id: str
    title: str
    prompts: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class GuideSession:
    """One session of the guide.

    minutes   a range such as "30-45": a default for a service to change, published lengths are not known
    when      at what point of the programme, in words
    """

    number: int
    title: str
    purpose: str
    minutes: str
    when: str
    steps: tuple[GuideStep, ...]
    optional: bool
    source: str


@cache
def all_sessions() -> tuple[GuideSession, ...]:
    """Sessions 1 to 4 in order; only the fourth is optional."""
    return tuple(
        GuideSession(**{**entry, "steps": tuple(_step(**step) for step in entry["steps"])})
        for entry in content.read("session_guide")["sessions"]
    )


def session(number: int) -> GuideSession:
    """The guide for session 1, 2, 3 or 4. Raises KeyError for any other number."""
    for candidate in all_sessions():
        if candidate.number == number:
            return candidate
    raise KeyError(number)


def must_not() -> tuple[str, ...]:
    """What does not belong in any session of the programme."""
    return tuple(entry["words"] for entry in content.read("session_guide")["must_not"])


def notice() -> str:
    """What to show beside the guide: which part of it is published, and that the minutes are a default."""
    return content.read("session_guide")["notice"]


def suggested_session(contacts_so_far: int) -> int:
    """The session of the guide to open next, after this many ETMI sessions: 1, 2, 3, then always 4."""
    return min(contacts_so_far + 1, len(all_sessions()))


def needs_fourth_session(*, stage: Stage | None, confidence: int | None, new_barrier: bool) -> bool:
    """Whether to offer the optional fourth session.

    stage        stage of change now: preparation or earlier is a reason; None when not known
    confidence   0-10, higher is surer: below 7 is a reason; None when not known
    new_barrier  something new stands in the way

    What is not known is no reason.
    """
    rule = content.read("session_guide")["fourth_session"]
    not_yet_active = stage is not None and stage.order <= Stage(rule["stage_up_to"]).order
    unsure = confidence is not None and confidence < rule["confidence_below"]
    return not_yet_active or unsure or new_barrier


def too_many_sessions(count: int) -> bool:
    """Whether there have been so many sessions (5 or more) that the case deserves a second look."""
    return count >= content.read("session_guide")["too_many_sessions"]["from"]


def _step(prompts: list[str], **step: str) -> GuideStep:
    return GuideStep(prompts=tuple(prompts), **step)
