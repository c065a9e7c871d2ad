"""Finds a questionnaire by name.

`load("rmdq")` gives the newest version; `load("rmdq", "1")` a given one, so that an old response is always
scored by its own version. The newest version of an instrument is `definitions/<id>.toml`; older ones lie
beside it as `<id>@<version>.toml`.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from amble.instruments import reading, wording
from amble.instruments.model import Definition, DefinitionError, Item, Option, Scale, UnknownInstrument

__all__ = [
    "Definition",
    "DefinitionError",
    "Item",
    "Option",
    "Scale",
    "UnknownInstrument",
    "load",
    "load_all",
]

FOLDER = Path(__file__).parent / "definitions"


def load(instrument_id: str, version: str | None = None) -> Definition:
    """An instrument in its newest version or the one named, with the wording the clinic added, if any."""
    catalogue = _catalogue(FOLDER)
    versions = catalogue.get(instrument_id)
    if versions is None:
        raise UnknownInstrument(
            f"There is no instrument {instrument_id!r:.60}. There are: {', '.join(catalogue)}."
        )
    definition = next(iter(versions.values())) if version is None else versions.get(version)
    if definition is None:
        raise UnknownInstrument(
            f"{instrument_id} has no version {version!r:.60}. There are: {', '.join(versions)}."
        )
    return _with_added_wording(definition) if definition.needs_wording else definition


def load_all() -> tuple[Definition, ...]:
    """Every instrument in its newest version, by id."""
    return tuple(load(instrument_id) for instrument_id in _catalogue(FOLDER))


@cache
def _catalogue(folder: Path) -> Mapping[str, Mapping[str, Definition]]:
    """Instrument id -> version -> definition, the newest version first."""
    found: dict[str, dict[str, Definition]] = {}
    # Files without a version in their name come first: they are the newest.
    for path in sorted(folder.glob("*.toml"), key=lambda path: ("@" in path.stem, path.stem)):
        definition = reading.read(path)
        versions = found.setdefault(definition.id, {})
        if "@" in path.stem and not versions:
            raise DefinitionError(f"{path}: an older version without the newest, {definition.id}.toml")
        if definition.version in versions:
            raise DefinitionError(f"{path}: version {definition.version} is also {definition.id}.toml")
        versions[definition.version] = definition
    return found


def _with_added_wording(definition: Definition) -> Definition:
    path = wording.place(definition)
    try:
        changed_at = path.stat().st_mtime_ns
    except FileNotFoundError:
        return definition
    return _worded(definition, path, changed_at)


@cache
def _worded(definition: Definition, path: Path, changed_at: int) -> Definition:
    """`changed_at` is part of the key, so that wording added while the server runs is seen."""
    return wording.with_wording(definition, path)
