"""What each row must keep for itself: filled where it must be, within the values and range allowed."""

from collections.abc import Iterator
from dataclasses import dataclass

from ibis.expr.types import BooleanValue, FloatingValue, Value
from ibis.expr.types import Table as IbisTable

from amble.evaluation.snapshot.tables import Column, Measure, Table, measures


@dataclass(frozen=True)
class Rule:
    """broken: true for a row that breaks it.  needs: columns without which it cannot be judged.

    shown: the columns of the example.
    """

    column: str
    problem: str
    remedy: str
    broken: BooleanValue
    needs: tuple[str, ...]
    shown: tuple[str, ...]


def rules(table: Table, rows: IbisTable) -> Iterator[Rule]:
    """Every rule for the rows of one table."""
    for column in table.columns:
        yield from _of_column(column, rows)
    if table.name == "scores":
        for measure in measures().values():
            yield _of_measure(measure, rows)
    if table.name == "episodes":
        yield _discharge_after_start(rows)


def _of_column(column: Column, rows: IbisTable) -> Iterator[Rule]:
    value = rows[column.name]
    needs, shown = (column.name,), (column.name,)
    if column.required:
        yield Rule(column.name, "is empty", f"Fill it: {column.meaning}", _empty(column, value), needs, ())
    elif column.type == "number":
        broken = value.notnull() & ~_is_number(value)
        yield Rule(column.name, "is not a number", "Leave it empty.", broken, needs, shown)
    if column.values and column.type == "text":
        allowed = (
            " or ".join(column.values) if len(column.values) == 2 else f"one of {', '.join(column.values)}"
        )
        wrong = value.notin(column.values) & (value != "" if column.required else value.notnull())
        yield Rule(column.name, f"is not {allowed}", f"Write {allowed}.", wrong, needs, shown)
    if column.low is not None or column.high is not None:
        outside = _outside(value, column.low, column.high)
        limits = _limits(column.low, column.high)
        yield Rule(column.name, f"is not {limits}", "Correct it or leave the row out.", outside, needs, shown)


def _of_measure(measure: Measure, rows: IbisTable) -> Rule:
    """Each measure has its own range."""
    if measure.values:
        wrong = rows.value.notin(measure.values) & _is_number(rows.value)
        allowed = f"one of {', '.join(f'{value:g}' for value in measure.values)}"
    else:
        wrong = _outside(rows.value, measure.low, measure.high)
        allowed = _limits(measure.low, measure.high)
    return Rule(
        column="value",
        problem=f"{measure.name} is not {allowed}",
        remedy="Correct it, rescale the instrument to this range, or leave the row out.",
        broken=(rows.measure == measure.name) & wrong,
        needs=("measure", "value"),
        shown=("value",),
    )


def _discharge_after_start(rows: IbisTable) -> Rule:
    return Rule(
        column="discharge_date",
        problem="is before start_date",
        remedy="Correct one of the two dates, or leave discharge_date empty.",
        broken=rows.discharge_date < rows.start_date,
        needs=("start_date", "discharge_date"),
        shown=("start_date", "discharge_date"),
    )


def _empty(column: Column, value: Value) -> BooleanValue:
    if column.type == "number":
        return ~_is_number(value)
    return value.isnull() | (value == "") if column.type == "text" else value.isnull()


def _is_number(value: FloatingValue) -> BooleanValue:
    """Not null, NaN or infinite. DuckDB 2 finds no NaN by isnan or comparison in a Parquet file whose statistics
    leave it out, as Arrow writes them (duckdb issue 25521); a cast cannot miss it."""
    return value.try_cast("int64").notnull()


def _outside(value: Value, low: float | None, high: float | None) -> BooleanValue:
    below = value < low if low is not None else None
    above = value > high if high is not None else None
    outside = below if above is None else above if below is None else below | above
    return outside & _is_number(value) if value.type().is_floating() else outside


def _limits(low: float | None, high: float | None) -> str:
    if high is None:
        return f"{low:g} or more"
    return f"{high:g} or less" if low is None else f"from {low:g} to {high:g}"
