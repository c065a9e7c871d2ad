"""An attacker with every stored table of a night in hand: is a hidden count what is left of the others?

Tables that slice the same people (by clinic, month, group, clinician) have the same sum in columns of the same name.
The attacker knows all of that, and which rows and columns add up. For each hidden count the least and the largest
value that fits everything shown is found by linear programming: hidden is hidden when they differ.
"""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from amble.evaluation.report.disclosure import HIDDEN, release_table, small
from amble.evaluation.results import Table
from amble.evaluation.study.model import Disclosure
from amble.outcomes.told import opened

RULE = Disclosure()
LARGE = 50  # the same sum under the same name is no coincidence from here on


@dataclass
class Attack:
    """bounds: least and largest of each cell.  counted: what it holds.  hidden: those not shown.

    equal, less: rows of coefficients whose sum is 0, or 0 at most.
    """

    bounds: list[tuple[float, float | None]] = field(default_factory=list)
    counted: list[float] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    equal: list[dict[int, float]] = field(default_factory=list)
    less: list[dict[int, float]] = field(default_factory=list)

    def cell(self, name: str, counted: float, shown) -> int:
        at = len(self.bounds)
        known = {small(RULE): (1, RULE.suppress_up_to), HIDDEN: (0, None)}
        self.bounds.append(known.get(shown, (shown, shown)))
        self.counted.append(counted)
        self.names.append(name)
        if shown in known:
            self.hidden.append(at)
        return at

    def untrue(self) -> list[str]:
        """Sums that a table claims and that do not hold: the attack, and the release, would rest on them."""
        wrong = [row for row in self.equal if abs(self._sum(row)) > 1e-6]
        return [" | ".join(self.names[at] for at in row) for row in wrong]

    def smaller(self, part: int, whole: int) -> None:
        """Those left after a step are a part of those before it; those without an answer need not be."""
        if self.counted[part] <= self.counted[whole]:
            self.less.append({part: 1.0, whole: -1.0})

    def _sum(self, row: dict[int, float]) -> float:
        return sum(value * self.counted[at] for at, value in row.items())

    def found_out(self) -> list[str]:
        n = len(self.bounds)
        matrices = {"A_eq": _matrix(self.equal, n), "b_eq": np.zeros(len(self.equal))}
        if self.less:
            matrices |= {"A_ub": _matrix(self.less, n), "b_ub": np.zeros(len(self.less))}
        return [self.names[at] for at in self.hidden if self._width(at, n, matrices) < 0.5]

    def _width(self, at: int, n: int, matrices: dict) -> float:
        ends = []
        for sign in (1, -1):
            found = linprog(sign * np.eye(1, n, at)[0], bounds=self.bounds, method="highs", **matrices)
            if found.status == 3:  # without a bound
                return np.inf
            assert found.status == 0, found.message
            ends.append(sign * found.fun)
        return ends[1] - ends[0]


def _matrix(rows: list[dict[int, float]], n: int):
    places = [(r, c, value) for r, row in enumerate(rows) for c, value in row.items()]
    r, c, values = zip(*places, strict=True)
    return coo_array((values, (r, c)), shape=(len(rows), n)).tocsr()


def attack(tables: list[tuple[str, Table, Table]]) -> list[str]:
    """tables: (whose, as counted, as shown). Names of the cells that can be worked out."""
    made, wholes = Attack(), defaultdict(list)
    for whose, counted, shown in tables:
        at = _cells(made, whose, counted, shown)
        _within(made, counted, at)
        for column in counted.counts:
            _sums(wholes, whose, counted, at, column)
    for first, *others in wholes.values():
        made.equal += [_minus(first, other) for other in others]
    assert made.untrue() == []
    return made.found_out()


def _sums(wholes: dict, whose: str, table: Table, at: dict, column: str) -> None:
    """What of this column is told elsewhere as well: the sum of its rows, and a clinic's row as that clinic's sum."""
    k = table.columns.index(column)
    rows = [r for r in range(len(table.rows)) if (r, column) in at]
    leaves = [r for r in rows if r not in table.total_rows and r not in table.nested_rows]
    total = sum(table.rows[r][k] for r in leaves)
    if total >= LARGE:
        wholes[whose, column, total].append({at[r, column]: 1.0 for r in leaves})
    by_clinic = "clinic" in table.columns
    for r in rows:
        if r in table.total_rows or by_clinic:
            owner = str(table.rows[r][table.columns.index("clinic")]) if by_clinic else whose
            wholes[owner, column, table.rows[r][k]].append({at[r, column]: 1.0})


def _minus(one: dict[int, float], other: dict[int, float]) -> dict[int, float]:
    return {at: one.get(at, 0.0) - other.get(at, 0.0) for at in {*one, *other}}


def _cells(made: Attack, whose: str, counted: Table, shown: Table) -> dict[tuple[int, str], int]:
    found = {}
    for column in counted.counts:
        k = counted.columns.index(column)
        for r, row in enumerate(counted.rows):
            if isinstance(row[k], int | float):
                name = f"{whose}: {counted.name}, row {r}, {column}"
                found[r, column] = made.cell(name, row[k], shown.rows[r][k])
    return found


def _within(made: Attack, table: Table, at: dict[tuple[int, str], int]) -> None:
    """What the table itself says of its sums."""
    for column in table.counts:
        for whole, parts in table.total_rows.items():
            if (whole, column) in at:
                row = {at[part, column]: 1.0 for part in parts if (part, column) in at}
                made.equal.append(row | {at[whole, column]: -1.0})
        for row, whole in table.nested_rows.items():
            if (row, column) in at and (whole, column) in at:
                made.smaller(at[row, column], at[whole, column])
    others = [c for c in table.counts if c != table.total_column and c not in table.parts]
    for r in range(len(table.rows)):
        for part, whole in table.parts.items():
            if (r, part) in at and (r, whole) in at:
                made.smaller(at[r, part], at[r, whole])
        if table.total_column and all((r, c) in at for c in (*others, table.total_column)):
            made.equal.append({at[r, c]: 1.0 for c in others} | {at[r, table.total_column]: -1.0})


def test_no_hidden_count_of_a_night_is_what_is_left_of_the_others(a_night):
    everything = []
    for told, content in a_night.sections:
        shown = {table.name: table for table in opened(content)[0].tables}
        whose = a_night.clinics.get(told.clinic, "service")
        everything += [(whose, table, shown[table.name]) for table in told.answer.tables if table.counts]
    assert len(everything) > 20
    assert attack(everything) == []


def test_the_attacker_finds_what_two_tables_released_apart_give_away():
    """Two clinics' months: the service's months minus one clinic's are the other's."""
    service = Table("months", "", ("month", "people"), (("May", 100), ("June", 55)), counts=("people",))
    clinics = Table("clinics", "", ("clinic", "people"), (("A", 65), ("B", 90)), counts=("people",))
    own = Table("months", "", ("month", "people"), (("May", 60), ("June", 5)), counts=("people",))
    tables = [("service", service, service), ("service", clinics, clinics)]
    assert attack([*tables, ("A", own, release_table(own, RULE))]) == ["A: months, row 1, people"]
