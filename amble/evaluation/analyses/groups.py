"""The groups of question 10 and their fits: one mixed model per variable and outcome."""

from dataclasses import dataclass, replace

import numpy as np

from amble.evaluation.analyses.arms import FEW_PEOPLE
from amble.evaluation.columns import UNKNOWN
from amble.evaluation.estimators.subgroups import Effect, Subgroups, fit_subgroups, holm
from amble.evaluation.sums.catalogue import CELLS, Request, cube
from amble.evaluation.sums.data import Data, Outline
from amble.evaluation.sums.moments import Moments
from amble.evaluation.sums.patterns import model_terms, pattern_sums

ALWAYS = (
    *("depression_or_anxiety", "depression", "anxiety", "sex", "age_group"),
    *("activity_level", "deprivation_quintile", "language"),
)
NAMES = {
    "depression_or_anxiety": "depression or anxiety",
    "age_group": "age",
    "activity_level": "activity at start",
    "deprivation_quintile": "deprivation fifth",
}


def named(variable: str) -> str:
    return NAMES.get(variable, variable)


@dataclass(frozen=True)
class Level:
    """One level of a variable: who is in it, among episodes that enter the model."""

    code: int
    name: str
    n: tuple[int, int]
    clinicians: int

    @property
    def enough(self) -> bool:
        return min(self.n) >= FEW_PEOPLE


@dataclass(frozen=True)
class Variable:
    """One variable and one outcome: its levels, the fit over those with enough people, Holm's p if in the study."""

    name: str
    levels: tuple[Level, ...]
    found: Subgroups | None
    adjusted: float | None = None

    @property
    def effects(self) -> dict[str, Effect]:
        used = [level.name for level in self.levels if level.enough]
        return dict(zip(used, self.found.levels, strict=True)) if self.found else {}


def variables_of(outline: Outline) -> tuple[str, ...]:
    """Those of the study first, then those that are always looked at."""
    return tuple(dict.fromkeys((*outline.study.subgroups, *ALWAYS)))


def cells_of(outline: Outline, outcome: str, name: str) -> Request:
    """The cube without the categories that neither the model nor this variable needs: far fewer cells."""
    full = cube(outcome, outline.visits[outcome])
    needed = {"arm", name, *outline.study.covariates}
    return replace(full, keys=tuple(key for key in full.keys if key not in CELLS or key in needed))


def _terms(outline: Outline, name: str, codes: list[int]) -> tuple[str, ...]:
    """Indicators of all but the first of the levels compared."""
    return tuple(f"{name}:{outline.levels[name][code]}" for code in codes[1:])


def clinicians_by_level(outline: Outline) -> Request:
    terms = tuple(f"{name}:{level}" for name in variables_of(outline) for level in outline.levels[name])
    return Request(keys=("clinic", "clinician"), columns=terms, order=1)


def clinicians_of(data: Data) -> dict[str, int]:
    """term -> clinicians who had such a patient."""
    moments = data.moments[clinicians_by_level(data.outline)]
    return dict(zip(moments.columns, (moments.first > 0).sum(axis=0).tolist(), strict=True))


def all_variables(data: Data, outcome: str, clinicians: dict[str, int]) -> list[Variable]:
    variables = [_variable(data, outcome, name, clinicians) for name in variables_of(data.outline)]
    planned = [variable for variable in variables if variable.name in data.outline.study.subgroups]
    adjusted = holm([variable.found.p if variable.found else None for variable in planned])
    by_name = {variable.name: p for variable, p in zip(planned, adjusted, strict=True)}
    return [replace(variable, adjusted=by_name.get(variable.name)) for variable in variables]


def _variable(data: Data, outcome: str, name: str, clinicians: dict[str, int]) -> Variable:
    outline = data.outline
    moments = data.moments[cells_of(outline, outcome, name)]
    z = model_terms(outline)
    levels = _levels(moments, outline, outcome, name, clinicians, "baseline_unknown" in z)
    codes = [level.code for level in levels if level.enough]
    if len(codes) < 2:
        return Variable(name, levels, None)
    terms = _terms(outline, name, codes)
    products = tuple(f"arm*{term}" for term in terms)
    z = (*z[:2], *(term for term in terms if term not in z), *z[2:], *products)
    sums = pattern_sums(moments, outline, outcome, z, where={name: tuple(codes)})
    study = outline.study
    by_visit = ("intercept", "arm", *(("baseline",) if study.baseline == "by_visit" else ()))
    return Variable(
        name,
        levels,
        fit_subgroups(
            sums,
            by_visit,
            products,
            study.confidence,
            study.mmrm.degrees_of_freedom,
            study.mmrm.information,
            name=f"{outcome} by {named(name)}",
        ),
    )


def _levels(
    moments: Moments,
    outline: Outline,
    outcome: str,
    name: str,
    clinicians: dict[str, int],
    all_baselines: bool,
) -> tuple[Level, ...]:
    """Levels that occur among episodes with a visit; "unknown" is no group."""
    use = moments.keys[f"{outcome}_pattern"] > 0
    if not all_baselines:
        use &= moments.keys[f"{outcome}_baseline_known"] == 1
    counts = np.zeros((2, len(outline.levels[name])), dtype=int)
    np.add.at(counts, (1 - moments.keys["arm"][use], moments.keys[name][use]), moments.n[use])
    return tuple(
        Level(code, level, (int(counts[0, code]), int(counts[1, code])), clinicians[f"{name}:{level}"])
        for code, level in enumerate(outline.levels[name])
        if level != UNKNOWN and counts[:, code].any()
    )
