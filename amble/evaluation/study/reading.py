"""A study file becomes a Study. Everything that is wrong with it is said at once, each with its line."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from amble.evaluation.settings.source import Problem, SettingsError, Source, read
from amble.evaluation.study import shape
from amble.evaluation.study.model import CohortRules, Disclosure, MixedModel, PriceList, Study

__all__ = ["BUILT_IN", "Problem", "StudyError", "StudySource", "read_study", "study_and_source"]

StudySource, StudyError = Source, SettingsError
BUILT_IN = Source("the built-in study", "")


def read_study(path: Path | str | None) -> Study:
    """The study in a TOML file; without one, the built-in study. Raises StudyError."""
    return study_and_source(path)[0]


def study_and_source(path: Path | str | None) -> tuple[Study, StudySource]:
    """The study, and where each of its keys stands."""
    if path is None:
        return Study(), BUILT_IN
    content, source = read(Path(path))
    if found := [source.problem(place, words) for place, words in shape.problems(content)]:
        raise StudyError(sorted(found, key=lambda problem: problem.line))
    return _study(content), source


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
