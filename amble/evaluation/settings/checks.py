"""What may stand at a key: checks that say in words what is wrong, and where."""

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from amble.evaluation.settings.lines import Place

Problems = Iterator[tuple[Place, str]]
Check = Callable[[Place, Any], Problems]


def nearest(word: object, known: tuple[str, ...]) -> str:
    """ "Did you mean ...?" when a known word is near, else all of them."""
    near = get_close_matches(str(word), known, n=1, cutoff=0.6)
    return f"Did you mean {near[0]}?" if near else f"Known are {', '.join(known)}."


def shown(value: object) -> str:
    """A value as it would be written in the file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 50 else text[:47] + "..."


def text(path: Place, value: Any) -> Problems:
    if not isinstance(value, str) or not value.strip():
        yield path, f"must be a text in quotes, not {shown(value)}."


def true_or_false(path: Place, value: Any) -> Problems:
    if not isinstance(value, bool):
        yield path, f"must be true or false, not {shown(value)}."


def word(kind: str, known: tuple[str, ...]) -> Check:
    def check(path: Place, value: Any) -> Problems:
        if value not in known:
            yield path, f"{shown(value)} is not a known {kind}. {nearest(value, known)}"

    return check


def words(kind: str, known: tuple[str, ...], *, at_least: int = 0) -> Check:
    """A list of known words, each once."""

    def check(path: Place, value: Any) -> Problems:
        if not isinstance(value, list):
            yield path, f'must be a list, such as ["{known[0]}"], not {shown(value)}.'
            return
        if len(value) < at_least:
            yield path, f"names no {kind}. Known are {', '.join(known)}."
        for index, entry in enumerate(value):
            if entry not in known:
                yield (*path, index), f"{shown(entry)} is not a known {kind}. {nearest(entry, known)}"
            elif entry in value[:index]:
                yield (*path, index), f"{shown(entry)} is named twice."

    return check


def whole(low: int, high: int | None = None) -> Check:
    """A whole number within limits."""

    def check(path: Place, value: Any) -> Problems:
        if isinstance(value, bool) or not isinstance(value, int):
            yield path, f"must be a whole number, not {shown(value)}."
        elif value < low or (high is not None and value > high):
            limits = f"{low} or more" if high is None else f"from {low} to {high}"
            yield path, f"must be {limits}, not {value}."

    return check


def number(low: float, high: float | None = None, *, above: bool = False) -> Check:
    """A number from `low` (or, with `above`, more than it) up to, and with `above` below, `high`."""

    def check(path: Place, value: Any) -> Problems:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            yield path, f"must be a number, not {shown(value)}."
            return
        too_low = value <= low if above else value < low
        too_high = high is not None and (value >= high if above else value > high)
        if too_low or too_high:
            start = f"more than {low:g}" if above else f"{low:g} or more"
            end = "" if high is None else f" and less than {high:g}"
            yield path, f"must be {start}{end}, not {value}."

    return check


def problems(content: Mapping[str, Any], keys: Mapping[str, Any], table: Place = ()) -> Problems:
    """Everything that is wrong, with the place of the key at fault. keys: key -> its check, or a table of them."""
    for key, value in content.items():
        path = (*table, key)
        if key not in keys:
            where = f" in [{'.'.join(map(str, table))}]" if table else ""
            yield path, f"is not a known key{where}. {nearest(key, tuple(keys))}"
        elif not isinstance(keys[key], Mapping):
            yield from keys[key](path, value)
        elif isinstance(value, Mapping):
            yield from problems(value, keys[key], path)
        else:
            yield path, f"must be a table: write [{'.'.join(map(str, path))}] above its keys."
