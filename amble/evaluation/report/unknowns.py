"""What an outsider can work out about hidden counts from the ones that are shown. Knows nothing of tables.

Counts are numbered 0, 1, 2 ... A relation says that one count is the sum of others, perhaps with a rest that no
cell shows (those with an event and those without: the rest is the second). An outsider knows the relations, every
shown count, that a count marked small lies between 1 and `most`, and that any other hidden count is not zero.
See docs/methods/disclosure.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

GOLDEN = (5**0.5 - 1) / 2  # its multiples, less their whole parts, are all different
SAME = 1e-6


@dataclass(frozen=True)
class Relation:
    """counts[whole] = sum of counts[parts] (+ a rest that is not shown, when `with_rest`).

    whole_first: rather hide the whole. Those before an exclusion stand in one table, those after it in all of them.
    """

    whole: int
    parts: tuple[int, ...]
    with_rest: bool = False
    whole_first: bool = False


@dataclass
class System:
    """values: shown or hidden counts first, then one rest per relation that has one (disclosure-2).

    matrix @ values = 0.  small: indices that must not be worked out.  hidden: indices that are not shown.
    marked: those of them of which it is said that they are small.  late: (relations, values) hidden last.
    """

    values: np.ndarray
    matrix: np.ndarray
    cells: int
    most: int
    hidden: set[int]
    marked: set[int]
    late: np.ndarray

    @property
    def small(self) -> list[int]:
        return [i for i, value in enumerate(self.values) if 1 <= value <= self.most]


def hide(values: Sequence[int], relations: Sequence[Relation], most: int) -> tuple[set[int], set[int]]:
    """The counts marked as small, and the further ones that are hidden so that no small one can be worked out.

    Where nothing is left to hide, a sum of small counts loses its mark: 2 or fewer, in two groups, is one each.
    """
    system = _system(values, relations, most)
    system.marked = {i for i in system.small if i < system.cells}
    system.hidden = system.marked | set(range(system.cells, len(system.values)))
    while (alone := _alone(system)) and (more := _next_to_hide(system, alone)) is not None:
        system.hidden.add(more)
    exposed = solvable(system, system.small)
    while exposed:
        more = _next_to_hide(system, exposed)
        if more is not None:
            system.hidden.add(more)
        elif system.marked:
            sums = {i for i in system.marked if (system.matrix[:, i] < 0).any()}
            system.marked.discard(min(sums or system.marked & set(exposed) or system.marked))
        else:
            break
        exposed = solvable(system, exposed)  # hiding more makes no safe count unsafe
    return system.marked, {i for i in system.hidden if i < system.cells} - system.marked


def _alone(system: System) -> list[int]:
    """Small counts that are the only unknown of a sum: seen without solving anything, and the most usual case."""
    unknown = np.zeros(len(system.values), bool)
    unknown[list(system.hidden)] = True
    lines = (system.matrix != 0) & unknown
    single = lines[lines.sum(axis=1) == 1].any(axis=0)
    return [i for i in system.small if single[i]]


def solvable(system: System, among: Sequence[int]) -> list[int]:
    """The small counts among some for which only one value fits everything that is shown (disclosure-3).

    Each programme finds one other table that fits; every small count that differs in it is safe, so that
    usually two programmes settle all of them. Where a sum of all with uneven weights has one value only, so has each.
    """
    open_, columns = list(among), sorted(system.hidden)
    if not open_:
        return []
    position = {index: k for k, index in enumerate(columns)}
    shown = [i for i in range(len(system.values)) if i not in system.hidden]
    left, right = system.matrix[:, columns], -system.matrix[:, shown] @ system.values[shown]
    bounds = [_bounds(system, index) for index in columns]
    exposed: list[int] = []
    while open_:
        goal = np.zeros(len(columns))
        goal[[position[i] for i in open_]] = 1 + np.arange(1, len(open_) + 1) * GOLDEN % 1
        found = [_another(goal * sign, left, right, bounds) for sign in (1, -1)]
        moved = _moved(found, open_, position, system)
        if not moved and abs(goal @ (found[0] - found[1])) < SAME:
            return exposed + open_
        if not moved:
            goal = np.zeros(len(columns))
            goal[position[open_[0]]] = 1.0
            found = [_another(goal * sign, left, right, bounds) for sign in (1, -1)]
            moved = _moved(found, open_, position, system)
            if open_[0] not in moved:
                exposed.append(open_[0])
                moved.add(open_[0])
        open_ = [i for i in open_ if i not in moved]
    return exposed


def _moved(tables: list[np.ndarray], among: list[int], position: dict[int, int], system: System) -> set[int]:
    """Those that differ from the truth in some table that fits."""
    return {i for i in among for x in tables if abs(x[position[i]] - system.values[i]) > 0.5}


def _another(goal: np.ndarray, left: np.ndarray, right: np.ndarray, bounds: list) -> np.ndarray:
    """A table that fits; the truth always does. Should the solver fail, none: then more is hidden."""
    found = linprog(goal, A_eq=left, b_eq=right, bounds=bounds, method="highs").x
    return np.full(len(goal), np.nan) if found is None else found


def _bounds(system: System, index: int) -> tuple[int, int]:
    large = 2 * int(system.values.max()) + 2 * system.most + 2  # so that every programme has an end
    if index >= system.cells:
        return 0, large
    return (1, system.most) if index in system.marked else (1, large)


def _system(values: Sequence[int], relations: Sequence[Relation], most: int) -> System:
    """A relation whose parts do not add up has a rest, whether or not it was said to have one."""
    everything, rows = [int(value) for value in values], []
    for relation in relations:
        rest = everything[relation.whole] - sum(everything[part] for part in relation.parts)
        row = {relation.whole: -1.0} | dict.fromkeys(relation.parts, 1.0)
        if relation.with_rest or rest != 0:
            row[len(everything)] = 1.0 if rest >= 0 else -1.0
            everything.append(abs(rest))
        rows.append(row)
    matrix = np.zeros((len(rows), len(everything)))
    for r, row in enumerate(rows):
        matrix[r, list(row)] = list(row.values())
    late = (matrix < 0) ^ (np.array([[relation.whole_first] for relation in relations], bool).reshape(-1, 1))
    return System(np.array(everything, float), matrix, len(values), most, set(), set(), late)


def _next_to_hide(system: System, exposed: list[int]) -> int | None:
    """The smallest shown count that protects: from a line with one unknown first, a sum only as a last resort."""
    near = _connected(system, exposed)
    used = system.matrix != 0
    unknown = used[:, sorted(system.hidden)].sum(axis=1)
    alone = [r for r in near if unknown[r] == 1]
    for lines in (alone, near):
        candidates = {
            (system.late[r, i], system.values[i], i)
            for r in lines
            for i in np.flatnonzero(used[r])
            if i not in system.hidden and system.values[i] > 0
        }
        if candidates:
            return int(min(candidates)[2])
    return None


def _connected(system: System, start: list[int]) -> list[int]:
    """The relations that can be reached from some counts through hidden counts."""
    used = system.matrix != 0
    lines, reached, hidden = (np.zeros(size, bool) for size in (len(used), *2 * (used.shape[1],)))
    reached[start], hidden[list(system.hidden)] = True, True
    while True:
        found = used[:, reached].any(axis=1) & ~lines
        if not found.any():
            return np.flatnonzero(lines).tolist()
        lines |= found
        reached |= used[found].any(axis=0) & hidden
