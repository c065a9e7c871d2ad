"""Turns a definition file into a `Definition`, and refuses one that contradicts itself."""

import tomllib
from pathlib import Path
from typing import Any

from amble.instruments.model import (
    Definition,
    DefinitionError,
    ImportantChange,
    Item,
    Licence,
    Missing,
    Option,
    Scale,
)

MEASURES = {"function", "pain", "fear_avoidance", "activity_level"}
NUMBER = (int, float)


class Fault(ValueError):
    """What is wrong inside a file; the reader adds the file's name."""


class Table:
    """A TOML table whose keys are taken one by one, so that a key nobody took is found."""

    def __init__(self, data: dict[str, Any], where: str) -> None:
        self.data, self.where = dict(data), where

    def take(self, key: str, kind: type | tuple[type, ...], default: Any = ...) -> Any:
        if key not in self.data:
            if default is ...:
                raise Fault(f"{self.where} has no {key!r}")
            return default
        value = self.data.pop(key)
        # In Python True is an int; in a definition it never is.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise Fault(f"{self.where}: {key!r} is {value!r}, which is the wrong kind of value")
        return value

    def text(self, key: str, default: Any = ...) -> str:
        value = self.take(key, str, default)
        if default is ... and not value.strip():
            raise Fault(f"{self.where}: {key!r} is empty")
        return value

    def one_of(self, key: str, allowed: set[str], default: Any = ...) -> str:
        value = self.text(key, default)
        if value != default and value not in allowed:
            raise Fault(f"{self.where}: {key!r} is {value!r}; it must be one of {', '.join(sorted(allowed))}")
        return value

    def pair(self, key: str, default: Any = ...) -> tuple[float, float] | None:
        value = self.take(key, list, default)
        if value is default:
            return value
        if len(value) != 2 or not all(type(number) in NUMBER for number in value):
            raise Fault(f"{self.where}: {key!r} must be two numbers")
        return (value[0], value[1])

    def close(self) -> None:
        if self.data:
            raise Fault(f"{self.where} has keys nobody knows: {', '.join(sorted(self.data))}")


def read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DefinitionError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise DefinitionError(f"{path}: is not TOML in UTF-8: {error}") from error


def read(path: Path) -> Definition:
    """The definition in this file. Raises DefinitionError naming the file and the first fault."""
    data = read_toml(path)
    try:
        definition = _definition(data)
        expected = {definition.id, f"{definition.id}@{definition.version}"}
        if path.stem not in expected:
            raise Fault(f"must be named {' or '.join(sorted(f'{name}.toml' for name in expected))}")
    except Fault as fault:
        raise DefinitionError(f"{path}: {fault}") from fault
    return definition


def _definition(data: dict[str, Any]) -> Definition:
    table = Table(data, "the file")
    needs_wording = table.take("needs_wording", bool, False)
    missing = Table(table.take("missing", dict), "[missing]")
    answer = table.take("answer", dict, None)
    rows = _rows(table, "items")
    items = tuple(_item(row, answer, needs_wording=needs_wording) for row in rows)
    _refuse_doubles("item", [item.id for item in items])
    rule = Missing(missing.one_of("rule", set(Missing)))
    if rule is Missing.BLANK_IS_NO and any(item.kind != "tick" for item in items):
        raise Fault("[missing]: blank_is_no is for tick items only")
    scales = tuple(_scale(row, items, rule) for row in _rows(table, "scales"))
    _refuse_doubles("scale", [scale.id for scale in scales])
    definition = Definition(
        **{key: table.text(key) for key in ("id", "version", "name", "title", "recall", "source")},
        intro=table.text("intro", "") if needs_wording else table.text("intro"),
        validated=table.take("validated", bool),
        licence=_licence(table.take("licence", dict)),
        missing=rule,
        missing_reason=missing.text("reason"),
        items=items,
        scales=scales,
        needs_wording=needs_wording,
        language=table.text("language", ""),
    )
    missing.close()
    table.close()
    return definition


def _rows(table: Table, key: str) -> list[dict[str, Any]]:
    rows = table.take(key, list)
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise Fault(f"{key!r} must be one or more [[{key}]]")
    return rows


def _refuse_doubles(what: str, ids: list[str]) -> None:
    doubled = sorted({i for i in ids if ids.count(i) > 1})
    if doubled:
        raise Fault(f"{what} {', '.join(doubled)} appears more than once")


def _licence(data: dict[str, Any]) -> Licence:
    table = Table(data, "[licence]")
    licence = Licence(
        light=table.one_of("light", {"green", "amber"}),
        notice=table.text("notice"),
        permission=table.text("permission"),
    )
    table.close()
    return licence


def _item(data: dict[str, Any], shared_answer: dict[str, Any] | None, *, needs_wording: bool) -> Item:
    table = Table(data, "an item")
    item_id = table.text("id")
    table.where = f"item {item_id}"
    text = "" if needs_wording else table.text("text")
    own_answer = table.take("answer", dict, shared_answer)
    if own_answer is None:
        raise Fault(f"item {item_id} has no 'answer' and the file has no [answer] for all items")
    table.close()
    answer = Table(own_answer, f"the answer of item {item_id}")
    kind = answer.one_of("kind", {"tick", "scale", "choice"})
    low, high, options = "", "", ()
    if kind == "scale":
        low, high = (answer.text(end, "" if needs_wording else ...) for end in ("low", "high"))
        options = scale_options(answer.take("from", int), answer.take("to", int), low, high)
        if len(options) < 2:
            raise Fault(f"the answer of item {item_id}: 'from' must be below 'to'")
    elif kind == "choice":
        options = tuple(_option(row, item_id) for row in _rows(answer, "options"))
        _refuse_doubles(f"item {item_id}: option", [str(option.value) for option in options])
        if len({type(option.value) for option in options}) > 1:
            raise Fault(f"item {item_id}: option values must be all numbers or all texts")
    answer.close()
    return Item(item_id, kind, text, options, low, high)


def scale_options(first: int, last: int, low: str, high: str) -> tuple[Option, ...]:
    """One option per whole number, with the words of each end: '0, no pain'."""
    ends = {first: low, last: high}
    return tuple(
        Option(number, f"{number}, {ends[number]}" if ends.get(number) else str(number), number)
        for number in range(first, last + 1)
    )


def _option(data: dict[str, Any], item_id: str) -> Option:
    table = Table(data, f"an option of item {item_id}")
    value = table.take("value", (int, str))
    score = table.take("score", int, value if isinstance(value, int) else ...)
    option = Option(value, table.text("label"), score)
    table.close()
    return option


def _scale(data: dict[str, Any], items: tuple[Item, ...], rule: Missing) -> Scale:
    table = Table(data, "a scale")
    scale_id = table.text("id")
    table.where = f"scale {scale_id}"
    change = table.take("important_change", dict, None)
    scale = Scale(
        id=scale_id,
        title=table.text("title"),
        items=tuple(table.take("items", list, [item.id for item in items])),
        combine=table.one_of("combine", {"sum", "mean"}),
        rescale_to=table.pair("rescale_to", None),
        range=table.pair("range"),
        higher_is=table.one_of("higher_is", {"better", "worse"}),
        measure=table.one_of("measure", MEASURES, ""),
        screen_positive_from=table.take("screen_positive_from", NUMBER, None),
        important_change=None if change is None else _important_change(change, scale_id),
        no_important_change=table.text("no_important_change", ""),
    )
    table.close()
    _check_scale(scale, items, rule)
    return scale


def _important_change(data: dict[str, Any], scale_id: str) -> ImportantChange:
    table = Table(data, f"important_change of scale {scale_id}")
    change = ImportantChange(table.take("value", NUMBER), table.text("unit"), table.text("source"))
    table.close()
    return change


def _check_scale(scale: Scale, items: tuple[Item, ...], rule: Missing) -> None:
    where = f"scale {scale.id}"
    _refuse_doubles(f"{where}: item", [str(item_id) for item_id in scale.items])
    strangers = [str(item_id) for item_id in scale.items if item_id not in {item.id for item in items}]
    if strangers or not scale.items:
        raise Fault(f"{where} names items that do not exist: {', '.join(strangers) or 'none at all'}")
    if rule is Missing.MEAN_OF_ANSWERED and scale.combine != "mean":
        raise Fault(f"{where}: a sum needs every item, so it cannot be taken over the answered ones")
    possible = scale.rescale_to or possible_points(scale, items)
    if sorted(possible) != list(scale.range) or scale.range[0] == scale.range[1]:
        raise Fault(f"{where}: the range is {list(scale.range)}, but the scoring gives {sorted(possible)}")
    if (scale.important_change is None) != bool(scale.no_important_change):
        raise Fault(f"{where} needs either 'important_change' or 'no_important_change' with the reason")
    width = scale.range[1] - scale.range[0]
    if scale.important_change and not 0 < scale.important_change.value < width:
        raise Fault(f"{where}: the important change must be above 0 and below {width}")
    screen = scale.screen_positive_from
    if screen is not None and not scale.range[0] < screen <= scale.range[1]:
        raise Fault(f"{where}: 'screen_positive_from' {screen} lies outside the range")


def possible_points(scale: Scale, items: tuple[Item, ...]) -> tuple[float, float]:
    """The lowest and highest result of combining the scale's items, before any rescaling."""
    ranges = [item.points_range for item in items if item.id in scale.items]
    lowest, highest = (sum(ends) for ends in zip(*ranges, strict=True))
    divisor = len(ranges) if scale.combine == "mean" else 1
    return lowest / divisor, highest / divisor
