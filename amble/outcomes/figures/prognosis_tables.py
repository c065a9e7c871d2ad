"""Told and come: left-out patients by visit, by fifth of their outlook, and by group."""

from collections.abc import Iterator, Mapping

import numpy as np

from amble.evaluation.estimators.people_like_me_check import TOLERATED, Check
from amble.evaluation.marks import people, share
from amble.evaluation.report.numbers import label, word
from amble.evaluation.results import Cell, Table
from amble.outcomes.figures.prognosis_left_out import CHECKS, Found, Groups

COLUMNS = ("people", "percent_inside", "low", "high", "percent_at_or_above_middle", "told", "came")
DERIVED = dict.fromkeys(COLUMNS[1:], "people")


def by_visit(found: Found) -> Table:
    rows = [
        (visit, said, *_cells(check), None if check.slope is None else round(check.slope, 2))
        for visit in found.people.visits
        for kind, said in CHECKS.items()
        for check in (found.check(kind, visit),)
    ]
    return Table(
        "prognosis_by_visit",
        "Left-out patients: what was told, and what came",
        ("visit", "told_from", *COLUMNS, "slope"),
        tuple(rows),
        counts=("people",),
        derived=DERIVED | {"slope": "people"},
        note="Percent inside: of the range meant for 80%, with its interval. Slope: of what came on what was told; "
        "1 is meant. Function is 0 to 100, higher is better.",
    )


def by_group(found: Found, name: str, groups: Groups) -> Table:
    """Everybody and then each group, for each visit."""
    rows, sums = [], {}
    for visit in found.people.visits:
        whole = len(rows)
        everybody = np.any(list(groups.values()), axis=0)
        rows.append((visit, "everybody", *_cells(found.check("left_out", visit, everybody))))
        rows += [
            (visit, group, *_cells(found.check("left_out", visit, who))) for group, who in groups.items()
        ]
        sums[whole] = tuple(range(whole + 1, len(rows)))
    return Table(
        f"prognosis_by_{name.replace(' ', '_')}",
        f"Left-out patients by {name}",
        ("visit", name, *COLUMNS),
        tuple(rows),
        counts=("people",),
        derived=DERIVED,
        total_rows=sums,
        folded=True,
    )


def calibration(found: Found, visit: str, groups: Groups) -> Table:
    """The picture's: each fifth twice, as it came and as it would have come had it held exactly."""
    rows: list[tuple[Cell, ...]] = []
    for group, who in groups.items():
        check = found.check("left_out", visit, who)
        if check.told is not None:
            rows.append((group, check.n, round(check.told, 1), "as it came", round(check.came, 1)))
    rows += [(group, n, told, "as told", told) for group, n, told, *_ in list(rows)]
    return Table(
        "prognosis_calibration",
        f"Function told and come, by outlook: {word(visit)}",
        ("outlook", "people", "told", "line", "function"),
        tuple(rows),
        counts=("people",),
        derived={"told": "people", "function": "people"},
        folded=True,
    )


def missed(found: Found, name: str, groups: Groups, verdicts: Mapping[str, str]) -> Iterator[str]:
    """Groups who came out otherwise than told, at visits that are told."""
    for visit in (visit for visit, verdict in verdicts.items() if verdict == "good"):
        for group, who in groups.items():
            check = found.check("left_out", visit, who)
            if check.good is False:
                within = TOLERATED[0] <= check.inside <= TOLERATED[1]
                what = f"at or above the middle told: {_share(check, check.reached)}, where half are meant to"
                if not within:
                    what = f"in the range told: {_share(check, check.inside)}, where 80% are meant to"
                yield f"{label(visit)}, {name} {group}: of {people(check.n)} people, {what}."


def _share(check: Check, part: float) -> str:
    return share(round(part * check.n), check.n)


def _cells(check: Check) -> tuple[Cell, ...]:
    shares = (check.inside, check.inside_low, check.inside_high, check.reached)
    percents = (None if value is None else round(100 * value, 1) for value in shares)
    means = (None if value is None else round(value, 1) for value in (check.told, check.came))
    return (check.n, *percents, *means)
