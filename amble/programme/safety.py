"""The safety questions, and what their answers ask for. Decision support: a clinician decides.

The rules are `safety.toml`. Each screen is stored with the version that judged it. Before the rules change,
copy the file to `safety@<old version>.toml`, so that an old screen can still be read as it was asked.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from amble.programme import content
from amble.vocabulary import SafetyLevel

VERSION: str = content.read("safety")["version"]


class Occasion(StrEnum):
    """When the questions are asked. They are the same each time; the introduction differs."""

    START = "start"
    CHECK_IN = "check_in"
    FLARE_UP = "flare_up"


@dataclass(frozen=True, kw_only=True)
class Intro:
    """What a person reads before the questions."""

    title: str
    words: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Group:
    """What a question looks for. `name` and `clinician_action` are for clinicians, never for patients."""

    id: str
    name: str
    clinician_action: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """A yes/no question. `level` is what a yes asks for; a no asks for nothing. `group` is a `Group.id`."""

    id: str
    group: str
    text: str
    help: str
    level: SafetyLevel
    source: str


@dataclass(frozen=True, kw_only=True)
class Page:
    """Questions that are shown together."""

    id: str
    title: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class SafetyResult:
    """`level` is the highest any yes asked for; `flags` are the questions answered yes, in file order."""

    version: str
    level: SafetyLevel
    flags: tuple[Question, ...]


@dataclass(frozen=True, kw_only=True)
class Advice:
    """What to do now, in plain words. Show it only when `filled`."""

    level: SafetyLevel
    title: str
    lead: str
    steps: tuple[str, ...]
    source: str

    def filled(
        self,
        *,
        emergency_number: str = "",
        crisis_line: str = "",
        urgent_line: str = "",
        clinic_phone: str = "",
        translate: Callable[[str], str] = str,
    ) -> "Advice":
        """The same advice with the clinic's own numbers, in the language of `translate`.

        A number the clinic has not given becomes plain words ("your local emergency number"): a person who
        needs help never meets a gap or an error page.
        """
        given = {
            "emergency_number": emergency_number,
            "crisis_line": crisis_line,
            "urgent_line": urgent_line,
            "clinic_phone": clinic_phone,
        }
        unfilled = content.read("safety")["contacts_not_given"]
        contacts = {name: value.strip() or translate(unfilled[name]) for name, value in given.items()}
        return replace(
            self,
            title=translate(self.title),
            lead=translate(self.lead).format(**contacts),
            steps=tuple(translate(step).format(**contacts) for step in self.steps),
        )


class SafetyAnswersMissing(ValueError):
    """Some questions have neither a yes nor a no. `missing` are their ids, in file order."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(f"not answered: {', '.join(missing)}")
        self.missing = missing


class SafetyAnswersUnknown(ValueError):
    """Answers to questions these rules do not ask, such as an older form's. `unknown` are their ids."""

    def __init__(self, unknown: tuple[str, ...]) -> None:
        super().__init__(f"not asked by these rules: {', '.join(unknown)}")
        self.unknown = unknown


def intro(occasion: str) -> Intro:
    return Intro(**content.read("safety")["occasions"][Occasion(occasion)])


def statement() -> str:
    """What Amble is not: to be shown wherever safety questions or advice are shown."""
    return content.read("safety")["statement"]["words"]


@cache
def groups(version: str = VERSION) -> tuple[Group, ...]:
    return tuple(Group(**entry) for entry in _rules(version)["groups"])


@cache
def pages(version: str = VERSION) -> tuple[Page, ...]:
    """All questions in the order they are asked, a few to a page."""
    return tuple(
        Page(
            id=page["id"],
            title=page["title"],
            questions=tuple(
                Question(**entry | {"level": SafetyLevel(entry["level"])}) for entry in page["questions"]
            ),
        )
        for page in _rules(version)["pages"]
    )


def questions(version: str = VERSION) -> tuple[Question, ...]:
    return tuple(question for page in pages(version) for question in page.questions)


def question(id: str, version: str = VERSION) -> Question:
    """The question with this id. Raises KeyError for an id these rules do not ask."""
    for candidate in questions(version):
        if candidate.id == id:
            return candidate
    raise KeyError(id)


def assess(answers: Mapping[str, bool], version: str = VERSION) -> SafetyResult:
    """What the answers ask for: the highest level of any yes. Weak flags never add up to an alarm.

    answers    question id -> True for yes, False for no. Every question must be there: silence is not a no,
               and anything but True or False counts as silence.
    """
    asked = questions(version)
    unknown = tuple(sorted(answers.keys() - {each.id for each in asked}))
    if unknown:
        raise SafetyAnswersUnknown(unknown)
    missing = tuple(each.id for each in asked if not isinstance(answers.get(each.id), bool))
    if missing:
        raise SafetyAnswersMissing(missing)
    flags = tuple(each for each in asked if answers[each.id])
    level = max((flag.level for flag in flags), key=_order, default=SafetyLevel.NONE)
    return SafetyResult(version, level, flags)


@cache
def advice(level: SafetyLevel) -> Advice:
    """What a person at this level is told to do now, with places for the clinic's numbers."""
    entry = content.read("safety")["advice"][level]
    return Advice(**entry | {"level": SafetyLevel(level), "steps": tuple(entry["steps"])})


def advice_for(result: SafetyResult) -> tuple[Advice, ...]:
    """All the advice a person needs to see, most pressing first. Usually one.

    Help for the mind and help for the body are different helps: a crisis does not hide that the body needs
    help today as well.
    """
    levels = [result.level]
    if result.level is SafetyLevel.CRISIS:
        body = {flag.level for flag in result.flags} & {SafetyLevel.EMERGENCY, SafetyLevel.URGENT}
        levels += sorted(body, key=_order, reverse=True)[:1]
    return tuple(advice(level) for level in levels)


def _order(level: SafetyLevel) -> int:
    return list(SafetyLevel).index(level)


def _rules(version: str) -> dict:
    return content.read("safety" if version == VERSION else f"safety@{version}")
