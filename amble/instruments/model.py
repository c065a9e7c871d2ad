"""What a questionnaire is made of. The values come from `definitions/*.toml` and never change."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class DefinitionError(Exception):
    """A definition or wording file has a fault. The message names the file and the fault."""


class UnknownInstrument(LookupError):
    """There is no such instrument or version. The message lists those that exist."""


class AnswerError(ValueError):
    """An answer cannot be accepted. The message says what is wrong and what is accepted."""


class Missing(StrEnum):
    """What items without an answer mean for the score of a submitted form."""

    ALL_NEEDED = "all_needed"  # one missing item: no score
    BLANK_IS_NO = "blank_is_no"  # a sentence left blank does not apply
    MEAN_OF_ANSWERED = "mean_of_answered"  # at least one is answered; the others are not in use


@dataclass(frozen=True)
class Option:
    """One answer to choose. `score` is what it counts in a scale, in points."""

    value: int | str
    label: str
    score: int


@dataclass(frozen=True)
class Item:
    """One question. `text` is empty while its wording is missing.

    A tick has no options: it is True or False. A scale or choice has one option per accepted answer.
    `low` and `high` are the words at the two ends of a scale, also part of the labels of those options.
    """

    id: str
    kind: Literal["tick", "scale", "choice"]
    text: str
    options: tuple[Option, ...] = ()
    low: str = ""
    high: str = ""

    def points(self, value: int | str | bool) -> int:
        """What a checked answer counts."""
        if self.kind == "tick":
            return int(value)
        return next(option.score for option in self.options if option.value == value)

    @property
    def points_range(self) -> tuple[int, int]:
        scores = [option.score for option in self.options] or [0, 1]
        return min(scores), max(scores)


@dataclass(frozen=True)
class ImportantChange:
    """The smallest change within one person that matters, in the units of the scale; from `source`.

    Not a yardstick for the difference between two groups.
    """

    value: float
    unit: str
    source: str


@dataclass(frozen=True)
class Scale:
    """One score. `range` and `important_change` are in the scale's own units, `higher_is` its direction.

    The points of `items` are summed or averaged; `rescale_to`, if any, then maps the lowest and highest
    possible result to these two values, in a straight line. `measure` names the column of the snapshot
    that the scale feeds, or is empty. At `screen_positive_from` or above the screen is positive.
    `no_important_change` says why no smallest important change is given.
    """

    id: str
    title: str
    items: tuple[str, ...]
    combine: Literal["sum", "mean"]
    rescale_to: tuple[float, float] | None
    range: tuple[float, float]
    higher_is: Literal["better", "worse"]
    measure: str
    screen_positive_from: float | None
    important_change: ImportantChange | None
    no_important_change: str


@dataclass(frozen=True)
class Licence:
    """May the text be shown and passed on? `light` is green (yes) or amber (a clinic adds its own copy)."""

    light: Literal["green", "amber"]
    notice: str
    permission: str


@dataclass(frozen=True)
class Definition:
    """A questionnaire in one version. A stored response is always read with the version it was given in.

    `name` is what clinicians call it, `title` and `intro` are for the person who answers. `validated` is
    False where the words are Amble's own and no study has tested them: say so wherever a score is shown.
    `language` (BCP 47) is set where intro, items and answers are valid in exactly these words: they are shown
    in this language to every reader. Empty where the words are Amble's own and may be translated.
    `wording_permission` says by whose leave a clinic added the words of an instrument that ships without.
    """

    id: str
    version: str
    name: str
    title: str
    intro: str
    recall: str
    source: str
    validated: bool
    licence: Licence
    missing: Missing
    missing_reason: str
    items: tuple[Item, ...]
    scales: tuple[Scale, ...]
    needs_wording: bool
    language: str = ""
    wording_permission: str = ""

    @property
    def available(self) -> bool:
        """Can it be asked? Not while its wording is missing; paper answers can still be scored."""
        return all(item.text for item in self.items)

    def item(self, item_id: str) -> Item:
        for item in self.items:
            if item.id == item_id:
                return item
        raise AnswerError(f"{self.id} has no item {item_id!r:.60}. Its items are {self.item_list}.")

    def scale(self, scale_id: str) -> Scale:
        for scale in self.scales:
            if scale.id == scale_id:
                return scale
        raise LookupError(
            f"{self.id} has no scale {scale_id!r:.60}. Its scales are {', '.join(s.id for s in self.scales)}."
        )

    @property
    def item_list(self) -> str:
        return ", ".join(item.id for item in self.items)
