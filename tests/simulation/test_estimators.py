"""Every estimator of the report on invented services whose truth is known: bias, coverage, type I error.

A small run of the harness of `script/bench/run simulations`, whose large run is docs/generated/simulation.md. Limits
are in script/bench/simulation/judgement.py: a small tolerance and four simulation errors. After 25 services the
simulation error of the coverage of one estimate is (0.95 * 0.05 / 25) ** 0.5 = 4.4 points, so four of them leave
75%; an interval half as wide as it should be covers 67%, and its standard error is found out besides. Estimators that
give several estimates have narrower limits.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from amble.evaluation.results import Estimate
from script.bench.simulation import estimands, judgement
from script.bench.simulation.replicates import Replicate, run
from script.bench.simulation.summary import Row, summarise
from script.bench.simulation.truths import Truths

SERVICES, REPETITIONS = 25, 99
NAMES = (
    "null",
    "unrelated",
)  # no effect, but patients of a clinician alike; an effect, and patients unrelated
# Given only when the total effect is far from zero.
SOMETIMES = {one.name for one in estimands.estimators() if one.contrast == "proportion_mediated"}
# Products of two paths that are both nothing have intervals so wide that half of them would do.
CAUTIOUS = {one.name for one in estimands.estimators() if one.contrast == "indirect_effect"}


def test_every_estimator_does_its_work_and_a_broken_one_is_noticed() -> None:
    """One test, so that the services are made once."""
    truths = {name: Truths(estimands.scenarios()[name], services=5) for name in NAMES}
    made = {name: list(run(name, range(1, SERVICES + 1), REPETITIONS)) for name in NAMES}
    rows = rows_of(made, truths)
    every = {one.name for one in estimands.estimators()}
    assert {(r.scenario.name, r.estimator.name): f for r in rows if (f := judgement.faults(r))} == {}
    assert every - {row.estimator.name for row in rows} - SOMETIMES == set()
    assert without_truth(rows) <= {
        ("unrelated", "paths"),
        ("null", "interaction"),
        ("unrelated", "interaction"),
    }
    assert unnoticed(made, truths, halved, lambda one: (*one.bias, *one.interval)) - CAUTIOUS == set()
    assert unnoticed(made, truths, shifted, lambda one: one.bias) == set()


def test_a_method_without_a_row_is_noticed() -> None:
    new = Estimate("function", "12m", "difference", "brand_new", "ATE", 1.0)
    with pytest.raises(KeyError, match="brand_new"):
        estimands.of(new)


def test_reasons_and_scenarios_are_those_of_the_files() -> None:
    for one in estimands.estimators():
        for scenario in estimands.scenarios().values():
            assert scenario.parameters
            assert all(estimands.holding((*one.bias, *one.interval), scenario))


def rows_of(made: dict[str, list[Replicate]], truths: dict[str, Truths]) -> list[Row]:
    return [row for name in NAMES for row in summarise(made[name], truths[name])]


def without_truth(rows: list[Row]) -> set[tuple[str, str]]:
    """What has an interval but no truth. Between more than two groups there is a test, but no one number."""
    return {
        (row.scenario.name, row.estimator.truth)
        for row in rows
        if row.with_interval and row.estimator.name not in SOMETIMES
        if any(target["truth"] is None for target in row.targets)
    }


def unnoticed(
    made: dict[str, list[Replicate]],
    truths: dict[str, Truths],
    damage: Callable[[Estimate], Estimate],
    reasons: Callable[[estimands.Estimator], Iterable[str]],
) -> set[str]:
    """Estimators that are judged in some scenario, and in none found wrong when all their estimates are damaged."""
    broken = {
        name: [replace(one, estimates=tuple(map(damage, one.estimates))) for one in made[name]]
        for name in NAMES
    }
    judged, noticed = set(), set()
    for row in rows_of(broken, truths):
        if row.bias is not None and not estimands.holding(tuple(reasons(row.estimator)), row.scenario):
            judged.add(row.estimator.name)
            noticed |= {row.estimator.name} if judgement.faults(row) else set()
    assert len(judged) > 25
    return judged - noticed


def halved(e: Estimate) -> Estimate:
    """The same estimate, twice as sure as it should be."""
    if e.estimate is None or e.ci_low is None or e.ci_high is None:
        return e
    low, high = ((e.estimate + end) / 2 for end in (e.ci_low, e.ci_high))
    return replace(e, se=None if e.se is None else e.se / 2, ci_low=low, ci_high=high)


def shifted(e: Estimate) -> Estimate:
    """Off by a standard error and a half."""
    if e.estimate is None or e.ci_low is None or e.ci_high is None:
        return e
    by = 1.5 * (e.ci_high - e.ci_low) / 4
    return replace(e, estimate=e.estimate + by, ci_low=e.ci_low + by, ci_high=e.ci_high + by)
