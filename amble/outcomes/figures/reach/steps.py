"""The steps of reach as data: their names, what each is a share of, and what the study published of them."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("steps.toml")


@dataclass(frozen=True)
class Step:
    """As steps.toml describes it. study_count is None where the study published nothing."""

    name: str
    words: str
    first: str
    source: str
    of: str | None = None
    of_words: str = ""
    study_calls: str = "–"
    re_aim_calls: str = "–"
    study_count: int | None = None

    @property
    def of_patients(self) -> bool:
        return self.first == "patients_eligible"


@dataclass(frozen=True)
class Reference:
    name: str
    short: str
    cite: str
    not_published: str


@cache
def steps() -> dict[str, Step]:
    return {name: Step(name=name, **entry) for name, entry in _content()["steps"].items()}


@cache
def reference() -> Reference:
    return Reference(**_content()["study"])


def published(step: Step, whole: str | None) -> float | None:
    """The study's per cent of another step, computed from its counts."""
    of = steps()[whole].study_count if whole else None
    return round(100 * step.study_count / of, 1) if of and step.study_count is not None else None


def _content() -> dict:
    return tomllib.loads(FILE.read_text("utf-8"))
