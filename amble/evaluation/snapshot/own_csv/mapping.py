"""The mapping file: which of a service's own files, columns, codes and units stand for the snapshot's."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from amble.evaluation.settings.source import SettingsError, Source, read
from amble.evaluation.snapshot.own_csv.rescaling import Line, rescaling
from amble.evaluation.snapshot.own_csv.shape import WIDE_COLUMNS, problems
from amble.evaluation.snapshot.tables import tables


@dataclass(frozen=True)
class Format:
    """How a service's CSV files are written. missing: cells that mean that nothing was recorded."""

    delimiter: str = ","
    encoding: str = "utf-8"
    decimal: str = "."
    dates: str = "%Y-%m-%d"
    missing: tuple[str, ...] = ("",)


@dataclass(frozen=True)
class Score:
    """One column of scores that stands for a measure at a visit. date: the column with its date, or empty."""

    measure: str
    instrument: str
    visit: str
    date: str = ""


@dataclass(frozen=True)
class Block:
    """What one CSV file gives to one table. Names on the left of each pair are the snapshot's, except in keep and wide.

    place: of the block in the mapping file.  values: column -> {their value: ours}.  multiply: column -> factor.
    keep: their column -> values of the rows that count.  separator: between several entries in one cell.
    wide: their column -> the score it holds.  rescale: instrument -> straight line to the measure's own range.
    """

    table: str
    place: tuple[str | int, ...]
    file: Path
    format: Format
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    multiply: Mapping[str, float] = field(default_factory=dict)
    keep: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    separator: Mapping[str, str] = field(default_factory=dict)
    wide: Mapping[str, Score] = field(default_factory=dict)
    rescale: Mapping[str, Line] = field(default_factory=dict)

    @property
    def theirs(self) -> tuple[str, ...]:
        """Every column of the CSV file that the block names."""
        dates = [score.date for score in self.wide.values() if score.date]
        return tuple(dict.fromkeys([*self.columns.values(), *self.keep, *self.wide, *dates]))


@dataclass(frozen=True)
class Plan:
    """Everything the mapping file says. key: for pseudonyms of `hidden` columns, empty when there are none."""

    blocks: tuple[Block, ...]
    source: Source
    hidden: tuple[str, ...] = ()
    key: bytes = b""


def read_mapping(path: Path) -> Plan:
    """The plan, or a SettingsError that names every fault with its line. CSV files lie beside the mapping file."""
    content, source = read(path)
    found = [source.problem(place, words) for place, words in problems(content)]
    if found:
        raise SettingsError(sorted(found, key=lambda problem: problem.line))
    blocks = tuple(_blocks(content, path.parent))
    hidden, key = (), b""
    if "pseudonyms" in content:
        hidden = tuple(content["pseudonyms"]["columns"])
        key = _key(path.parent / content["pseudonyms"]["key_file"], source)
    return Plan(blocks, source, hidden, key)


def _blocks(content: Mapping[str, Any], folder: Path) -> Iterator[Block]:
    everywhere = content.get("csv", {})
    for name in tables():
        several = content.get(name, [])
        listed = isinstance(several, list)
        for index, entry in enumerate(several if listed else [several]):
            yield _block(name, (name, index) if listed else (name,), entry, everywhere, folder)


def _block(
    table: str, place: tuple[str | int, ...], entry: Mapping[str, Any], everywhere: Mapping, folder: Path
) -> Block:
    own = {key: value for key, value in entry.items() if key in Format.__dataclass_fields__}
    written = {**everywhere, **own}
    if "missing" in written:
        written["missing"] = ("", *written["missing"])
    values = {
        column: {str(theirs): _as_text(ours) for theirs, ours in pairs.items()}
        for column, pairs in entry.get("values", {}).items()
    }
    wide = {
        column: Score(*(score[name] for name in WIDE_COLUMNS), score.get("date", ""))
        for column, score in entry.get("wide", {}).items()
    }
    return Block(
        table=table,
        place=place,
        file=folder / entry["file"],
        format=Format(**written),
        columns=entry.get("columns", {}),
        constants={column: _as_text(value) for column, value in entry.get("constants", {}).items()},
        values=values,
        multiply=entry.get("multiply", {}),
        keep={column: tuple(map(str, kept)) for column, kept in entry.get("keep", {}).items()},
        separator=entry.get("separator", {}),
        wide=wide,
        rescale={name: rescaling(name, how) for name, how in entry.get("rescale", {}).items()},
    )


def _as_text(value: Any) -> str:
    """TOML writes true, 3 and 2024-01-31 without quotes; a CSV file holds text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _key(path: Path, source: Source) -> bytes:
    place = ("pseudonyms", "key_file")
    try:
        key = path.read_bytes().strip()
    except OSError as fault:
        raise SettingsError([source.problem(place, f"{path} cannot be read: {fault.strerror}.")]) from fault
    if len(key) < 32:
        words = f"{path} holds {len(key)} characters; a key that cannot be guessed has 32 or more."
        raise SettingsError([source.problem(place, words)])
    return key
