"""Sums that may leave the building: no cell and no category within a cell stands for 1 to `suppress_up_to` people.

A cell too small is joined to the cell that lacks its latest visit (those scores are set aside) until it is large
enough; a cell without visits that is still too small is left out. A category with too few people in a cell is counted
there with the reference level. Where too few people share two categories, what would be expected if these had nothing
to do with each other stands instead of their count. Every step is counted, and the file says how much was set aside.
"""

from dataclasses import dataclass, replace
from itertools import permutations

import numpy as np

from amble.evaluation.sums.moments import Moments


@dataclass(frozen=True)
class SetAside:
    """scores: values at a visit no longer used.  episodes: left out.  categories: people counted with the reference."""

    scores: int = 0
    episodes: int = 0
    categories: int = 0

    def __add__(self, other: "SetAside") -> "SetAside":
        return SetAside(
            self.scores + other.scores, self.episodes + other.episodes, self.categories + other.categories
        )


def release(moments: Moments, outcome: str, visits: tuple[str, ...], most: int) -> tuple[Moments, SetAside]:
    """moments: of catalogue.released.  visits: of the study, in the order of the pattern's bits."""
    joined, scores = _join_small_cells(moments, outcome, visits, most)
    large = joined.n > most
    episodes = int(joined.n[~large].sum())
    kept = _only(joined, large)
    clean, categories = _hide_rare_categories(kept, most)
    return clean, SetAside(scores, episodes, categories)


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


def _hide_rare_categories(moments: Moments, most: int) -> tuple[Moments, int]:
    """Categories are columns "name:level"; what two of them share must be large too, and so must the level left out."""
    terms = [k for k, name in enumerate(moments.columns) if ":" in name]
    people = 0
    for k in terms:
        moments, hidden = _hidden(moments, k, (moments.first[:, k] > 0) & (moments.first[:, k] <= most))
        people += hidden
    for name in dict.fromkeys(moments.columns[k].partition(":")[0] for k in terms):
        own = [k for k in terms if moments.columns[k].startswith(f"{name}:")]
        for _ in own:
            left_out = moments.n - moments.first[:, own].sum(1)
            exposed = (left_out > 0) & (left_out <= most)
            counts = np.where(moments.first[:, own] > 0, moments.first[:, own], np.iinfo(np.int64).max)
            for at, k in enumerate(own):
                moments, hidden = _hidden(moments, k, exposed & (counts.argmin(1) == at))
                people += hidden
    second = moments.second.copy()
    for i, j in permutations(terms, 2):
        both, size = second[:, i, j], np.maximum(moments.n, 1)
        expected = np.rint(moments.first[:, i] * moments.first[:, j] / size).astype(np.int64)
        same = moments.columns[i].partition(":")[0] == moments.columns[j].partition(":")[0]
        second[:, i, j] = np.where((both > most) | (both == 0) | same, both, expected)
    return replace(moments, second=second), people


def _hidden(moments: Moments, column: int, cells: np.ndarray) -> tuple[Moments, int]:
    return _without(moments, cells, moments.columns[column]), int(moments.first[cells, column].sum())
