"""What may stand in a mapping file: every key, and what it may hold."""

import codecs
from collections.abc import Iterator, Mapping
from typing import Any

from amble.evaluation.settings import checks
from amble.evaluation.settings.checks import Check, Problems, nearest, shown, text, word, words
from amble.evaluation.settings.lines import Place
from amble.evaluation.snapshot.own_csv import rescaling
from amble.evaluation.snapshot.tables import Column, Table, tables

IDS = ("episode_id", "patient_id", "clinic_id", "clinician_id")
WIDE_COLUMNS = ("measure", "instrument", "visit")
NUMBERED = "number"  # of a session: counted by date where no column gives it


def encoding(path: Place, value: Any) -> Problems:
    try:
        codecs.lookup(value)
    except (LookupError, TypeError):
        yield path, f'{shown(value)} is not a known encoding, such as "utf-8" or "cp1252".'


def character(path: Place, value: Any) -> Problems:
    if not isinstance(value, str) or len(value) != 1:
        yield path, f"must be one character in quotes, not {shown(value)}."


def texts(path: Place, value: Any) -> Problems:
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        yield path, 'must be a list of texts, such as ["NA", "-"].'


def value(path: Place, entry: Any) -> Problems:
    if isinstance(entry, list | dict):
        yield path, f"must be one value, not {shown(entry)}."


def named(check: Check) -> Check:
    """A table whose keys are the service's own names."""

    def check_each(path: Place, entries: Any) -> Problems:
        if not isinstance(entries, Mapping):
            yield path, "must be a table."
            return
        for name, entry in entries.items():
            yield from check((*path, name), entry)

    return check_each


def line(path: Place, entry: Any) -> Problems:
    if entry == "raw":
        if rescaling.known(str(path[-1])) is None:
            yield (
                path,
                f'Amble has no rescaling of {path[-1]}: write {{ from = [0, 50], to = [100, 0] }} instead of "raw".',
            )
    elif (
        not isinstance(entry, Mapping) or set(entry) != {"from", "to"} or not all(map(_pair, entry.values()))
    ):
        yield path, 'must be "raw" or two ranges, such as { from = [0, 50], to = [100, 0] }.'
    elif entry["from"][0] == entry["from"][1]:
        yield path, "must start from two different values."


def _pair(entry: Any) -> bool:
    return isinstance(entry, list) and len(entry) == 2 and all(type(end) in (int, float) for end in entry)


CSV: Mapping[str, Check] = {
    "delimiter": character,
    "encoding": encoding,
    "decimal": word("decimal sign", (".", ",")),
    "dates": text,
    "missing": texts,
}
SCORE = tables()["scores"]
WIDE = {
    "measure": word("measure", SCORE.column("measure").values),
    "instrument": text,
    "visit": word("visit", SCORE.column("visit").values),
    "date": text,
}


def _ours(column: Column) -> Check:
    """What their code may stand for: a word of the snapshot, or nothing."""
    if column.type == "yes_no":
        return _true_false_or_nothing
    return word(f"value of {column.name}", (*column.values, "")) if column.values else value


def _true_false_or_nothing(path: Place, entry: Any) -> Problems:
    if not isinstance(entry, bool) and entry != "":
        yield path, f'must be true, false or "" (not recorded), not {shown(entry)}.'


def block_keys(table: Table) -> dict[str, Any]:
    """What a block of one table may say."""
    ours = table.types
    numbers = [c.name for c in table.columns if c.type in ("integer", "number")]
    keys: dict[str, Any] = {
        "file": text,
        **CSV,
        "columns": dict.fromkeys(ours, text),
        "constants": dict.fromkeys(ours, value),
        "values": {column.name: named(_ours(column)) for column in table.columns},
        "multiply": dict.fromkeys(numbers, checks.number(0, above=True)),
        "keep": named(texts),
        "separator": {c.name: text for c in table.columns if c.type == "texts"},
    }
    if table.name == "scores":
        keys |= {"wide": named(_wide), "rescale": named(line)}
    return keys


def _wide(path: Place, entry: Any) -> Problems:
    if not isinstance(entry, Mapping):
        yield path, "must say which score the column holds: { measure = ..., instrument = ..., visit = ... }."
        return
    yield from checks.problems(entry, WIDE, path)
    for name in WIDE_COLUMNS:
        if name not in entry:
            yield path, f"says no {name}."


def problems(content: Mapping[str, Any]) -> Problems:
    """Everything that is wrong with a mapping file, with the place of the key at fault."""
    top: dict[str, Any] = {
        "csv": CSV,
        "pseudonyms": {"columns": words("key", IDS, at_least=1), "key_file": text},
    }
    rest = {key: entry for key, entry in content.items() if key not in tables()}
    for place, said in checks.problems(rest, top):
        known = (*top, *tables())
        yield place, f"is not a known table. {nearest(place[0], known)}" if place[0] not in top else said
    if isinstance(content.get("pseudonyms"), Mapping):
        for name in {"columns", "key_file"} - set(content["pseudonyms"]):
            yield ("pseudonyms",), f"needs {name}."
    for name, table in tables().items():
        yield from _of_table(table, content.get(name))
        if table.required and name not in content:
            yield (), f"[{name}] is missing: {table.meaning.lower()}"


def _of_table(table: Table, entries: Any) -> Iterator[tuple[Place, str]]:
    listed = isinstance(entries, list)
    for index, entry in enumerate(entries if listed else [] if entries is None else [entries]):
        place = (table.name, index) if listed else (table.name,)
        if not isinstance(entry, Mapping):
            yield place, f"must be a table: write [{table.name}] above its keys."
            continue
        found = list(checks.problems(entry, block_keys(table), place))
        yield from found
        if "file" not in entry:
            yield place, "names no file."
        if not found:
            yield from _unfilled(table, entry, place)


def _unfilled(table: Table, entry: Mapping[str, Any], place: Place) -> Iterator[tuple[Place, str]]:
    """Required columns that get no value, columns that get two, and words about columns that are not named."""
    columns, constants = entry.get("columns", {}), entry.get("constants", {})
    wide = entry.get("wide", {})
    given = {*columns, *constants}
    if wide:
        given |= {"measure", "instrument", "visit", "value"}
        if all("date" in score for score in wide.values()):
            given.add("date")
    if table.name == "sessions":
        given |= {NUMBERED, "modalities"}
    for column in table.columns:
        if column.required and column.name not in given:
            yield (
                place,
                f"says nothing of {column.name}: name its column under columns, or its value under constants.",
            )
        if column.name in columns and column.name in constants:
            yield (*place, "constants", column.name), "is named under columns too: which of the two?"
    for key in ("values", "multiply", "separator"):
        for name in entry.get(key, {}):
            if name not in given or (name in constants and key != "values"):
                yield (*place, key, name), "is not named under columns."
