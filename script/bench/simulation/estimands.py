"""Reads estimands.toml: which estimator an estimate comes from, what it is held against, and in which scenarios."""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from amble.evaluation.results import Estimate
from amble.evaluation.simulate.parameters import Parameters, read

FILE = Path(__file__).with_name("estimands.toml")
ALIKE = ("course.clinician", "course.clinic", "contacts.clinician")  # what makes patients of one clinician alike


@dataclass(frozen=True)
class Estimator:
    """One row of the table. See estimands.toml for the words."""

    name: str
    method: str
    contrast: str
    truth: str
    weight: str
    people: str
    words: str = ""
    level: float = 0.95
    bias: tuple[str, ...] = ()
    interval: tuple[str, ...] = ()

    def owns(self, estimate: Estimate) -> bool:
        same = (self.method, self.contrast) == (estimate.method, estimate.contrast)
        return same and self.words in estimate.estimand


@dataclass(frozen=True)
class Scenario:
    """One invented service. effects, clinicians: whether ETMI, and the clinician, make a difference in it."""

    name: str
    title: str
    effects: bool
    clinicians: bool
    set: dict[str, float] = field(default_factory=dict, hash=False)
    missingness: float | None = None

    @property
    def parameters(self) -> Parameters:
        return _parameters(self)


@cache
def _parameters(scenario: Scenario) -> Parameters:
    found = read(scenario.set, scenario.missingness)
    return found if scenario.clinicians else Parameters({**found.values, **dict.fromkeys(ALIKE, 0.0)})


@cache
def content() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text("utf-8"))


@cache
def estimators() -> tuple[Estimator, ...]:
    lists = ("bias", "interval")
    return tuple(
        Estimator(**{key: tuple(value) if key in lists else value for key, value in row.items()})
        for row in content()["estimator"]
    )


@cache
def scenarios() -> dict[str, Scenario]:
    return {name: Scenario(name, **row) for name, row in content()["scenario"].items()}


def of(estimate: Estimate) -> Estimator:
    """Raises KeyError for an estimate that no row of the file owns."""
    for one in estimators():
        if one.owns(estimate):
            return one
    raise KeyError(f"estimands.toml has no row for {estimate.method}, {estimate.contrast}, {estimate.estimand}")


def holding(reasons: tuple[str, ...], scenario: Scenario) -> list[str]:
    """The words of those reasons that hold in a scenario."""
    found = [content()["reason"][name] for name in reasons]
    return [one["words"] for one in found if one["when"] == "always" or getattr(scenario, one["when"])]
