"""A TOML file as read: what it holds, and the line of each key for whoever finds fault with it."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from amble.evaluation.settings.lines import Place, lines


@dataclass(frozen=True)
class Problem:
    """What is wrong with one key or list entry. line: 0 where the file as a whole is meant."""

    file: str
    line: int
    key: str
    words: str

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{place}: {self.key}: {self.words}" if self.key else f"{place}: {self.words}"


class SettingsError(Exception):
    """A file cannot be used. `problems` names every fault with its line."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Source:
    """Where something was written down, to name a line later, when more is known.

    file: how messages call it.  text: as read.
    """

    file: str
    text: str
    places: dict[Place, int] = field(default_factory=dict, repr=False)

    def problem(self, path: Place, words: str) -> Problem:
        """`words` about the key or list entry at `path`, with its line, or that of what it stands in."""
        known = next((path[:n] for n in range(len(path), 0, -1) if path[:n] in self.places), ())
        key = ".".join(str(part) for part in path if isinstance(part, str))
        return Problem(self.file, self.places.get(known, 0), key, words)


def read(path: Path) -> tuple[dict[str, Any], Source]:
    """What the file holds, and where. Raises SettingsError."""
    try:
        text = path.read_text("utf-8-sig")
        content = tomllib.loads(text)
    except OSError as fault:
        raise SettingsError([Problem(path.name, 0, "", f"cannot be read: {fault.strerror}")]) from fault
    except UnicodeDecodeError as fault:
        raise SettingsError([Problem(path.name, 0, "", "cannot be read: save it as UTF-8 text")]) from fault
    except tomllib.TOMLDecodeError as fault:
        raise SettingsError([Problem(path.name, 0, "", f"is not a TOML file: {fault}")]) from fault
    return content, Source(path.name, text, lines(text))
