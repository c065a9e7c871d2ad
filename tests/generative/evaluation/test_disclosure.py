"""Nobody who knows the sums of a released table can work out a count that was suppressed.

The attack here is the plain one: try every table that fits what is shown.
"""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from amble.evaluation.report.disclosure import HIDDEN, hidden, release_table
from amble.evaluation.results import Table
from amble.evaluation.study.model import Disclosure

COLUMNS = ("etmi", "usual_care", "total")


def crossed(counts: np.ndarray, share: bool = False) -> Table:
    """Counts with a total row above and a total column beside them."""
    whole = np.vstack([counts.sum(0), counts])
    whole = np.column_stack([whole, whole.sum(1)])
    rows = [("all", *map(int, whole[0]))] + [
        (f"group {i}", *map(int, row)) for i, row in enumerate(whole[1:])
    ]
    return Table(
        "crossed",
        "Counts",
        ("group", *COLUMNS, *(("percent",) if share else ())),
        tuple((*row, 100 * row[1] / max(row[3], 1)) if share else tuple(row) for row in rows),
        counts=COLUMNS,
        total_column="total",
        total_rows={0: tuple(range(1, len(rows)))},
        derived={"percent": "etmi"} if share else {},
    )


def inner_cells(rows: int) -> st.SearchStrategy[np.ndarray]:
    cell = st.one_of(st.integers(0, 5), st.integers(6, 14))
    return st.lists(cell, min_size=2 * rows, max_size=2 * rows).map(lambda x: np.array(x).reshape(rows, 2))


def fits(shown: tuple, counts: np.ndarray, most: int) -> np.ndarray:
    """(tables, 4) the inner cells of every 2 x 2 table of whole numbers that agrees with what is shown."""
    possible = {f"≤{most}": np.arange(1, most + 1), HIDDEN: np.arange(1, counts.sum() + most + 3)}
    inner = [possible.get(cell, np.array([cell])) for row in shown[1:] for cell in row[1:3]]
    a, b, c, d = (grid.ravel() for grid in np.meshgrid(*inner))
    sums = {(0, 1): a + c, (0, 2): b + d, (0, 3): a + b + c + d, (1, 3): a + b, (2, 3): c + d}
    agrees = np.ones(len(a), bool)
    for (r, column), value in sums.items():
        cell = shown[r][column]
        agrees &= np.isin(value, possible[cell]) if hidden(cell) else value == cell
    return np.column_stack([a, b, c, d])[agrees]


@settings(max_examples=50, deadline=None)
@given(counts=inner_cells(2), most=st.integers(1, 5))
def test_every_suppressed_count_could_be_another(counts, most):
    table = crossed(counts)
    shown = release_table(table, Disclosure(suppress_up_to=most)).rows
    tables = fits(shown, counts, most)
    for k, truth in enumerate(counts.ravel()):
        assert truth in tables[:, k]
        if 1 <= truth <= most:
            assert len(set(tables[:, k])) >= 2


@settings(max_examples=80, deadline=None)
@given(counts=st.integers(2, 7).flatmap(inner_cells), most=st.integers(1, 9))
def test_no_suppressed_count_is_a_combination_of_shown_ones(counts, most):
    """Adding and subtracting reaches a hidden cell exactly when its unit vector is a combination of the sums."""
    table = crossed(counts)
    shown = release_table(table, Disclosure(suppress_up_to=most)).rows
    size = len(shown)
    sums = []
    for r in range(size):
        sums.append([(r, 1, 1), (r, 2, 1), (r, 3, -1)])
    for column in (1, 2, 3):
        sums.append([(0, column, -1)] + [(r, column, 1) for r in range(1, size)])
    unknown = [(r, c) for r in range(size) for c in (1, 2, 3) if hidden(shown[r][c])]
    lines = [{(r, c): k for r, c, k in line} for line in sums]
    matrix = np.array([[line.get(cell, 0) for cell in unknown] for line in lines])
    for k, (r, c) in enumerate(unknown):
        if 1 <= table.rows[r][c] <= most:
            unit = np.zeros((1, len(unknown)))
            unit[0, k] = 1
            assert np.linalg.matrix_rank(np.vstack([matrix, unit])) > np.linalg.matrix_rank(matrix)


@settings(max_examples=80, deadline=None)
@given(counts=inner_cells(3), most=st.integers(0, 9), base=st.sampled_from([1, 5, 10]))
def test_zero_stays_zero_small_goes_the_rest_is_rounded(counts, most, base):
    table = crossed(counts, share=True)
    released = release_table(table, Disclosure(suppress_up_to=most, round_to=base))
    for old, new in zip(table.rows, released.rows, strict=True):
        for before, after in zip(old[1:4], new[1:4], strict=True):
            if 1 <= before <= most:
                assert hidden(after)
            elif after != HIDDEN:
                assert after % base == 0 and abs(after - before) <= base / 2
            assert before != 0 or after == 0
        assert not hidden(new[1]) or new[4] == HIDDEN
    if not any(1 <= cell <= most for row in table.rows for cell in row[1:4]):
        assert not any(hidden(cell) for row in released.rows for cell in row)


@settings(max_examples=100, deadline=None)
@given(data=st.lists(st.integers(0, 9), min_size=2, max_size=6), start=st.integers(20, 60))
def test_what_each_step_leaves_out_stays_unknown(data, start):
    """Attrition: those left after each exclusion. A step that excludes few is hidden by hiding who was left."""
    left = [start]
    for excluded in data:
        left.append(max(left[-1] - excluded, 0))
    rows = tuple((f"step {i}", n) for i, n in enumerate(left))
    table = Table(
        "flow", "", ("step", "n"), rows, counts=("n",), nested_rows={i: i - 1 for i in range(1, len(rows))}
    )
    shown = [row[1] for row in release_table(table, Disclosure()).rows]
    for before, after, a, b in zip(left, left[1:], shown, shown[1:], strict=False):
        if 1 <= before - after <= 7:
            assert hidden(a) or hidden(b)
