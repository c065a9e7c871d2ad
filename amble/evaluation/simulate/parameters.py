"""The numbers behind the invented service: read from `parameters.toml`, a few of them overridden for an experiment."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("parameters.toml")
MEASURES = ("function", "pain", "fear_avoidance")
VISITS = ("discharge", "3m", "6m", "12m")


@dataclass(frozen=True, eq=False)
class Parameters:
    """values: "section.name" -> value. Compared by identity, so that what is derived from them can be cached."""

    values: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    @property
    def depression_or_anxiety(self) -> float:
        """Share of people with either."""
        without = 1 - self["people.depression"]
        return self["people.depression"] + without * self["people.anxiety_without_depression"]

    @property
    def anxiety(self) -> float:
        return (
            self["people.depression"] * self["people.anxiety_with_depression"]
            + (1 - self["people.depression"]) * self["people.anxiety_without_depression"]
        )

    def described(self) -> dict[str, dict[str, Any]]:
        """Every parameter with its value here, source and meaning; an overridden one says so."""
        described = {}
        for name, entry in catalogue().items():
            changed = self[name] != entry["value"]
            source = "given for this simulation" if changed else entry["source"]
            described[name] = {"value": self[name], "source": source, "meaning": entry["meaning"]}
        return described


@cache
def catalogue() -> Mapping[str, Mapping[str, Any]]:
    """ "section.name" -> value, source, meaning, as in the file."""
    content = tomllib.loads(FILE.read_text("utf-8"))
    return {f"{section}.{name}": entry for section in content for name, entry in content[section].items()}


def read(effects: Mapping[str, float] | None = None, missingness: float | None = None) -> Parameters:
    """effects: any of function, pain, fear_avoidance, activity, sessions (a ratio), gain (a ratio).

    missingness: how strongly arm, function and depression decide who stops answering; 0 is pure chance.
    Raises ValueError for an effect that is not known or not a finite number.
    """
    effects = dict(effects or {})
    known = [name.partition(".")[2] for name in catalogue() if name.startswith("effects.")]
    known.remove("profile")
    if unknown := sorted(set(effects) - set(known)):
        raise ValueError(f"unknown effect {', '.join(unknown)}: name one of {', '.join(known)}")
    for name, value in effects.items():
        if not math.isfinite(value) or (name in ("sessions", "gain") and value <= 0):
            raise ValueError(f"effect {name} cannot be {value}")
    return _read(tuple(sorted(effects.items())), missingness)


@lru_cache(maxsize=32)
def _read(effects: tuple[tuple[str, float], ...], missingness: float | None) -> Parameters:
    values = {name: entry["value"] for name, entry in catalogue().items()}
    values.update({f"effects.{name}": float(value) for name, value in effects})
    if missingness is not None:
        values["answers.strength"] = float(missingness)
    return Parameters(values)
