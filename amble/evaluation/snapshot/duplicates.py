"""Finds keys of several columns that occur twice among a hundred million rows, without grouping by the whole key.

Beside the episode, a key takes few values: a measure by an instrument at a visit, or the number of a session. Each
gets a power of two. The powers of an episode's rows add up to a number with as many one-bits as there are rows if
none occurs twice; a power that occurs twice carries over, and leaves fewer. So a sum and a count per episode decide.
"""

from collections.abc import Sequence

import ibis
from ibis.expr.types import Table as IbisTable

from amble.evaluation.engine import Engine
from amble.evaluation.snapshot.reader import of_engine

MOST = 40  # different values: with up to 2^22 rows of one episode, the sum stays below 2^62


@ibis.udf.scalar.builtin
def bit_count(value: int) -> int:
    """How many bits are one. DuckDB and Spark call it the same."""


def suspects(rows: IbisTable, key: Sequence[str], engine: Engine) -> IbisTable | None:
    """The first key column of exactly those rows whose key occurs twice; None where the rest takes too many values."""
    first, *rest = key
    values = _values(rows, rest, engine)
    if not 0 < len(values) <= MOST:
        return None
    cases = [(_equals(rows, value), ibis.literal(1 << place, "int64")) for place, value in enumerate(values)]
    marked = rows.select(first, power=ibis.cases(*cases))
    sums = marked.group_by(first).aggregate(power=marked.power.sum().cast("int64"), rows=marked.count())
    return sums.filter(bit_count(sums.power) < sums.rows).select(first)


def _values(rows: IbisTable, columns: list[str], engine: Engine) -> list[dict]:
    """What the columns hold together, in a fixed order; nothing where the file breaks off (told elsewhere)."""
    try:
        found = engine.arrow(rows.select(columns).distinct().limit(MOST + 1)).to_pylist()
    except Exception as fault:
        if not of_engine(fault):
            raise
        return []
    return sorted(found, key=lambda value: tuple(value.values()))


def _equals(rows: IbisTable, value: dict) -> ibis.expr.types.BooleanValue:
    return ibis.and_(*(rows[column] == entry for column, entry in value.items()))
