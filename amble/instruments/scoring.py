"""From answers to scores."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from amble.instruments.model import AnswerError, Definition, Item, Missing, Scale
from amble.instruments.reading import possible_points

__all__ = ["AnswerError", "Result", "ScaleScore", "check_answer", "score"]

# The number 1 equals True, and 0 equals False.
TICKED = {True, "1", "on"}
NOT_TICKED = {False, "0", ""}
WHOLE_NUMBER = re.compile(r"-?[0-9]{1,6}")


@dataclass(frozen=True)
class ScaleScore:
    """`value` is in the scale's own range, not rounded; None, with the reason, when there is no score.

    `screen_positive` is None where the scale is not a screen, or has no value.
    """

    scale_id: str
    value: float | None
    why_none: str = ""
    screen_positive: bool | None = None


@dataclass(frozen=True)
class Result:
    """The scores of one form. `missing` names the items that still need an answer."""

    instrument: str
    version: str
    scales: Mapping[str, ScaleScore]
    missing: tuple[str, ...]


def check_answer(item: Item, raw: object) -> int | str | bool:
    """The answer as it is stored. Takes what a web form or a JSON file sends.

    Raises AnswerError, whose words can stand beside the question.
    """
    if item.kind == "tick":
        return _tick(raw)
    if isinstance(raw, str | int) and not isinstance(raw, bool):
        text = str(raw).strip()
        if item.kind == "scale" and WHOLE_NUMBER.fullmatch(text):
            text = str(int(text))
        for option in item.options:
            if str(option.value) == text:
                return option.value
    raise AnswerError(f"{_refused(raw)} {_accepted(item)}")


def score(definition: Definition, answers: Mapping[str, object]) -> Result:
    """Score a form that was sent. For a form half-way, only `missing` means anything.

    Every answer is checked first; an AnswerError names all unknown items and all wrong answers at once.
    """
    numbers = _numbers(definition, answers)
    if definition.missing is Missing.BLANK_IS_NO:
        numbers = {item.id: 0 for item in definition.items} | numbers
    unanswered = tuple(item.id for item in definition.items if item.id not in numbers)
    enough = definition.missing is Missing.MEAN_OF_ANSWERED and numbers
    return Result(
        instrument=definition.id,
        version=definition.version,
        scales={scale.id: _scale_score(definition, scale, numbers) for scale in definition.scales},
        missing=() if enough else unanswered,
    )


def _numbers(definition: Definition, answers: Mapping[str, object]) -> dict[str, int]:
    known = {item.id: item for item in definition.items}
    faults = []
    if unknown := [str(item_id)[:60] for item_id in answers if item_id not in known]:
        faults.append(f"{definition.id} has no item {', '.join(unknown)}; its items are {', '.join(known)}")
    numbers = {}
    for item_id, raw in answers.items():
        if item_id in known:
            try:
                numbers[item_id] = known[item_id].points(check_answer(known[item_id], raw))
            except AnswerError as error:
                faults.append(f"{item_id}: {error}")
    if faults:
        raise AnswerError("\n".join(faults))
    return numbers


def _scale_score(definition: Definition, scale: Scale, numbers: Mapping[str, int]) -> ScaleScore:
    unanswered = [item_id for item_id in scale.items if item_id not in numbers]
    answered = [numbers[item_id] for item_id in scale.items if item_id in numbers]
    if not answered or (unanswered and definition.missing is not Missing.MEAN_OF_ANSWERED):
        return ScaleScore(scale.id, None, why_none=f"no answer to {', '.join(unanswered)}")
    value = sum(answered) / (len(answered) if scale.combine == "mean" else 1)
    if scale.rescale_to:
        value = _rescaled(value, possible_points(scale, definition.items), scale.rescale_to)
    threshold = scale.screen_positive_from
    return ScaleScore(
        scale.id, float(value), screen_positive=None if threshold is None else value >= threshold
    )


def _rescaled(value: float, possible: tuple[float, float], target: tuple[float, float]) -> float:
    """In a straight line, `possible` to `target`; a target that falls turns the direction round."""
    lowest, highest = possible
    first, last = target
    return first + (value - lowest) * (last - first) / (highest - lowest)


def _tick(raw: object) -> bool:
    if isinstance(raw, bool | int | str):
        if raw in TICKED:
            return True
        if raw in NOT_TICKED:
            return False
    raise AnswerError(f"{_refused(raw)} Tick it (true) or leave it blank (false).")


def _refused(raw: object) -> str:
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return "There is no answer."
    shown = repr(raw[:40] + "…" if isinstance(raw, str) and len(raw) > 40 else raw)
    return f"{shown[:60]} is not one of the answers."


def _accepted(item: Item) -> str:
    if item.kind == "scale":
        return f"Choose a whole number from {item.options[0].value} to {item.options[-1].value}."
    return f"Choose one of: {', '.join(f'{option.value} ({option.label})' for option in item.options)}."
