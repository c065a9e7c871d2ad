"""Reads estimands.toml: which estimator an estimate comes from, what it is held against, and in which scenarios."""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from amble.evaluation.results import Estimate
from amble.evaluation.run import QUESTIONS
from amble.evaluation.simulate.parameters import Parameters, read

FILE = Path(__file__).with_name("estimands.toml")


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
    """One invented service. effects, clinicians: whether ETMI, and the clinician, make a difference in it.

    set: parameters that differ from parameters.toml.  questions: those of the report that are asked.
    """

    name: str
    title: str
    meaning: str
    effects: bool
    clinicians: bool
    set: dict[str, Any] = field(hash=False)
    questions: tuple[str, ...] = QUESTIONS

    @property
    def parameters(self) -> Parameters:
        return _parameters(self.name)


@cache
def _parameters(name: str) -> Parameters:
    """One object for each scenario, so that what is derived from it is derived once."""
    usual, changed = read(), scenarios()[name].set
    if unknown := changed.keys() - usual.values.keys():
        raise ValueError(f"scenario {name} sets parameters that there are not: {', '.join(sorted(unknown))}")
    return Parameters({**usual.values, **changed})


@cache
def content() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text("utf-8"))


@cache
def estimators() -> tuple[Estimator, ...]:
    return tuple(Estimator(**_frozen(row)) for row in content()["estimator"])


@cache
def scenarios() -> dict[str, Scenario]:
    return {name: Scenario(name, **_frozen(row)) for name, row in content()["scenario"].items()}


def _frozen(row: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}


def of(estimate: Estimate) -> Estimator:
    """Raises KeyError for an estimate that no row of the file owns."""
    for one in estimators():
        if one.owns(estimate):
            return one
    raise KeyError(
        f"estimands.toml has no row for {estimate.method}, {estimate.contrast}, {estimate.estimand}"
    )


def holding(reasons: tuple[str, ...], scenario: Scenario) -> list[str]:
    """The words of those reasons that hold in a scenario."""
    found = [content()["reason"][name] for name in reasons]
    return [one["words"] for one in found if one["when"] == "always" or getattr(scenario, one["when"])]
