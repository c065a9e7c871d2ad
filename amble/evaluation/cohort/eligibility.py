"""Who is in the comparison: every restriction leaves a counted row, so that the cohort explains itself."""

from collections.abc import Callable
from dataclasses import dataclass

import ibis
from ibis.expr.types import BooleanValue

from amble.evaluation.study.model import CohortRules


@dataclass(frozen=True)
class FlowRow:
    """One row of the attrition table: how many episodes remain after `step`."""

    step: str
    etmi: int
    usual_care: int
    note: str = ""


Rule = tuple[str, str, Callable[[ibis.Table], BooleanValue]]


def rules(cohort: CohortRules) -> list[Rule]:
    """(step, note, condition) in the order in which they are applied.

    A duration that was not recorded does not exclude: many services do not keep it, and the note says so.
    """
    months = cohort.min_symptom_months
    return [
        ("Episodes in the snapshot", "", lambda t: ibis.literal(True)),
        (f"Aged {cohort.min_age_years} or over", "", lambda t: t.age_years >= cohort.min_age_years),
        (
            f"Symptoms for at least {months} months",
            "episodes whose duration was not recorded are kept",
            lambda t: t.symptom_months.isnull() | (t.symptom_months >= months),
        ),
    ]


def restrict(episodes: ibis.Table, cohort: CohortRules, one: Callable) -> tuple[ibis.Table, list[FlowRow]]:
    """The eligible episodes and the attrition rows. `one` computes the only row of an aggregate."""
    remaining = ibis.literal(True)
    sums = {}
    steps = rules(cohort)
    for number, (_, _, condition) in enumerate(steps):
        remaining = remaining & condition(episodes)
        for arm in ("etmi", "usual_care"):
            sums[f"{arm}_{number}"] = (remaining & (episodes.arm == arm)).sum().cast("int64")
    counted = one(episodes.aggregate(**sums))
    flow = [
        FlowRow(step, counted[f"etmi_{number}"] or 0, counted[f"usual_care_{number}"] or 0, note)
        for number, (step, note, _) in enumerate(steps)
    ]
    return episodes.filter(remaining), flow
