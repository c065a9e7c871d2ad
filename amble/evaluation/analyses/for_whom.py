"""Question 10. Does ETMI do more for some people than for others?"""

from amble.evaluation.analyses.arms import FEW_CLINICIANS, FEW_PEOPLE
from amble.evaluation.analyses.groups import (
    Level,
    Variable,
    all_variables,
    cells_of,
    clinicians_by_level,
    clinicians_of,
    named,
    variables_of,
)
from amble.evaluation.analyses.words import counted, interval, listed, number, p_words
from amble.evaluation.estimators.subgroups import Effect
from amble.evaluation.results import Answer, Cell, Estimate, Figure, Table
from amble.evaluation.study.model import LABELS
from amble.evaluation.sums.catalogue import Request, cube
from amble.evaluation.sums.data import Data, Outline

QUESTION = "For whom?"
ASSUMPTIONS = (
    "The groups are compared within one mixed model: the difference between groups is taken to be the same at every "
    "visit, and missing scores to be like those of alike people who answered.",
    "The model does not count patients of one clinician as alike; a group seen by few clinicians is marked.",
    "Looking at many groups finds differences by chance. Only the groups named in the study file were chosen "
    "beforehand; their p values are also given adjusted by Holm's method, outcome by outcome.",
)


def requests(outline: Outline) -> list[Request]:
    """The cube of each outcome, the same with fewer keys, and in which groups each clinician has patients."""
    outcomes = outline.seen
    cubes = [cube(outcome, outline.visits[outcome]) for outcome in outcomes]
    cells = [cells_of(outline, outcome, name) for outcome in outcomes for name in variables_of(outline)]
    return [*cubes, *dict.fromkeys(cells), *([clinicians_by_level(outline)] if outcomes else [])]


def answer(data: Data) -> Answer:
    if not (data.outline.n["etmi"] and data.outline.n["usual_care"]):
        reason = "With one arm empty, nothing can be said about for whom ETMI does more."
        return Answer("for_whom", QUESTION, (reason,), warnings=(reason,))
    if not data.outline.seen:
        reason = "No outcome was recorded at a visit, so groups cannot be compared."
        return Answer("for_whom", QUESTION, (reason,), warnings=(reason,))
    clinicians = clinicians_of(data)
    found = {outcome: all_variables(data, outcome, clinicians) for outcome in data.outline.seen}
    return Answer(
        name="for_whom",
        question=QUESTION,
        sentences=_sentences(data.outline, found),
        estimates=tuple(
            e for outcome, variables in found.items() for e in _estimates(data, outcome, variables)
        ),
        tables=tuple(_table(outcome, variables) for outcome, variables in found.items()),
        figures=tuple(_figure(outcome) for outcome in found),
        assumptions=ASSUMPTIONS,
        warnings=_warnings(found),
        fits=tuple(v.found.fit.certificate for variables in found.values() for v in variables if v.found),
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
    group = f"{named(variable.name)}: {level.name}".capitalize()
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
    name = named(variable.name)
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
    name, found = named(variable.name), variable.found
    if found is None or found.p is None:
        return f"Whether ETMI does more for {LABELS[outcome]} in some groups of {name} cannot be tested."
    tail = "" if variable.adjusted is None else f"; {p_words(variable.adjusted)} after Holm's adjustment"
    return (
        f"{LABELS[outcome].capitalize()}, groups of {name}: testing whether the arms differ by the same in all of "
        f"them gives {p_words(found.p)}{tail} (observational)."
    )


def _remark(level: Level) -> str:
    if not level.enough:
        return f"fewer than {FEW_PEOPLE} people in an arm: not estimated"
    return f"fewer than {FEW_CLINICIANS} clinicians: be careful" if level.clinicians < FEW_CLINICIANS else ""


def _table(outcome: str, variables: list[Variable]) -> Table:
    """One row for each variable with its tests and all its people, then one for each of its groups."""
    rows: list[tuple[Cell, ...]] = []
    sums: dict[int, tuple[int, ...]] = {}
    for variable in variables:
        name, found = named(variable.name), variable.found
        people = [sum(level.n[arm] for level in variable.levels) for arm in (0, 1)]
        tests = (_rounded(found.p, 4), _rounded(variable.adjusted, 4)) if found else (None, None)
        remark = "" if found else "no second group to compare with"
        sums[len(rows)] = tuple(range(len(rows) + 1, len(rows) + 1 + len(variable.levels)))
        rows.append((name, f"{name}: all groups", *people, None, None, None, *tests, remark))
        for level in variable.levels:
            effect = variable.effects.get(level.name)
            numbers = (effect.estimate, effect.low, effect.high) if effect else (None, None, None)
            values = (_rounded(value, 2) for value in numbers)
            said = _remark(level) if found else ""
            rows.append((name, f"{name}: {level.name}", *level.n, *values, None, None, said))
    return Table(
        name=f"for_whom_{outcome}",
        title=f"{LABELS[outcome].capitalize()}: ETMI minus usual care in groups of people (observational)",
        columns=(
            *("variable", "group", "etmi", "usual_care", "estimate", "low", "high"),
            *("p_groups_alike", "p_holm", "remark"),
        ),
        rows=tuple(rows),
        counts=("etmi", "usual_care"),
        total_rows=sums,
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
    tests = sum(_tested(variable) for variables in found.values() for variable in variables)
    if not tests:
        return (
            "There are not two groups with enough people in both arms: for whom ETMI does more cannot be said.",
        )
    planned = ", ".join(named(name) for name in outline.study.subgroups) or "none"
    sentences = [
        f"{counted(tests, 'test')} of groups were made. Chosen beforehand in the study file: {planned}. The more "
        "tests, the more small p values come by chance."
    ]
    for outcome, variables in found.items():
        sentences += _about(outcome, variables, outline.study.confidence)
    return tuple(sentences)


def _tested(variable: Variable) -> bool:
    return variable.found is not None and variable.found.p is not None


def _about(outcome: str, variables: list[Variable], confidence: float) -> list[str]:
    """What the tests of one outcome show, and no more than that."""
    label = LABELS[outcome].capitalize()
    planned = [variable for variable in variables if variable.adjusted is not None]
    clear = [variable for variable in planned if (variable.adjusted or 0.0) < 1 - confidence]
    others = [v for v in variables if v.adjusted is None and _tested(v) and v.found.p < 1 - confidence]
    said = [_clear(outcome, variable, confidence) for variable in clear]
    if planned and not clear:
        said.append(
            f"{label}: these data do not show that ETMI does more for one group named beforehand than for another. "
            "That is not proof that it does the same for all."
        )
    if not planned:
        said.append(f"{label}: none of the groups named beforehand could be compared.")
    if others:
        names = listed([named(variable.name) for variable in others])
        said.append(
            f"{label}: {names}, not named beforehand, may deserve a study; these data cannot settle it."
        )
    return said


def _clear(outcome: str, variable: Variable, confidence: float) -> str:
    parts = [
        f"{level}: {number(effect.estimate)} points ({interval(effect.low, effect.high, confidence)})"
        for level, effect in variable.effects.items()
        if effect.estimate is not None
    ]
    return f"{LABELS[outcome].capitalize()}: what ETMI does differs by {named(variable.name)}. {'; '.join(parts)}."


def _warnings(found: dict[str, list[Variable]]) -> tuple[str, ...]:
    warnings = []
    for outcome, variables in found.items():
        label = LABELS[outcome].capitalize()
        small = [
            f"{named(v.name)}: {level.name}" for v in variables for level in v.levels if not level.enough
        ]
        absent = [named(v.name) for v in variables if v.found is None]
        unsure = [named(v.name) for v in variables if v.found and not v.found.fit.certificate.converged]
        if small and len(absent) < len(variables):
            warnings.append(
                f"{label}: fewer than {FEW_PEOPLE} people in an arm, so nothing is said about {listed(small)}."
            )
        if absent:
            warnings.append(
                f"{label}: there are not two groups with enough people to compare for {listed(absent)}."
            )
        if unsure:
            warnings.append(
                f"{label}: the models for {listed(unsure)} did not converge; do not rely on them."
            )
    return tuple(warnings)
