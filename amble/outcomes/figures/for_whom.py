"""For whom: what ETMI does in groups of people, by the report's own forest plots. Who is reached comes from `reach`."""

from collections.abc import Iterator
from dataclasses import replace

from amble.evaluation.analyses.groups import named
from amble.evaluation.analyses.words import interval, number
from amble.evaluation.results import Answer, Estimate
from amble.evaluation.study.model import LABELS
from amble.outcomes.material import Material
from amble.outcomes.told import Told

ORDER = ("function", "fear_avoidance", "pain")  # what a person can do comes first
TOO_EARLY = Answer(
    "for_whom", "For whom does ETMI do most?", ("It is too early to compare ETMI in groups of people.",)
)


def sections(material: Material) -> Iterator[Told]:
    answers = material.report.answers if material.report else ()
    found = next((answer for answer in answers if answer.name == "for_whom"), None)
    if found is None:
        yield Told("for_whom", TOO_EARLY)
        return
    words = headline(material, found)
    more = {"headline": [{"name": "for_whom", "value": "", "words": words}]} if words else None
    yield Told("for_whom", in_order(found), more=more)


def in_order(answer: Answer) -> Answer:
    """The report's answer with function first, then fear-avoidance, then pain."""
    tables = {table.name: table for table in answer.tables}
    figures = {figure.name: figure for figure in answer.figures}
    names = [f"for_whom_{outcome}" for outcome in ORDER if f"for_whom_{outcome}" in tables]
    return replace(
        answer,
        question="For whom does ETMI do most?",
        sentences=tuple(sorted(answer.sentences, key=_place)),
        tables=tuple(tables[name] for name in names),
        figures=tuple(figures[name] for name in names if name in figures),
    )


def _place(sentence: str) -> int:
    """What is about no single outcome stands first."""
    starts = [sentence.startswith(LABELS[outcome].capitalize()) for outcome in ORDER]
    return starts.index(True) + 1 if any(starts) else 0


def headline(material: Material, answer: Answer) -> str:
    """Function in the groups that the study file names first, and what their test says: not the largest found."""
    if not material.study.subgroups:
        return ""
    variable = material.study.subgroups[0]
    mine = [e for e in answer.estimates if e.outcome == "function" and e.subgroup]
    levels = [e for e in mine if e.contrast == "difference" and e.subgroup.startswith(f"{variable} = ")]
    test = [e for e in mine if e.contrast == "interaction" and e.subgroup == variable]
    if len(levels) < 2 or any(e.estimate is None for e in levels):
        return ""
    confidence = material.study.confidence
    if {_name(e) for e in levels} == {"no", "yes"}:
        levels.sort(key=_name, reverse=True)
        with_, without = (_level(e, confidence) for e in levels)
        said = f"Function with {named(variable)}: {with_} points; without: {without}"
    else:
        each = "; ".join(f"{_name(e)} {_level(e, confidence)}" for e in levels)
        said = f"Function by {named(variable)}: {each} points"
    return f"{said} (observational). {_verdict(test, confidence)}"


def _name(e: Estimate) -> str:
    return e.subgroup.partition(" = ")[2]


def _level(e: Estimate, confidence: float) -> str:
    return f"{number(e.estimate)} ({interval(e.ci_low, e.ci_high, confidence)})"


def _verdict(test: list[Estimate], confidence: float) -> str:
    p = test[0].p if test else None
    if p is not None and p < 1 - confidence:
        return "The groups differ by more than chance alone would easily give."
    return "That may be chance: the data do not settle whether one group gains more."
