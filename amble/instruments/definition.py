"""What a questionnaire is, and where to find one.

`load("rmdq")` gives the newest version; `load("rmdq", "1")` a given one, so that an old response is
always scored by the version it was answered with. The newest version of an instrument is the file
`definitions/<id>.toml`; older ones lie beside it as `<id>@<version>.toml`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from amble.instruments import reader, wording
from amble.instruments.errors import AnswerError, DefinitionError, UnknownInstrument

FOLDER = Path(__file__).parent / "definitions"


@dataclass(frozen=True)
class Option:
    """One answer to choose. `score` is the number it counts for."""

    value: int | str
    label: str
    score: int


@dataclass(frozen=True)
class Item:
    """One question or statement. `text` is empty where we may not ship the words.

    A `tick` has no options: it applies or it does not.
    """

    id: str
    text: str
    kind: Literal["tick", "scale", "choice"]
    options: tuple[Option, ...]

    @property
    def minimum(self) -> int:
        """The lowest number an answer to this item counts for."""
        return min((option.score for option in self.options), default=0)

    @property
    def maximum(self) -> int:
        """The highest number an answer to this item counts for."""
        return max((option.score for option in self.options), default=1)


@dataclass(frozen=True)
class Mic:
    """The smallest change that matters to a person, in points of its scale."""

    value: float
    unit: str
    source: str


@dataclass(frozen=True)
class Screen:
    """A score of `at_least` or more is a positive screen: a reason to ask further, not a diagnosis."""

    at_least: int
    source: str


@dataclass(frozen=True)
class Scale:
    """A number made from items: their sum or mean, brought to `minimum` to `maximum` when `rescaled`.

    Rescaling is linear. It makes numbers easier to read; it does not make two instruments comparable.
    `reversed` turns the number round, so that the lowest answers give `maximum`.
    `measure` is the snapshot's name for it, where it feeds one.
    """

    id: str
    title: str
    higher_is: Literal["better", "worse"]
    minimum: int
    maximum: int
    method: Literal["sum", "mean"]
    items: tuple[str, ...]
    rescaled: bool = False
    reversed: bool = False
    measure: str | None = None
    mic: Mic | None = None
    no_mic: str = ""
    screen: Screen | None = None


@dataclass(frozen=True)
class Licence:
    """`light` is green where we may ship the words, amber where a clinic must hold them itself."""

    light: Literal["green", "amber"]
    notice: str
    permission: str


@dataclass(frozen=True)
class Definition:
    """One version of one questionnaire.

    `missing` says what an item without an answer does:
    `all_needed`    a scale has a value only when each of its items is answered;
    `some_needed`   a scale is made from the items that are answered, at least one;
    `blank_is_no`   in a form that was sent, a sentence without a tick does not apply, and counts 0.
    """

    id: str
    version: str
    title: str
    intro: str
    recall: str
    source: str
    validated: bool
    licence: Licence
    missing: Literal["all_needed", "some_needed", "blank_is_no"]
    items: tuple[Item, ...]
    scales: tuple[Scale, ...]

    @property
    def available(self) -> bool:
        """Whether it can be shown to a person: not while the words of an item are missing."""
        return all(item.text for item in self.items)

    def item(self, item_id: str) -> Item:
        for item in self.items:
            if item.id == item_id:
                return item
        known = ", ".join(item.id for item in self.items)
        raise AnswerError(f"{self.id} has no item {item_id[:60]!r}; its items are {known}")

    def scale(self, scale_id: str) -> Scale:
        for scale in self.scales:
            if scale.id == scale_id:
                return scale
        known = ", ".join(scale.id for scale in self.scales)
        raise LookupError(f"{self.id} has no scale {scale_id[:60]!r}; its scales are {known}")


def load(instrument_id: str, version: str | None = None) -> Definition:
    """The newest version of an instrument, or the version named. With the clinic's own wording if it has any."""
    catalogue = _catalogue(FOLDER)
    if instrument_id not in catalogue:
        raise UnknownInstrument(
            f"there is no instrument {instrument_id[:60]!r}; there are {', '.join(sorted(catalogue))}"
        )
    versions = catalogue[instrument_id]
    version = next(iter(versions)) if version is None else version
    if version not in versions:
        raise UnknownInstrument(
            f"{instrument_id} has no version {version[:60]!r}; there are {', '.join(versions)}"
        )
    shipped = versions[version]
    return shipped if shipped.available else _with_wording(shipped)


def load_all() -> tuple[Definition, ...]:
    """Every instrument in its newest version, by id."""
    return tuple(load(instrument_id) for instrument_id in sorted(_catalogue(FOLDER)))


@cache
def _catalogue(folder: Path) -> Mapping[str, Mapping[str, Definition]]:
    """Instrument id -> version -> definition, the newest version first."""
    found: dict[str, dict[str, Definition]] = {}
    # "pain.toml" before "pain@1.toml": the newest version is the one without a version in its name.
    for path in sorted(folder.glob("*.toml"), key=lambda path: ("@" in path.stem, path.stem)):
        definition = _build(reader.read(path))
        versions = found.setdefault(definition.id, {})
        if "@" in path.stem and not versions:
            raise DefinitionError(f"{path}: an older version without a newest one, {definition.id}.toml")
        if definition.version in versions:
            raise DefinitionError(f"{path}: version {definition.version!r} is there already")
        versions[definition.version] = definition
    return found


def _with_wording(shipped: Definition) -> Definition:
    words = wording.stored(shipped.id, shipped.version)
    if words is None:
        return shipped
    wording.check(words, [item.id for item in shipped.items])
    return replace(
        shipped,
        items=tuple(
            replace(item, text=words.items[item.id], options=_labelled(item.options, words))
            for item in shipped.items
        ),
        licence=replace(shipped.licence, permission=words.permission),
    )


def _labelled(options: tuple[Option, ...], words: wording.Wording) -> tuple[Option, ...]:
    first, *middle, last = options
    return (
        replace(first, label=f"{first.value} – {words.low_label}"),
        *middle,
        replace(last, label=f"{last.value} – {words.high_label}"),
    )


def _build(entry: Mapping[str, Any]) -> Definition:
    items = tuple(_item(item, entry["answers"][item["answers"]]) for item in entry["items"])
    every_item = [item.id for item in items]
    return Definition(
        id=entry["id"],
        version=entry["version"],
        title=entry["title"],
        intro=entry["intro"],
        recall=entry["recall"],
        source=entry["source"],
        validated=entry["validated"],
        licence=Licence(**entry["licence"]),
        missing=entry["missing"],
        items=items,
        scales=tuple(_scale(scale, every_item) for scale in entry["scales"]),
    )


def _item(entry: Mapping[str, Any], answers: Mapping[str, Any]) -> Item:
    match answers["kind"]:
        case "scale":
            labels = {answers["low"]: answers.get("low_label"), answers["high"]: answers.get("high_label")}
            options = tuple(
                Option(number, f"{number} – {labels[number]}" if labels.get(number) else str(number), number)
                for number in range(answers["low"], answers["high"] + 1)
            )
        case "choice":
            options = tuple(
                Option(option["value"], option["label"], option.get("score", option["value"]))
                for option in answers["options"]
            )
        case _:
            options = ()
    return Item(entry["id"], entry["text"], answers["kind"], options)


def _scale(entry: Mapping[str, Any], every_item: list[str]) -> Scale:
    minimum, maximum = entry["range"]
    return Scale(
        id=entry["id"],
        title=entry["title"],
        higher_is=entry["higher_is"],
        minimum=minimum,
        maximum=maximum,
        method=entry["method"],
        items=tuple(entry.get("items", every_item)),
        rescaled=entry.get("rescaled", False),
        reversed=entry.get("reversed", False),
        measure=entry.get("measure"),
        mic=Mic(**entry["mic"]) if "mic" in entry else None,
        no_mic=entry.get("no_mic", ""),
        screen=Screen(**entry["screen"]) if "screen" in entry else None,
    )
