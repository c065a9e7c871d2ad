"""How each estimate moved as data came in, with the interval for one look beside the interval for every look."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from amble.evaluation.estimators.confidence_sequence import TIGHTEST_SE, anytime
from amble.evaluation.results import Answer, Estimate, Figure, Table
from amble.evaluation.study.model import LABELS
from amble.outcomes.material import Material, Past

ORDER = ("function", "fear_avoidance", "pain", "sessions")  # what a person can do comes first
YOUNG = timedelta(days=120)
WHY = (
    "The usual interval is right for one look on a day that was fixed beforehand. Whoever looks every night and stops "
    "when it leaves out zero will find a difference sooner or later, even where there is none.",
    "The wider interval stays true however often one looks. Looking at this page as it comes, go by that one; use the "
    "usual one on a day that was fixed before the first look, such as the end of the year.",
)
ASSUMPTIONS = (
    "The outcomes, groups and rules of the study file were written down before the first look and not changed.",
    "Each interval is for one outcome alone, not for several looked at together.",
)
COLUMNS = ("day", "difference", "low", "high", "low_always", "high_always")
RATIO = ("day", "ratio", *COLUMNS[2:])


def two_intervals() -> Answer:
    """Why there are two, for whoever reads the page as it comes."""
    return Answer("two_intervals", "Which interval should I go by?", WHY, assumptions=ASSUMPTIONS)


def with_looks(material: Material, answer: Answer, outcome: str) -> Answer:
    """The answer with the table of its looks, and their picture from the second on."""
    looks = looks_of(material, outcome)
    if not looks:
        return answer
    table = _table(outcome, looks, material)
    figures = (*answer.figures, _figure(table)) if len(looks) > 1 else answer.figures
    return replace(answer, tables=(*answer.tables, table), figures=figures)


def looks_of(material: Material, outcome: str) -> list[Past]:
    """The newest look of each month, in a young service of each week, and the newest of all.

    Not every night: the step from one night to the next may rest on a single person's answer.
    """
    known = [p for p in material.history if p.outcome == outcome and math.isfinite(p.estimate) and p.se > 0]
    if not known:
        return []
    is_young = known[-1].day - known[0].day < YOUNG
    kept = {p.day.isocalendar()[:2] if is_young else (p.day.year, p.day.month): p for p in known}
    return list(kept.values())


def said(value: float, outcome: str) -> float:
    """As people read it: points, or how many times as many sessions. Three decimals, so that no step says too much."""
    return round(math.exp(value) if outcome == "sessions" else value, 3)


def always(past: Past | Estimate, confidence: float) -> tuple[float, float]:
    return anytime(past.estimate, past.se, tightest_se=TIGHTEST_SE[past.outcome], confidence=confidence)


def _table(outcome: str, looks: Sequence[Past], material: Material) -> Table:
    rows = []
    for past in looks:
        numbers = (past.estimate, past.ci_low, past.ci_high, *always(past, material.study.confidence))
        rows.append((past.day.isoformat(), *(said(value, outcome) for value in numbers)))
    what = "sessions with ETMI for each with usual care" if outcome == "sessions" else "ETMI minus usual care"
    later = any(past.replayed for past in looks)
    return Table(
        name=f"moved_{outcome}",
        title=f"{LABELS[outcome].capitalize()}: {what}, as it stood on each day (observational)",
        columns=RATIO if outcome == "sessions" else COLUMNS,
        rows=tuple(rows),
        folded=True,
        note="Days before the first night were computed later, from what had been recorded by then."
        if later
        else "",
    )


def _figure(table: Table) -> Figure:
    outcome = table.name.removeprefix("moved_")
    return Figure(
        name=table.name,
        title=f"{LABELS[outcome].capitalize()}: how the estimate moved (observational)",
        kind="moved",
        table=table.name,
        encoding={"x": "day", "y": table.columns[1]} | {column: column for column in table.columns[2:]},
        description="A line with a band, the usual interval, between two dashed lines, the interval that stays true at "
        "every look. Both become narrower as more people are known.",
    )
