"""What a stepped rollout can tell, as an answer: the chance to see the difference, and which clinic is trained when."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from amble.evaluation.analyses.words import number
from amble.evaluation.estimators.stepped_wedge import (
    Wedge,
    drawn_order,
    power,
    smallest_difference,
    standard_error,
    waves,
)
from amble.evaluation.marks import percent
from amble.evaluation.results import Answer, Figure, Table

WANTED = 0.8  # the chance that a trial is commonly planned for
FEW = 20  # clinics; below, the t distribution alone does not make up for their number
MOST_STEPS = 8
ASSUMPTIONS = (
    "No clinic's physiotherapists are trained before its step, and none is left out after it.",
    "Chance decides the order. Whoever judges or enters the measures does not choose the time.",
    "Other patients are measured in each period, as many in every clinic; time changes all clinics alike.",
    "Training does all it does from its step on. If it takes a while, leave a period out or expect less.",
    "Every patient of the clinic counts, with ETMI or without: so the difference is that in those who receive it, "
    "times their share.",
)


def answer(asked: Mapping[str, Any], names: Sequence[str]) -> Answer:
    """asked: the cleaned form.  names: the service's clinics; used when as many are asked for."""
    wedge = Wedge(
        clinics=asked["clinics"],
        steps=asked["steps"],
        patients=asked["patients"] * asked["months"],
        sd=asked["sd"],
        icc=asked["icc"],
        autocorrelation=asked["autocorrelation"],
        decaying=asked["fading"] == "yes",
    )
    return Answer(
        name="wedge",
        question="Would such a rollout show the difference?",
        sentences=tuple(_sentences(wedge, asked)),
        tables=(_schedule(wedge, asked, names), _by_difference(wedge, asked), _by_steps(wedge, asked)),
        figures=(_figure(),),
        assumptions=ASSUMPTIONS,
        warnings=tuple(_warnings(wedge, asked)),
    )


def _power(wedge: Wedge, asked: Mapping, difference: float) -> float:
    """For a difference in those who receive ETMI."""
    return power(difference * asked["share"] / 100, standard_error(wedge), wedge.df, asked["alpha"] / 100)


def _smallest(wedge: Wedge, asked: Mapping) -> float:
    """In everybody, with or without ETMI."""
    return smallest_difference(standard_error(wedge), wedge.df, asked["alpha"] / 100, WANTED)


# Words


def _sentences(wedge: Wedge, asked: Mapping) -> Iterator[str]:
    difference, share = asked["difference"], asked["share"] / 100
    months = wedge.periods * asked["months"]
    patients = wedge.clinics * wedge.periods * wedge.patients
    alike = sorted(
        _power(replace(wedge, icc=min(factor * wedge.icc, 0.95)), asked, difference) for factor in (0.5, 2)
    )
    yield (
        f"If ETMI gives {number(difference)} points to those who receive it, and {percent(share)} of a trained "
        f"clinic's patients do, all patients together gain {number(difference * share)} points. The chance that this "
        f"rollout shows it is {percent(_power(wedge, asked, difference))} ({percent(alike[0])} to {percent(alike[1])} "
        "if patients of a clinic are twice or half as alike)."
    )
    least = _smallest(wedge, asked)
    yield (
        f"With a chance of {percent(WANTED)} it would show a difference of {number(least)} points in all patients: "
        f"{number(least / share)} points in those who receive ETMI."
    )
    yield (
        f"It takes {months} months and about {number(patients, 0)} measured patients: {wedge.periods} periods of "
        f"{asked['months']} months in {wedge.clinics} clinics, trained in {wedge.steps} steps."
    )


def _warnings(wedge: Wedge, asked: Mapping) -> Iterator[str]:
    overall = asked["difference"] * asked["share"] / 100
    plain = power(overall, standard_error(wedge), np.inf, asked["alpha"] / 100)
    few = f"{wedge.clinics} clinics are few, so the t distribution with {wedge.df} degrees of freedom is used"
    if wedge.clinics < FEW:
        yield f"{few}; the textbook formula would promise {percent(plain)}. Few clinics can also differ by bad luck."
    yield (
        "The likeness of patients is a guess before the rollout. If clinics change of themselves from period to "
        "period, the chance is smaller: look at it with a smaller cluster autocorrelation."
    )
    if wedge.clinics % wedge.steps:
        yield "The clinics cannot be shared out evenly among the steps: the first steps have one more."


# Tables and picture


def _schedule(wedge: Wedge, asked: Mapping, names: Sequence[str]) -> Table:
    """In the order of training; everyone has usual care in the first period."""
    if len(names) != wedge.clinics:
        names = [f"Clinic {k}" for k in range(1, wedge.clinics + 1)]
    steps = waves(wedge.clinics, wedge.steps)
    rows = tuple(
        (
            names[clinic],
            int(step),
            int(step) * asked["months"] + 1,
            *("ETMI" if period >= step else "usual care" for period in range(wedge.periods)),
        )
        for clinic, step in zip(drawn_order(wedge.clinics, asked["seed"]), steps, strict=True)
    )
    periods = (f"period_{period + 1}" for period in range(wedge.periods))
    return Table(
        name="wedge_schedule",
        title=f"Which clinic is trained when (order drawn with the number {asked['seed']})",
        columns=("clinic", "step", "trained_before_month", *periods),
        rows=rows,
        note=f"A period is {asked['months']} months. To be drawn once, before anybody has looked at results.",
    )


def _by_difference(wedge: Wedge, asked: Mapping) -> Table:
    share = asked["share"] / 100
    end = 2 * max(_smallest(wedge, asked) / share, asked["difference"])
    rows = tuple(
        (
            float(round(difference, 2)),
            float(round(difference * share, 2)),
            float(round(100 * _power(wedge, asked, difference), 1)),
        )
        for difference in np.linspace(0, end, 25)
    )
    return Table(
        name="wedge_by_difference",
        title="Chance to show the difference",
        columns=("difference_in_those_who_receive_ETMI", "difference_in_all", "chance_in_percent"),
        rows=rows,
        folded=True,
    )


def _by_steps(wedge: Wedge, asked: Mapping) -> Table:
    rows = []
    for steps in range(2, min(wedge.clinics, MOST_STEPS) + 1):
        other = replace(wedge, steps=steps)
        rows.append(
            (
                steps,
                other.periods * asked["months"],
                float(round(100 * _power(other, asked, asked["difference"]), 1)),
                float(round(_smallest(other, asked) * 100 / asked["share"], 2)),
            )
        )
    return Table(
        name="wedge_by_steps",
        title="The same clinics in more or fewer steps",
        columns=("steps", "months_in_all", "chance_in_percent", "smallest_difference_shown"),
        rows=tuple(rows),
        note=f"Smallest difference in those who receive ETMI that is shown with a chance of {percent(WANTED)}.",
    )


def _figure() -> Figure:
    return Figure(
        name="wedge_by_difference",
        title="Chance to show the difference, by its size in those who receive ETMI",
        kind="curve",
        table="wedge_by_difference",
        encoding={"x": "difference_in_those_who_receive_ETMI", "y": "chance_in_percent"},
        description="A curve that rises from the accepted chance of a false alarm, at no difference, towards 100.",
    )
