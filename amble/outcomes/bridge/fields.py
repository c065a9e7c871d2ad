"""The allow-list of `fields.toml`: of every field of the record its kind, and whether it may leave the database."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("fields.toml")
KINDS = ("identifying", "clinical", "operational")


class BadList(Exception):
    """The allow-list contradicts itself. The message names the field."""


@dataclass(frozen=True)
class Field:
    """leaves: how it goes into a table, empty where it does not.  read: what it is looked at for."""

    model: str
    name: str
    kind: str
    leaves: str = ""
    read: str = ""
    why: str = ""


@cache
def fields() -> Mapping[tuple[str, str], Field]:
    """(model, field) -> what the list says of it."""
    content = tomllib.loads(FILE.read_text("utf-8"))
    found = {}
    for field in (field for model, entry in content.items() for field in _of(model, entry)):
        if (field.model, field.name) in found:
            raise BadList(f"{field.model}.{field.name} is classed twice in {FILE.name}")
        found[field.model, field.name] = field
    return found


def _of(model: str, entry: Mapping) -> Iterator[Field]:
    kinds = [(name, kind) for kind in KINDS for name in entry[kind]]
    notes = {what: entry.get(what, {}) for what in ("leaves", "read", "why")}
    classed = {name for name, _ in kinds}
    for what, names in notes.items():
        if strange := sorted(set(names) - classed):
            raise BadList(f"{model}.{strange[0]} stands under {what} in {FILE.name} but is not classed")
    for name, kind in kinds:
        yield Field(model, name, kind, **{what: names.get(name, "") for what, names in notes.items()})
