"""Carries out a planned pass: in memory for a cohort that fits there, else in the engine; the integers are equal."""

from collections.abc import Mapping, Sequence

import ibis
import numpy as np
from ibis.expr.types import Value

from amble.evaluation.engine import Engine
from amble.evaluation.sums.planner import Pass, PassResult, cells

Levels = Mapping[str, tuple[str, ...]]
WIDE_VALUES = {"cost", "minutes"}  # their products do not fit 32 bits


def run_in_memory(one: Pass, columns: Mapping[str, np.ndarray], levels: Levels) -> PassResult:
    """columns: name -> float64 array in landed integer units, NaN for null.

    Sums go through float64, exact below 2**53: ten million products of tenths stay a thousand times below it.
    """
    rows = len(next(iter(columns.values())))
    use = np.ones(rows, bool)
    for name in one.complete:
        use &= ~np.isnan(columns[name])
    keys, cell = cells({name: columns[name][use] for name in one.keys}, int(use.sum()))
    size = len(next(iter(keys.values()))) if keys else 1

    def total(values: np.ndarray) -> np.ndarray:
        return np.bincount(cell, values, minlength=size).astype(np.int64)

    values = {term: np.nan_to_num(_value(term, columns, levels)[use]) for term in _terms(one)}
    sums = {term: total(values[term]) for term in one.columns}
    sums |= {(a, b): total(values[a] * values[b]) for a, b in one.pairs}
    return PassResult(keys, np.bincount(cell, minlength=size).astype(np.int64), sums)


def run_in_engine(one: Pass, engine: Engine, table: ibis.Table, levels: Levels) -> PassResult:
    """The same sums as one relational aggregate."""
    for name in one.complete:
        table = table.filter(table[name].notnull())
    values = {term: _expression(term, table, levels) for term in _terms(one)}
    named: dict[str, object] = {"n": table.count().cast("int64")}
    places: dict[str, object] = {}
    for number, term in enumerate([*one.columns, *one.pairs]):
        product = values[term] if isinstance(term, str) else values[term[0]] * values[term[1]]
        named[f"s{number}"] = product.sum().cast("int64")
        places[f"s{number}"] = term
    result = engine.arrow(
        table.group_by(one.keys).aggregate(**named) if one.keys else table.aggregate(**named)
    )
    codes = {name: result.column(name).to_numpy().astype(np.int64) for name in one.keys}
    order = np.lexsort(tuple(reversed(list(codes.values())))) if codes else np.arange(result.num_rows)

    def column(name: str) -> np.ndarray:
        return result.column(name).fill_null(0).to_numpy().astype(np.int64)[order]

    sums = {term: column(name) for name, term in places.items()}
    return PassResult({name: code[order] for name, code in codes.items()}, column("n"), sums)


def _terms(one: Pass) -> list[str]:
    return list(dict.fromkeys([*one.columns, *(name for pair in one.pairs for name in pair)]))


def _value(term: str, columns: Mapping[str, np.ndarray], levels: Levels) -> np.ndarray:
    name, _, level = term.partition(":")
    return (columns[name] == levels[name].index(level)).astype(float) if level else columns[name]


def _expression(term: str, table: ibis.Table, levels: Levels) -> Value:
    name, _, level = term.partition(":")
    if level:
        return (table[name] == levels[name].index(level)).cast("int32")
    return table[name].cast("int64" if name in WIDE_VALUES else "int32")


def needed(passes: Sequence[Pass]) -> list[str]:
    """The landed columns that the passes read."""
    names = [name for one in passes for name in (*one.keys, *one.complete, *_terms(one))]
    return list(dict.fromkeys(name.partition(":")[0] for name in names))
