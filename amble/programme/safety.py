"""The safety questions, what a yes asks for, and what to do now. Decision support: a clinician decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from amble.programme import content
from amble.vocabulary import SafetyLevel

VERSION: str = content.read("safety")["version"]
"""The version of the rules in force. Every function below takes an earlier one to read earlier answers."""

PLACEHOLDERS = ("emergency_number", "crisis_line", "urgent_line", "clinic_phone")
"""What a clinic must supply before advice can be shown: fill each sentence with `str.format`."""

LEVELS = tuple(SafetyLevel)
"""From nothing to help now."""


class Group(StrEnum):
    """The serious cause a question looks for. For clinicians only: never shown to a patient."""

    CAUDA_EQUINA = "cauda-equina"
    NEUROLOGICAL_DEFICIT = "neurological-deficit"
    FRACTURE = "fracture"
    CANCER = "cancer"
    INFECTION = "infection"
    INFLAMMATORY = "inflammatory"
    VASCULAR = "vascular"
    MENTAL_HEALTH = "mental-health"


class Occasion(StrEnum):
    """When the questions are asked. Later on they ask for what is new or worse since last answered."""

    START = "start"
    CHECK_IN = "check_in"
    FLARE_UP = "flare_up"


@dataclass(frozen=True, kw_only=True)
class Question:
    """One yes/no question. `level` is what a yes asks for; a no asks for nothing."""

    id: str
    group: Group
    text: str
    help: str
    level: SafetyLevel
    source: str


@dataclass(frozen=True)
class Page:
    """Questions that belong on one page, in the order they are asked."""

    id: str
    title: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, kw_only=True)
class Advice:
    """What to do now. `lead` and `steps` hold the clinic's PLACEHOLDERS."""

    level: SafetyLevel
    title: str
    lead: str
    steps: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class SafetyResult:
    """The questions answered yes, in the order asked, and the highest level among them."""

    version: str
    level: SafetyLevel
    flags: tuple[Question, ...]

    @property
    def levels(self) -> tuple[SafetyLevel, ...]:
        """Every level that was flagged, highest first. Empty when nothing was."""
        return tuple(level for level in reversed(LEVELS) if any(flag.level is level for flag in self.flags))

    @property
    def advice(self) -> tuple[Advice, ...]:
        """What to show the patient, most pressing first: one piece of advice, or two.

        A crisis does not hide a body that needs help today: with a crisis, the highest of emergency and
        urgent is shown as well. Otherwise the highest level speaks alone, because "carry on, we will look
        at it" beside "go to hospital now" would confuse.
        """
        shown = [self.level]
        if self.level is SafetyLevel.CRISIS:
            bodily = (SafetyLevel.EMERGENCY, SafetyLevel.URGENT)
            shown += [level for level in self.levels if level in bodily][:1]
        return tuple(advice(level, self.version) for level in shown)


class SafetyAnswersMissing(ValueError):
    """Some questions have no answer. `missing` holds their ids, in the order asked."""

    def __init__(self, missing: tuple[str, ...]):
        super().__init__(f"Safety questions without an answer: {', '.join(missing)}")
        self.missing = missing


class SafetyAnswersUnknown(ValueError):
    """Answers to questions that this version does not ask, or that are neither True nor False."""

    def __init__(self, unknown: tuple[str, ...]):
        super().__init__(f"Not answers to the safety questions: {', '.join(unknown)}")
        self.unknown = unknown


class SafetyVersionUnknown(LookupError):
    """No rules with this version are kept."""


def assess(answers: Mapping[str, bool], version: str | None = None) -> SafetyResult:
    """Judge a full set of answers: True for yes, False for no, None where there is no answer yet.

    The highest level among the yeses wins. Several weak flags stay REVIEW: they never add up to an alarm.
    """
    asked = {question.id: question for question in questions(version)}
    unknown = tuple(
        id for id, answer in answers.items() if id not in asked or not isinstance(answer, bool | None)
    )
    if unknown:
        raise SafetyAnswersUnknown(unknown)
    missing = tuple(id for id in asked if answers.get(id) is None)
    if missing:
        raise SafetyAnswersMissing(missing)
    flags = tuple(question for id, question in asked.items() if answers[id])
    level = max((flag.level for flag in flags), key=LEVELS.index, default=SafetyLevel.NONE)
    return SafetyResult(version or VERSION, level, flags)


@cache
def pages(version: str | None = None) -> tuple[Page, ...]:
    """The pages of questions, in the order they are asked."""
    return tuple(
        Page(page["id"], page["title"], tuple(_question(entry) for entry in page["questions"]))
        for page in _rules(version)["pages"]
    )


def questions(version: str | None = None) -> tuple[Question, ...]:
    """Every question, in the order asked."""
    return tuple(question for page in pages(version) for question in page.questions)


def question(id: str, version: str | None = None) -> Question:
    """The question with this id. Raises KeyError for an id that is not asked."""
    return {each.id: each for each in questions(version)}[id]


def intro(occasion: Occasion | str, version: str | None = None) -> str:
    """What the patient reads before the questions."""
    return _rules(version)["occasions"][occasion]["intro"]


def advice(level: SafetyLevel, version: str | None = None) -> Advice:
    """What to do now at this level, in plain words with PLACEHOLDERS for the clinic to fill."""
    entry = _rules(version)["advice"][level]
    return Advice(level=SafetyLevel(level), **{**entry, "steps": tuple(entry["steps"])})


def statement() -> str:
    """What Amble is not. Shown wherever safety questions or their results are shown."""
    return content.read("safety")["statement"]["text"]


def _question(entry: dict[str, Any]) -> Question:
    return Question(**{**entry, "group": Group(entry["group"]), "level": SafetyLevel(entry["level"])})


def _rules(version: str | None) -> dict[str, Any]:
    if version in (None, VERSION):
        return content.read("safety")
    try:
        return content.read(f"safety@{version}")
    except FileNotFoundError as error:
        raise SafetyVersionUnknown(version) from error
