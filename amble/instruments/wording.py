"""Words that a clinic adds to an instrument which Amble may score but not print.

A wording file is TOML:

    language = "en"
    permission = "Granted to North Clinic by the publisher, letter of 3 March 2026"
    intro = "What stands above the questions"
    low = "the words at the lowest number"
    high = "the words at the highest number"
    [items]
    item_2 = "the text of item 2"
"""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from amble.instruments.model import Definition, DefinitionError, Item
from amble.instruments.reading import Fault, Table, read_toml, scale_options

ROOT = Path(__file__).resolve().parents[2]


def folder() -> Path:
    """Where added wording is kept: `AMBLE_WORDING`, or var/wording in the repository."""
    return Path(os.environ.get("AMBLE_WORDING") or ROOT / "var" / "wording")


def place(definition: Definition) -> Path:
    """The file with the wording of this version. A new version may ask other things: it needs its own."""
    return folder() / f"{definition.id}@{definition.version}.toml"


def with_wording(definition: Definition, path: Path) -> Definition:
    """The definition with the words of this file. Raises DefinitionError naming the file and its faults."""
    data = read_toml(path)
    try:
        return _apply(definition, data)
    except Fault as fault:
        raise DefinitionError(f"{path}: {fault}") from fault


def add(definition: Definition, path: Path) -> Path:
    """Check a wording file and keep a copy, whole or not at all. Returns where it is kept."""
    if not definition.needs_wording:
        raise DefinitionError(f"{definition.id} ships with its wording; there is nothing to add.")
    with_wording(definition, path)
    target = place(definition)
    target.parent.mkdir(parents=True, exist_ok=True)
    # A reader sees the old file or the new one, never half of one.
    unfinished = target.with_suffix(f".{os.getpid()}.part")
    try:
        with unfinished.open("wb") as file:
            file.write(path.read_bytes())
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return target


def _apply(definition: Definition, data: Mapping[str, Any]) -> Definition:
    table = Table(dict(data), "the file")
    language, permission, intro = table.text("language", "en"), table.text("permission"), table.text("intro")
    low, high = table.text("low"), table.text("high")
    texts = table.take("items", dict)
    table.close()
    _check_texts(definition, texts)
    return replace(
        definition,
        intro=intro,
        items=tuple(_worded(item, texts[item.id], low, high) for item in definition.items),
        language=language,
        wording_permission=permission,
    )


def _check_texts(definition: Definition, texts: Mapping[str, Any]) -> None:
    wanted = [item.id for item in definition.items]
    absent = [i for i in wanted if not isinstance(texts.get(i), str) or not texts[i].strip()]
    strangers = [i for i in texts if i not in wanted]
    faults = []
    if absent:
        faults.append(f"no text for item {', '.join(absent)}")
    if strangers:
        faults.append(f"{definition.id} has no item {', '.join(strangers)}")
    if faults:
        raise Fault(f"[items]: {'; '.join(faults)}. Needed: {definition.item_list}.")


def _worded(item: Item, text: str, low: str, high: str) -> Item:
    first, last = item.options[0].value, item.options[-1].value
    return replace(item, text=text, low=low, high=high, options=scale_options(first, last, low, high))
