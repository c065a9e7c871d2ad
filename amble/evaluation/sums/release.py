"""Sums that may leave the building: no count of 1 to `suppress_up_to` people is in them, or can be worked out.

A cell with too few episodes is joined to the cell that lacks its latest visit (those scores are set aside) until it is
large enough; one that stays too small is left out. A category that is rare in either arm is counted with the level left
out, in both arms alike. Where cells hold too few of some category, that covariate's sums are spread evenly over these
cells. Every step is counted, and the file says so.
"""

from dataclasses import dataclass, replace
from itertools import permutations

import numpy as np

from amble.evaluation.sums.moments import Moments

# A category with fewer people than fill this many cells tells little and would show in many.
CELLS_PER_CATEGORY = 5


@dataclass(frozen=True)
class SetAside:
    """scores: values at a visit no longer used.  episodes: left out.  categories: people of rare categories, counted
    with the level left out.  expected: episodes in cells where a covariate's sums are those expected.
    """

    scores: int = 0
    episodes: int = 0
    categories: int = 0
    expected: int = 0


def release(moments: Moments, outcome: str, visits: tuple[str, ...], most: int) -> tuple[Moments, SetAside]:
    """moments: of catalogue.released.  visits: of the study, in the order of the pattern's bits."""
    joined, scores = _join_small_cells(moments, outcome, visits, most)
    large = joined.n > most
    common, categories = _without_rare_categories(_only(joined, large), most)
    filled = np.zeros(len(common.n), bool)
    for own in _covariates(common):
        common, cells = _with_expected(common, own, most)
        filled |= cells
    aside = SetAside(scores, int(joined.n[~large].sum()), categories, int(common.n[filled].sum()))
    return _hide_rare_pairs(common, most), aside


def _terms(moments: Moments) -> list[int]:
    """Categories are columns "name:level"."""
    return [k for k, name in enumerate(moments.columns) if ":" in name]


def _covariates(moments: Moments) -> list[list[int]]:
    """The columns of each covariate that has categories."""
    names = dict.fromkeys(moments.columns[k].partition(":")[0] for k in _terms(moments))
    return [[k for k in _terms(moments) if moments.columns[k].startswith(f"{name}:")] for name in names]


def _join_small_cells(
    moments: Moments, outcome: str, visits: tuple[str, ...], most: int
) -> tuple[Moments, int]:
    key = f"{outcome}_pattern"
    scores = 0
    for bit in reversed(range(len(visits))):
        pattern = moments.keys[key]
        small = (moments.n <= most) & (pattern >> bit & 1 == 1)
        scores += int(moments.n[small].sum())
        moments = _without(moments, small, f"{outcome}_{visits[bit]}")
        moments = _added_up(moments, {**moments.keys, key: np.where(small, pattern & ~(1 << bit), pattern)})
    return moments, scores


def _without_rare_categories(moments: Moments, most: int) -> tuple[Moments, int]:
    """The same rule in both arms, so that no arm's categories are blurred more than the other's."""
    people = 0
    everywhere = np.ones(len(moments.n), bool)
    for k in _terms(moments) if most else ():
        by_arm = [int(moments.first[moments.keys["arm"] == arm, k].sum()) for arm in (0, 1)]
        if sum(by_arm) and min(by_arm) < CELLS_PER_CATEGORY * (most + 1):
            people += sum(by_arm)
            moments = _without(moments, everywhere, moments.columns[k])
    return moments, people


def _with_expected(moments: Moments, own: list[int], most: int) -> tuple[Moments, np.ndarray]:
    """One covariate's sums in the cells that hold too few of one of its levels, spread evenly over these cells.

    What they hold together is kept to the last person where that is no small count: each cell gets its part by size.
    Else the shares of the arm's other cells stand instead.
    """
    levels = moments.first[:, own]
    counts = np.column_stack([levels, moments.n - levels.sum(1)])
    small = ((counts > 0) & (counts <= most)).any(1)
    if not small.any():
        return moments, small
    first, second = moments.first.astype(float), moments.second.astype(float)
    for arm in (0, 1):
        mine = small & (moments.keys["arm"] == arm)
        together = counts[mine].sum(0)
        kept = not ((together > 0) & (together <= most)).any()
        base = mine if kept else ~small & (moments.keys["arm"] == arm)
        if not base.any():
            base = ~small
        people = max(int(moments.n[base].sum()), 1)
        columns = np.maximum(np.abs(moments.first[base].sum(0)), 1)
        for k in own:
            first[mine, k] = moments.first[base, k].sum() / people * moments.n[mine]
            rate = moments.second[base, k, :].sum(0) / columns
            second[mine, k, :] = second[mine, :, k] = rate * moments.first[mine]
        for k in own:
            second[np.ix_(mine, own, [k])] = second[np.ix_(mine, [k], own)] = 0
            second[mine, k, k] = first[mine, k]
    whole = {"first": np.rint(first).astype(np.int64), "second": np.rint(second).astype(np.int64)}
    return replace(moments, **whole), small


def _without(moments: Moments, cells: np.ndarray, column: str) -> Moments:
    """The same cells with one column's sums forgotten."""
    if column not in moments.columns:
        return moments
    at = moments.columns.index(column)
    first, second = moments.first.copy(), moments.second.copy()
    first[cells, at] = 0
    second[cells, at, :] = 0
    second[cells, :, at] = 0
    return replace(moments, first=first, second=second)


def _added_up(moments: Moments, keys: dict[str, np.ndarray]) -> Moments:
    """Cells that now have the same keys become one."""
    table = np.stack(list(keys.values()), 1)
    distinct, cell = np.unique(table, axis=0, return_inverse=True)
    n = np.zeros(len(distinct), np.int64)
    first = np.zeros((len(distinct), moments.first.shape[1]), np.int64)
    second = np.zeros((len(distinct), *moments.second.shape[1:]), np.int64)
    for total, values in ((n, moments.n), (first, moments.first), (second, moments.second)):
        np.add.at(total, cell.ravel(), values)
    named = dict(zip(keys, distinct.T, strict=True))
    return replace(moments, keys=named, n=n, first=first, second=second)


def _only(moments: Moments, cells: np.ndarray) -> Moments:
    return replace(
        moments,
        keys={name: codes[cells] for name, codes in moments.keys.items()},
        n=moments.n[cells],
        first=moments.first[cells],
        second=moments.second[cells],
    )


def _hide_rare_pairs(moments: Moments, most: int) -> Moments:
    second = moments.second.copy()
    for i, j in permutations(_terms(moments), 2):
        both, size = second[:, i, j], np.maximum(moments.n, 1)
        expected = np.rint(moments.first[:, i] * moments.first[:, j] / size).astype(np.int64)
        same = moments.columns[i].partition(":")[0] == moments.columns[j].partition(":")[0]
        second[:, i, j] = np.where((both > most) | (both == 0) | same, both, expected)
    return replace(moments, second=second)
