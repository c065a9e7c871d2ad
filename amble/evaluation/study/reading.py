"""A study file becomes a Study. Everything that is wrong with it is said at once, each with its line."""

import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from amble.evaluation.study import shape
from amble.evaluation.study.lines import Place, lines
from amble.evaluation.study.model import CohortRules, Disclosure, MixedModel, PriceList, Study

BUILT_IN = "the built-in study"


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


class StudyError(Exception):
    """A study file cannot be used. `problems` names every fault with its line."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class StudySource:
    """Where a study was written down, to name a line later, when the data is known.

    file: how messages call it.  text: exactly as read, for its hash; empty for the built-in study.
    """

    file: str = BUILT_IN
    text: str = ""
    places: dict[Place, int] = field(default_factory=dict, repr=False)

    def problem(self, path: Place, words: str) -> Problem:
        """`words` about the key or list entry at `path`, with its line, or that of what it stands in."""
        known = next((path[:n] for n in range(len(path), 0, -1) if path[:n] in self.places), ())
        key = ".".join(str(part) for part in path if isinstance(part, str))
        return Problem(self.file, self.places.get(known, 0), key, words)


def read_study(path: Path | str | None) -> Study:
    """The study in a TOML file; without one, the built-in study. Raises StudyError."""
    return study_and_source(path)[0]


def study_and_source(path: Path | str | None) -> tuple[Study, StudySource]:
    """The study, and where each of its keys stands."""
    if path is None:
        return Study(), StudySource()
    content, source = _read(Path(path))
    if found := [source.problem(place, words) for place, words in shape.problems(content)]:
        raise StudyError(sorted(found, key=lambda problem: problem.line))
    return _study(content), source


def _read(path: Path) -> tuple[dict[str, Any], StudySource]:
    try:
        text = path.read_text("utf-8-sig")
        content = tomllib.loads(text)
    except OSError as fault:
        raise StudyError([Problem(path.name, 0, "", f"cannot be read: {fault.strerror}")]) from fault
    except UnicodeDecodeError as fault:
        raise StudyError([Problem(path.name, 0, "", "cannot be read: save it as UTF-8 text")]) from fault
    except tomllib.TOMLDecodeError as fault:
        raise StudyError([Problem(path.name, 0, "", f"is not a TOML file: {fault}")]) from fault
    return content, StudySource(path.name, text, lines(text))


def _study(content: dict[str, Any]) -> Study:
    """What the file does not name keeps the built-in value; its equivalence margins replace the built-in ones."""
    built_in = Study()
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in content.items()}
    if "visits" in values:
        values["visits"] = tuple(visit for visit in shape.VISITS if visit in values["visits"])
    for key, table in (("cohort", CohortRules), ("mmrm", MixedModel), ("disclosure", Disclosure)):
        if key in values:
            values[key] = table(**values[key])
    if "prices" in values:
        values["prices"] = PriceList(**values["prices"])
    if "mic" in values:
        values["mic"] = built_in.mic | _floats(values["mic"])
    if "equivalence" in values:
        values["equivalence"] = _floats(values["equivalence"])
    return replace(built_in, **values)


def _floats(margins: dict[str, float]) -> dict[str, float]:
    return {outcome: float(margin) for outcome, margin in margins.items()}
