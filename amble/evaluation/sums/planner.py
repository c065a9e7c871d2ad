"""Merges the requests of all analyses into few passes over the data, and hands each its part of the result."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations_with_replacement

import numpy as np

from amble.evaluation.columns import scale_of
from amble.evaluation.sums.catalogue import Request
from amble.evaluation.sums.moments import Moments

Pair = tuple[str, str]


@dataclass
class Pass:
    """One group-by: counts, sums of `columns` and of products `pairs`, by `keys`, where `complete` was recorded."""

    keys: tuple[str, ...]
    complete: tuple[str, ...]
    columns: dict[str, None] = field(default_factory=dict)
    pairs: dict[Pair, None] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)

    def serves(self, request: Request) -> bool:
        """With the same keys columns can be added; with coarser keys the cells of this pass are added up."""
        if self.complete != request.complete:
            return False
        return self.keys == request.keys or (
            set(request.keys) <= set(self.keys)
            and set(columns_of(request)) <= set(self.columns)
            and set(pairs_of(request)) <= set(self.pairs)
        )

    def add(self, request: Request) -> None:
        self.requests.append(request)
        self.columns |= dict.fromkeys(columns_of(request))
        self.pairs |= dict.fromkeys(pairs_of(request))


def columns_of(request: Request) -> tuple[str, ...]:
    return request.columns if request.order else ()


def pairs_of(request: Request) -> list[Pair]:
    """Each unordered pair of columns once, in alphabetical order so that equal products are found."""
    if request.order < 2:
        return []
    return [tuple(sorted(pair)) for pair in combinations_with_replacement(request.columns, 2)]


def plan(requests: Iterable[Request]) -> list[Pass]:
    """Fine cells first, so that coarser requests find a pass to be summed from."""
    passes: list[Pass] = []
    ordered = sorted(dict.fromkeys(requests), key=lambda r: (-len(r.keys), -r.order, -len(r.columns)))
    for request in ordered:
        chosen = next((one for one in passes if one.serves(request)), None)
        if chosen is None:
            chosen = Pass(keys=request.keys, complete=request.complete)
            passes.append(chosen)
        chosen.add(request)
    return passes


@dataclass(frozen=True)
class PassResult:
    """keys: name -> (C,) codes.  n: (C,).  sums: column or pair -> (C,) int64. Cells in ascending order of keys."""

    keys: Mapping[str, np.ndarray]
    n: np.ndarray
    sums: Mapping[str | Pair, np.ndarray]


def part(result: PassResult, request: Request) -> Moments:
    """What `request` asked for: cells added up over the keys it does not name, columns in its own order."""
    keys, cell = cells({name: result.keys[name] for name in request.keys}, len(result.n))
    size = len(next(iter(keys.values()))) if keys else 1

    def total(values: np.ndarray) -> np.ndarray:
        summed = np.zeros(size, np.int64)
        np.add.at(summed, cell, values)
        return summed

    columns = columns_of(request)
    first = (
        np.stack([total(result.sums[name]) for name in columns], 1)
        if columns
        else np.zeros((size, 0), np.int64)
    )
    second = None
    if request.order == 2:
        k = len(columns)
        second = np.zeros((size, k, k), np.int64)
        for i, j in combinations_with_replacement(range(k), 2):
            second[:, i, j] = total(result.sums[tuple(sorted((columns[i], columns[j])))])
            second[:, j, i] = second[:, i, j]
    scale = np.array([scale_of(name) for name in columns], float)
    return Moments(keys, columns, total(result.n), first, second, scale)


def cells(keys: Mapping[str, np.ndarray], rows: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """The distinct combinations of key codes in ascending order, and for each row the cell it belongs to."""
    if not keys:
        return {}, np.zeros(rows, np.intp)
    if not rows:
        return {name: np.zeros(0, np.int64) for name in keys}, np.zeros(0, np.intp)
    code = np.zeros(rows, np.int64)
    for values in keys.values():
        low = int(values.min())
        code = code * (int(values.max()) - low + 1) + (values.astype(np.int64) - low)
    found, cell = np.unique(code, return_inverse=True)
    row = np.empty(len(found), np.intp)
    row[cell] = np.arange(rows)  # any row of a cell tells its keys
    return {name: values[row].astype(np.int64) for name, values in keys.items()}, cell
