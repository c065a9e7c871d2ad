"""Who is reached less: the groups of the effect's forest, because unequal reach is unequal care."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from amble.evaluation.analyses.groups import named
from amble.evaluation.columns import LEVELS, UNKNOWN
from amble.evaluation.estimators.shares import ShareDifference, share_difference
from amble.evaluation.marks import people
from amble.evaluation.report.disclosure import HIDDEN, hidden, release_table
from amble.evaluation.results import Answer, Cell, Figure, Table
from amble.outcomes.figures.words import percent, wilson
from amble.outcomes.material import Material
from amble.outcomes.told import Told

NAME = "reach_by_group"
# The levels are those of evaluation/cohort/landing; deprivation and language are as they stand in the snapshot.
VARIABLES = {
    "depression_or_anxiety": "CASE WHEN depression OR anxiety THEN 'yes' "
    "WHEN NOT depression AND NOT anxiety THEN 'no' END",
    "sex": "sex",
    "age_group": "CASE WHEN age_years < 45 THEN 'under 45' WHEN age_years < 65 THEN '45 to 64' ELSE '65 and over' END",
    "activity_level": "activity_level",
    "deprivation_quintile": "deprivation_quintile::VARCHAR",
    "language": "language",
}
MOST_LANGUAGES = 5
OTHER_LANGUAGES = "other languages"
ASSUMPTIONS = (
    "Groups differ in more than one way: older people may live near clinics that were trained late. Nothing is "
    "adjusted for here, so a difference is a reason to look, not yet its cause.",
    "The interval of a share counts patients of one physiotherapist as if they were not alike; that of a difference "
    "allows for it. Many groups are looked at, so some differences appear by chance.",
)


@dataclass(frozen=True)
class Group:
    variable: str
    level: str
    eligible: int
    receiving: int
    gap: ShareDifference

    @property
    def is_known(self) -> bool:
        return self.level != UNKNOWN

    @property
    def words(self) -> str:
        return f"{named(self.variable)}: {self.level}"


def section(material: Material) -> Told:
    """Needs the view `reach_episodes` of reach_counts."""
    groups = [group for name in VARIABLES for group in _groups(material, name)]
    table = _table(material, groups)
    figure = Figure(
        name=NAME,
        title="Difference in reach from all others",
        kind="forest",
        table=NAME,
        encoding={"y": "group", "x": "difference_points", "low": "difference_low", "high": "difference_high"},
        description="For each group: by how many percentage points its share who received ETMI differs from that of "
        "all others, with 95% intervals. Left of nought: reached less. "
        "Deprivation fifth 1 is the most deprived.",
    )
    answer = Answer(
        name=NAME,
        question="Is everybody reached alike?",
        sentences=tuple(_sentences(groups, table)),
        tables=(table,),
        figures=(figure,),
        assumptions=ASSUMPTIONS,
    )
    return Told("for_whom", answer)


def _groups(material: Material, variable: str) -> Iterator[Group]:
    counted = material.con.execute(
        f"SELECT coalesce({VARIABLES[variable]}, '{UNKNOWN}'), clinician_id, count(*), count(*) FILTER (has_etmi) "
        "FROM reach_episodes GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    names = sorted({row[1] for row in counted})
    place = {clinician: index for index, clinician in enumerate(names)}
    sums: dict[str, np.ndarray] = {}
    for level, clinician, n, yes in counted:
        sums.setdefault(level, np.zeros((len(names), 2)))[place[clinician]] += (yes, n)
    everybody = sum(sums.values(), np.zeros((len(names), 2)))
    for level, own in _in_order(variable, sums):
        rest = everybody - own
        gap = share_difference(
            np.stack([own[:, 0], rest[:, 0]], axis=1),
            np.stack([own[:, 1], rest[:, 1]], axis=1),
            material.study.confidence,
        )
        yield Group(variable, level, int(own[:, 1].sum()), int(own[:, 0].sum()), gap)


def _in_order(variable: str, sums: dict[str, np.ndarray]) -> Iterator[tuple[str, np.ndarray]]:
    """The levels in the order of the report; languages by how many speak them, the rare ones together."""
    if variable != "language":
        yield from ((level, sums[level]) for level in LEVELS[variable] if level in sums)
        return
    spoken = sorted((level for level in sums if level != UNKNOWN), key=lambda level: -sums[level][:, 1].sum())
    yield from ((level, sums[level]) for level in spoken[:MOST_LANGUAGES])
    if spoken[MOST_LANGUAGES:]:
        yield OTHER_LANGUAGES, sum(sums[level] for level in spoken[MOST_LANGUAGES:])
    if UNKNOWN in sums:
        yield UNKNOWN, sums[UNKNOWN]


def _table(material: Material, groups: list[Group]) -> Table:
    """Released with a sum for each variable: its groups make up everybody."""
    cells = _released(material, groups)
    rows = []
    for group, (eligible, receiving) in zip(groups, cells, strict=True):
        gone = hidden(eligible) or hidden(receiving)
        gap = (HIDDEN,) * 3 if gone else _points(group)
        share = percent(receiving, eligible)
        ends = wilson(receiving, eligible, material.study.confidence)
        level = group.level if group.is_known else "not recorded"
        rows.append((f"{named(group.variable)}: {level}", eligible, receiving, share, *ends, *gap))
    return Table(
        name=NAME,
        title="Eligible patients who received ETMI, by group",
        columns=(
            *("group", "eligible", "receiving", "percent", "low", "high"),
            *("difference_points", "difference_low", "difference_high"),
        ),
        rows=tuple(rows),
        note="Difference: this group minus all others, in percentage points.",
    )


def _released(material: Material, groups: list[Group]) -> list[tuple[Cell, Cell]]:
    rows: list[tuple[Cell, ...]] = [(group.words, group.eligible, group.receiving) for group in groups]
    sums = {}
    for variable in VARIABLES:
        mine = [index for index, group in enumerate(groups) if group.variable == variable]
        if mine:
            sums[len(rows)] = tuple(mine)
            rows.append((variable, *(sum(rows[index][column] for index in mine) for column in (1, 2))))
    table = Table(
        *("together", "", ("group", "eligible", "receiving"), tuple(rows)),
        counts=("eligible", "receiving"),
        parts={"receiving": "eligible"},
        total_rows=sums,
    )
    return [(row[1], row[2]) for row in release_table(table, material.study.disclosure).rows[: len(groups)]]


def _points(group: Group) -> tuple[Cell, Cell, Cell]:
    ends = (group.gap.difference, group.gap.low, group.gap.high)
    return tuple(None if end is None else round(100 * end, 1) + 0.0 for end in ends)


def _sentences(groups: list[Group], table: Table) -> Iterator[str]:
    """Only of groups whose numbers are shown."""
    shown = {row[0]: row for row in table.rows if not any(hidden(cell) for cell in row)}
    if not shown:
        yield "Too few patients for a comparison of groups."
        return
    less = [
        g for g in groups if g.is_known and g.words in shown and g.gap.high is not None and g.gap.high < 0
    ]
    yield "Unequal reach is unequal care."
    if not less:
        yield "No group is reached less than the others beyond what chance alone would show."
    for group in sorted(less, key=lambda group: group.gap.difference):
        own, points = shown[group.words], _points(group)
        yield (
            f"Reached less ({group.words}): {own[3]:.0f}% of {people(own[1])} received ETMI, "
            f"{-points[0]:.0f} percentage points fewer than of all others ({-points[2]:.0f} to {-points[1]:.0f})."
        )
