"""The contract of the snapshot, read from `tables.toml`: which tables and columns there are, and what they may hold."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("tables.toml")
STORED = {
    "text": "string",
    "integer": "int64",
    "number": "float64",
    "yes_no": "boolean",
    "date": "date",
    "texts": "array<string>",
}
IN_WORDS = {
    "text": "text",
    "integer": "whole number",
    "number": "number",
    "yes_no": "true or false",
    "date": "date",
    "texts": "list of text",
}


@dataclass(frozen=True)
class Column:
    """type: a key of STORED.  values: all that is allowed, or empty.  low, high: limits, or None for none."""

    name: str
    type: str
    meaning: str
    required: bool = False
    values: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Measure:
    """What the value of one measure may be: `values` if any are named, else from low to high."""

    name: str
    meaning: str
    low: float
    high: float
    values: tuple[float, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table of the snapshot. No two rows have the same `key`."""

    name: str
    meaning: str
    required: bool
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def types(self) -> dict[str, str]:
        """Column -> type as Ibis writes it: what the reader hands over and a writer should store."""
        return {column.name: STORED[column.type] for column in self.columns}


@cache
def tables() -> Mapping[str, Table]:
    """Every table by name."""
    content = _content()
    return {name: _table(name, content[name]) for name in content if name != "measures"}


@cache
def measures() -> Mapping[str, Measure]:
    """Every measure that scores may hold, by name."""
    return {name: _measure(name, entry) for name, entry in _content()["measures"].items()}


def _content() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text("utf-8"))


def _table(name: str, entry: dict[str, Any]) -> Table:
    columns = tuple(_column(column, values) for column, values in entry["columns"].items())
    return Table(name, entry["meaning"], entry["required"], tuple(entry["key"]), columns)


def _column(name: str, entry: dict[str, Any]) -> Column:
    low, high = (None if limit == "" else limit for limit in entry.get("range", ("", "")))
    values = tuple(entry.get("values", ()))
    return Column(name, entry["type"], entry["meaning"], entry.get("required", False), values, low, high)


def _measure(name: str, entry: dict[str, Any]) -> Measure:
    values = tuple(entry.get("values", ()))
    low, high = entry.get("range") or (min(values), max(values))
    return Measure(name, entry["meaning"], low, high, values)
