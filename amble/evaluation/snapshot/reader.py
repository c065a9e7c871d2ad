"""Opens a snapshot. Nothing is read here but the files' headings: `faults` looks at the rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import ibis
from ibis.expr import datatypes
from ibis.expr.types import Table as IbisTable
from ibis.expr.types import Value

from amble.evaluation.engine import Engine
from amble.evaluation.snapshot.tables import STORED, Column, Table, tables

ENGINES = {"duckdb", "_duckdb", "pyspark", "py4j"}


@dataclass(frozen=True)
class Source:
    """One table as it lies on disk. `raw` is None where there is no file or it cannot be read (`unreadable` says why).

    file: "scores.parquet", or "scores/" for a folder of Parquet files.
    """

    file: str
    raw: IbisTable | None = None
    unreadable: str = ""

    def holds(self, column: Column) -> bool:
        """Is the column there, in a type that can stand for the contract's?"""
        return self.raw is not None and column.name in self.raw.columns and fits(column, self.raw)


@dataclass(frozen=True)
class Snapshot:
    """The four tables with exactly the contract's columns and types; what is missing on disk is null or empty.

    Columns that the contract does not know are left out. Read `faults` first: the tables are only worth using
    when there are none.
    """

    folder: Path
    episodes: IbisTable
    scores: IbisTable
    sessions: IbisTable
    clinicians: IbisTable
    sources: Mapping[str, Source] = field(repr=False)
    engine: Engine = field(repr=False)

    def table(self, name: str) -> IbisTable:
        return getattr(self, name)


def open_snapshot(folder: Path | str, engine: Engine) -> Snapshot:
    """The snapshot in a folder. Never fails: what is wrong with it is told by `faults`."""
    folder = Path(folder)
    sources = {name: _source(folder, name, engine) for name in tables()}
    parts = {name: _as_agreed(tables()[name], source) for name, source in sources.items()}
    return Snapshot(folder=folder, **parts, sources=sources, engine=engine)


def fits(column: Column, raw: IbisTable) -> bool:
    """Can the column as stored be read as the contract's type without loss?"""
    stored = raw[column.name].type()
    if column.type == "number":
        return stored.is_numeric()
    if column.type == "integer":
        return stored.is_integer()
    if column.type == "texts":
        return stored.is_array() and stored.value_type.is_string()
    return type(stored) is type(datatypes.dtype(STORED[column.type]))


def _source(folder: Path, name: str, engine: Engine) -> Source:
    single, several = folder / f"{name}.parquet", folder / name
    if single.is_file():
        return _read(single.name, single, engine)
    if several.is_dir() and any(several.glob("*.parquet")):
        return _read(f"{name}/", several, engine)
    return Source(single.name)


def _read(file: str, path: Path, engine: Engine) -> Source:
    try:
        return Source(file, engine.read_parquet(path))
    except Exception as fault:
        if not of_engine(fault):
            raise
        return Source(file, unreadable=first_line(fault))


def of_engine(fault: Exception) -> bool:
    """Does an engine say that a file cannot be read? Each has exceptions of its own; a mistake of ours has not."""
    return isinstance(fault, OSError) or type(fault).__module__.partition(".")[0] in ENGINES


def first_line(fault: Exception) -> str:
    """What an engine says of a file, without its stack of causes."""
    lines = [line.strip(": ") for line in str(fault).splitlines() if not line.startswith("An error occurred")]
    return next((line for line in lines if line), type(fault).__name__)[:200]


def _as_agreed(table: Table, source: Source) -> IbisTable:
    if source.raw is None:
        return _empty(table)
    return source.raw.select(**{column.name: _value(column, source) for column in table.columns})


def _value(column: Column, source: Source) -> Value:
    agreed = STORED[column.type]
    if not source.holds(column):
        return ibis.null(agreed)
    return source.raw[column.name].cast(agreed)


def _empty(table: Table) -> IbisTable:
    """No rows, in memory, so that any engine can join it."""
    return ibis.memtable(ibis.schema(table.types).to_pyarrow().empty_table())
