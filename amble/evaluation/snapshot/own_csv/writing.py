"""Writes the tables of a snapshot from CSV files that were loaded as text."""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from amble.evaluation.snapshot.own_csv import cells
from amble.evaluation.snapshot.own_csv.cells import cell, literal
from amble.evaluation.snapshot.own_csv.loading import Loaded
from amble.evaluation.snapshot.own_csv.mapping import Block, Plan
from amble.evaluation.snapshot.own_csv.shape import NUMBERED
from amble.evaluation.snapshot.pseudonyms import pseudonym
from amble.evaluation.snapshot.tables import tables


def write(
    connection: duckdb.DuckDBPyConnection, sources: list[Loaded], plan: Plan, folder: Path
) -> dict[str, int]:
    """One Parquet file for each table that the mapping names, and how many rows it has."""
    rows = {}
    for table in tables().values():
        parts = [
            query
            for source in sources
            if source.block.table == table.name
            for query in _queries(source, plan)
        ]
        if parts:
            query = " UNION ALL ".join(parts)
            if table.name == "sessions":
                query = _numbered(query)
            file = folder / f"{table.name}.parquet"
            copied = connection.execute(
                f"COPY ({query}) TO {literal(str(file))} (FORMAT parquet, COMPRESSION zstd)"
            )
            rows[table.name] = copied.fetchone()[0]
    return rows


def _queries(source: Loaded, plan: Plan) -> Iterator[str]:
    """SELECTs that give the contract's columns in the contract's order."""
    block = source.block
    table = tables()[block.table]
    if not block.wide:
        found = {column.name: cell(column, block).value for column in table.columns}
        yield _select(found, source, plan)
    for theirs, score in block.wide.items():
        found = {column.name: cell(column, block).value for column in table.columns}
        for column in ("measure", "instrument", "visit"):
            found[column] = literal(getattr(score, column))
        text = cells.trimmed(theirs, block)
        found["value"] = cells.read(table.column("value"), block, text, theirs).value
        if score.date:
            date = cells.trimmed(score.date, block)
            found["date"] = cells.read(table.column("date"), block, date, score.date).value
        yield f"{_select(found, source, plan)} WHERE {text} IS NOT NULL"


def _select(found: dict[str, str], source: Loaded, plan: Plan) -> str:
    if source.block.rescale:
        found["value"] = _rescaled(found, source.block)
    for column in plan.hidden:
        if column in found:
            found[column] = pseudonym(column, found[column])
    listed = ", ".join(f"{sql} AS {column}" for column, sql in found.items())
    return f"SELECT {listed} FROM {source.table}"


def _rescaled(found: dict[str, str], block: Block) -> str:
    """A straight line for each instrument that is named; the others as they are."""
    value = found["value"]
    cases = " ".join(
        f"WHEN {literal(instrument)} THEN {line.first!r}::DOUBLE + ({value} - {line.low!r}::DOUBLE) "
        f"* {line.last - line.first!r}::DOUBLE / {line.high - line.low!r}::DOUBLE"
        for instrument, line in block.rescale.items()
    )
    return f"CASE {found['instrument']} {cases} ELSE {value} END"


def _numbered(query: str) -> str:
    """Sessions without a number are counted by date within their episode."""
    order = "date, minutes, arm, modalities::VARCHAR"
    counted = f"row_number() OVER (PARTITION BY episode_id ORDER BY {order})"
    return f"SELECT * REPLACE (coalesce({NUMBERED}, {counted}) AS {NUMBERED}) FROM ({query})"
