"""Question 10. Does ETMI do more for some people than for others?"""

from dataclasses import dataclass, replace

import numpy as np

from amble.evaluation.analyses.words import OBSERVATIONAL, interval, listed, number, p_words
from amble.evaluation.cohort.columns import UNKNOWN
from amble.evaluation.estimators.subgroups import Effect, Subgroups, fit_subgroups, holm
from amble.evaluation.results import Answer, Cell, Estimate, Figure, Table
from amble.evaluation.study.model import LABELS
from amble.evaluation.sums.catalogue import CELLS, Request, cube
from amble.evaluation.sums.data import Data, Outline
from amble.evaluation.sums.moments import Moments
from amble.evaluation.sums.patterns import model_terms, pattern_sums

QUESTION = "For whom?"
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
FEW_PEOPLE, FEW_CLINICIANS = 8, 10
ASSUMPTIONS = (
    "The groups are compared within one mixed model: the difference between groups is taken to be the same at every "
    "visit, and missing scores to be like those of alike people who answered.",
    "The model does not count patients of one clinician as alike; a group seen by few clinicians is marked.",
    "Looking at many groups finds differences by chance. Only the groups named in the study file were chosen "
    "beforehand; their p values are also given adjusted by Holm's method, outcome by outcome.",
)


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


def requests(outline: Outline) -> list[Request]:
    """The cube of each outcome, the same with fewer keys, and in which groups each clinician has patients."""
    shown = _shown(outline)
    cubes = [cube(outcome, outline.visits[outcome]) for outcome in shown]
    cells = [_cells(outline, outcome, name) for outcome in shown for name in _variables(outline)]
    return [*cubes, *dict.fromkeys(cells), *([_by_clinician(outline)] if shown else [])]


def answer(data: Data) -> Answer:
    if not (data.outline.n["etmi"] and data.outline.n["usual_care"]):
        reason = "With one arm empty, nothing can be said about for whom ETMI does more."
        return Answer("for_whom", QUESTION, (reason,), warnings=(reason,))
    if not _shown(data.outline):
        reason = "No outcome was recorded at a visit, so groups cannot be compared."
        return Answer("for_whom", QUESTION, (reason,), warnings=(reason,))
    clinicians = _clinicians(data)
    found = {outcome: _all_variables(data, outcome, clinicians) for outcome in _shown(data.outline)}
    return Answer(
        name="for_whom",
        question=QUESTION,
        sentences=(*_sentences(data.outline, found), OBSERVATIONAL),
        estimates=tuple(
            e for outcome, variables in found.items() for e in _estimates(data, outcome, variables)
        ),
        tables=tuple(_table(outcome, variables) for outcome, variables in found.items()),
        figures=tuple(_figure(outcome) for outcome in found),
        assumptions=ASSUMPTIONS,
        warnings=_warnings(found),
        fits=tuple(v.found.fit.certificate for variables in found.values() for v in variables if v.found),
    )


# What is asked for


def _shown(outline: Outline) -> list[str]:
    return [outcome for outcome in outline.study.measured if outline.visits[outcome]]


def _variables(outline: Outline) -> tuple[str, ...]:
    """Those of the study first, then those that are always looked at."""
    return tuple(dict.fromkeys((*outline.study.subgroups, *ALWAYS)))


def _cells(outline: Outline, outcome: str, name: str) -> Request:
    """The cube without the categories that neither the model nor this variable needs: far fewer cells."""
    full = cube(outcome, outline.visits[outcome])
    needed = {"arm", name, *outline.study.covariates}
    return replace(full, keys=tuple(key for key in full.keys if key not in CELLS or key in needed))


def _terms(outline: Outline, name: str, codes: list[int]) -> tuple[str, ...]:
    """Indicators of all but the first of the levels compared."""
    return tuple(f"{name}:{outline.levels[name][code]}" for code in codes[1:])


def _by_clinician(outline: Outline) -> Request:
    terms = tuple(f"{name}:{level}" for name in _variables(outline) for level in outline.levels[name])
    return Request(keys=("clinic", "clinician"), columns=terms, order=1)


def _clinicians(data: Data) -> dict[str, int]:
    """term -> clinicians who had such a patient."""
    moments = data.moments[_by_clinician(data.outline)]
    return dict(zip(moments.columns, (moments.first > 0).sum(axis=0).tolist(), strict=True))


# Fits


def _all_variables(data: Data, outcome: str, clinicians: dict[str, int]) -> list[Variable]:
    variables = [_variable(data, outcome, name, clinicians) for name in _variables(data.outline)]
    planned = [variable for variable in variables if variable.name in data.outline.study.subgroups]
    adjusted = holm([variable.found.p if variable.found else None for variable in planned])
    by_name = {variable.name: p for variable, p in zip(planned, adjusted, strict=True)}
    return [replace(variable, adjusted=by_name.get(variable.name)) for variable in variables]


def _variable(data: Data, outcome: str, name: str, clinicians: dict[str, int]) -> Variable:
    outline = data.outline
    moments = data.moments[_cells(outline, outcome, name)]
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
            name=f"{outcome} by {NAMES.get(name, name)}",
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


# Estimates, table and picture


def _estimates(data: Data, outcome: str, variables: list[Variable]) -> list[Estimate]:
    found = []
    for variable in variables:
        if variable.found:
            used = [level for level in variable.levels if level.enough]
            found += [_level_estimate(data, outcome, variable, level) for level in used]
            found.append(_interaction(outcome, variable))
    return found


def _level_estimate(data: Data, outcome: str, variable: Variable, level: Level) -> Estimate:
    effect = variable.effects[level.name]
    group = f"{NAMES.get(variable.name, variable.name)}: {level.name}".capitalize()
    meaning = f"{group}. The difference in {LABELS[outcome]} between the arms cannot be told."
    if effect.estimate is not None:
        span = interval(effect.low, effect.high, data.outline.study.confidence)
        said = f"{number(effect.estimate)} points ({span}; observational)"
        meaning = f"{group}. ETMI minus usual care in {LABELS[outcome]} is {said}."
    return Estimate(
        outcome=outcome,
        visit="average",
        contrast="difference",
        method="mmrm_subgroup",
        estimand="difference in mean within the group, averaged over visits, people as they were treated",
        estimate=effect.estimate,
        se=effect.se,
        ci_low=effect.low,
        ci_high=effect.high,
        df=effect.df,
        p=effect.p,
        n_etmi=level.n[0],
        n_usual_care=level.n[1],
        subgroup=f"{variable.name} = {level.name}",
        meaning=meaning,
        warnings=tuple(filter(None, (_remark(level),)))
        + (variable.found.fit.warnings if variable.found else ()),
    )


def _interaction(outcome: str, variable: Variable) -> Estimate:
    found = variable.found
    between = found.between or Effect(None, None, found.df, None, None, None)
    name = NAMES.get(variable.name, variable.name)
    used = [level for level in variable.levels if level.enough]
    words = f" ({used[1].name} minus {used[0].name})" if found.between else ""
    return Estimate(
        outcome=outcome,
        visit="average",
        contrast="interaction",
        method="mmrm_subgroup",
        estimand=f"how the difference between arms differs between groups of {name}{words}",
        estimate=between.estimate,
        se=between.se,
        ci_low=between.low,
        ci_high=between.high,
        df=found.df,
        p=found.p,
        n_etmi=sum(level.n[0] for level in used),
        n_usual_care=sum(level.n[1] for level in used),
        subgroup=variable.name,
        meaning=_interaction_meaning(outcome, variable),
        warnings=found.fit.warnings,
    )


def _interaction_meaning(outcome: str, variable: Variable) -> str:
    name, found = NAMES.get(variable.name, variable.name), variable.found
    if found is None or found.p is None:
        return f"Whether ETMI does more for {LABELS[outcome]} in some groups of {name} cannot be tested."
    tail = "" if variable.adjusted is None else f"; {p_words(variable.adjusted)} after Holm's adjustment"
    return (
        f"{LABELS[outcome].capitalize()}, groups of {name}: testing whether the arms differ by the same in all of "
        f"them gives {p_words(found.p)}{tail}."
    )


def _remark(level: Level) -> str:
    if not level.enough:
        return f"fewer than {FEW_PEOPLE} people in an arm: not estimated"
    return f"fewer than {FEW_CLINICIANS} clinicians: be careful" if level.clinicians < FEW_CLINICIANS else ""


def _table(outcome: str, variables: list[Variable]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for variable in variables:
        p = variable.found.p if variable.found else None
        for at, level in enumerate(variable.levels):
            effect = variable.effects.get(level.name)
            numbers = (effect.estimate, effect.low, effect.high) if effect else (None, None, None)
            rows.append(
                (
                    NAMES.get(variable.name, variable.name),
                    f"{NAMES.get(variable.name, variable.name)}: {level.name}",
                    *level.n,
                    *(_rounded(value, 2) for value in numbers),
                    _rounded(p, 4) if at == 0 else None,
                    _rounded(variable.adjusted, 4) if at == 0 else None,
                    _remark(level) if variable.found else "no second group to compare with",
                )
            )
    return Table(
        name=f"for_whom_{outcome}",
        title=f"{LABELS[outcome].capitalize()}: ETMI minus usual care in groups of people (observational)",
        columns=(
            *("variable", "group", "etmi", "usual_care", "estimate", "low", "high"),
            *("p_groups_alike", "p_holm", "remark"),
        ),
        rows=tuple(rows),
        counts=("etmi", "usual_care"),
        derived={"estimate": "etmi", "low": "etmi", "high": "etmi"},
        note="Points, averaged over visits. p: test that the arms differ equally in all groups of the variable. "
        "Holm: adjusted over the variables named in the study file; the others were not chosen beforehand.",
    )


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits) + 0.0


def _figure(outcome: str) -> Figure:
    return Figure(
        name=f"for_whom_{outcome}",
        title=f"{LABELS[outcome].capitalize()}: ETMI minus usual care, by group",
        kind="forest",
        table=f"for_whom_{outcome}",
        encoding={"y": "group", "x": "estimate", "low": "low", "high": "high", "colour": "variable"},
        description=f"A point and interval per group: the difference in {LABELS[outcome]} between the arms. Intervals "
        "that overlap widely mean that the groups cannot be told apart.",
    )


# Words


def _sentences(outline: Outline, found: dict[str, list[Variable]]) -> tuple[str, ...]:
    level = 1 - outline.study.confidence
    tests = sum(
        v.found is not None and v.found.p is not None for variables in found.values() for v in variables
    )
    planned = ", ".join(NAMES.get(name, name) for name in outline.study.subgroups) or "none"
    sentences = [
        f"{tests} tests of groups were made. Chosen beforehand in the study file: {planned}. With so many tests some "
        "small p values come by chance."
    ]
    for outcome, variables in found.items():
        clear = [v for v in variables if v.adjusted is not None and v.adjusted < level]
        if clear:
            sentences += [_clear(outcome, variable, outline.study.confidence) for variable in clear]
        else:
            sentences.append(
                f"{LABELS[outcome].capitalize()}: these data do not show that ETMI does more for one group named "
                "beforehand than for another. That is not proof that it does the same for all."
            )
        hints = [
            v
            for v in variables
            if v.adjusted is None and v.found and v.found.p is not None and v.found.p < level
        ]
        if hints:
            names = listed([NAMES.get(v.name, v.name) for v in hints])
            sentences.append(
                f"{LABELS[outcome].capitalize()}: {names} may deserve a study of its own, no more than that."
            )
    return tuple(sentences)


def _clear(outcome: str, variable: Variable, confidence: float) -> str:
    parts = [
        f"{level}: {number(effect.estimate)} points ({interval(effect.low, effect.high, confidence)})"
        for level, effect in variable.effects.items()
        if effect.estimate is not None
    ]
    name = NAMES.get(variable.name, variable.name)
    return f"{LABELS[outcome].capitalize()}: what ETMI does differs by {name}. {'; '.join(parts)}."


def _warnings(found: dict[str, list[Variable]]) -> tuple[str, ...]:
    warnings = []
    for outcome, variables in found.items():
        small = [
            f"{NAMES.get(v.name, v.name)} {level.name}"
            for v in variables
            for level in v.levels
            if not level.enough
        ]
        if small:
            warnings.append(
                f"{LABELS[outcome].capitalize()}: fewer than {FEW_PEOPLE} people in an arm, so nothing is said about "
                f"{listed(small)}."
            )
        absent = [NAMES.get(v.name, v.name) for v in variables if v.found is None]
        if absent:
            warnings.append(
                f"{LABELS[outcome].capitalize()}: there are not two groups to compare for {listed(absent)}."
            )
        unsure = [v for v in variables if v.found and not v.found.fit.certificate.converged]
        warnings += [f"{v.found.fit.certificate.model}: the fit did not converge." for v in unsure if v.found]
    return tuple(warnings)
