"""Reads a service's CSV file as text, and says which texts the mapping does not understand."""

import codecs
import csv
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import duckdb

from amble.evaluation.snapshot.faults import Fault
from amble.evaluation.snapshot.own_csv import cells
from amble.evaluation.snapshot.own_csv.cells import UNEXPLAINED, Cell, cell, literal, name
from amble.evaluation.snapshot.own_csv.mapping import Block
from amble.evaluation.snapshot.tables import tables

LEFT_OUT = "left_out"  # the episodes that `keep` did not want
CODES, NUMBERS = 50, 3  # different texts of one column that are named one by one


@dataclass(frozen=True)
class Loaded:
    """A CSV file as a table of text.  left_out: rows that `keep` does not want."""

    block: Block
    table: str
    left_out: int


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Before the first file. Episodes have to be loaded before what belongs to them."""
    connection.execute(f"CREATE TABLE {LEFT_OUT} (episode_id VARCHAR)")


def load(
    connection: duckdb.DuckDBPyConnection, block: Block, table: str, folder: Path
) -> Loaded | list[Fault]:
    """The columns that the block names, as text; or what is wrong with the file."""
    file = block.file
    if not file.is_file():
        return [Fault(file.name, "", "is missing", 0, "", f"The mapping looks for it at {file}.")]
    try:
        plain = _as_utf8(file, block.format.encoding, folder)
        heading = _heading(plain, block.format.delimiter)
        if absent := [column for column in block.theirs if heading.count(column) != 1]:
            return [_absent(file.name, column, heading) for column in absent]
        chosen = ", ".join(f"c{heading.index(column)} AS {name(column)}" for column in block.theirs)
        rows = _rows(plain, block.format.delimiter, len(heading))
        connection.execute(f"CREATE TABLE {table} AS SELECT {chosen} FROM {rows}")
    except (duckdb.Error, UnicodeError, csv.Error) as fault:
        remedy = "Are delimiter and encoding right?"
        return [Fault(file.name, "", "cannot be read as CSV", 0, _said(fault), remedy)]
    finally:
        (folder / "utf8.csv").unlink(missing_ok=True)
    return Loaded(block, table, _keep(connection, block, table))


def _heading(file: Path, delimiter: str) -> list[str]:
    """The names of the columns, from the first line."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return [column.strip() for column in next(csv.reader(lines, delimiter=delimiter), [])]


def _rows(file: Path, delimiter: str, columns: int) -> str:
    """SQL that reads the file as the mapping says and not as it might be guessed: a guess can be wrong in silence."""
    types = ", ".join(f"'c{k}': 'VARCHAR'" for k in range(columns))
    how = f"delim={literal(delimiter)}, quote='\"', escape='\"', comment='', header=true, auto_detect=false"
    return f"read_csv({literal(str(file))}, {how}, columns={{{types}}})"


def _said(fault: Exception) -> str:
    """DuckDB says on the first line where, and on the next ones what."""
    return " ".join(line.strip() for line in str(fault).splitlines()[:3])[:200]


def _as_utf8(file: Path, encoding: str, folder: Path) -> Path:
    """The file itself, or a copy in UTF-8 that is deleted once it is read."""
    if codecs.lookup(encoding).name == "utf-8":
        return file
    with (
        file.open(encoding=encoding, newline="") as old,
        (folder / "utf8.csv").open("w", encoding="utf-8", newline="") as new,
    ):
        shutil.copyfileobj(old, new, 1 << 20)
    return folder / "utf8.csv"


def _absent(file: str, column: str, heading: list[str]) -> Fault:
    if column in heading:
        problem = "several columns of the file have the name that the mapping uses"
        return Fault(file, column, problem, 0, "", "Give each a name of its own.")
    near = get_close_matches(column, heading, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"It has {', '.join(heading)}."
    return Fault(file, column, "the mapping names a column that the file does not have", 0, "", hint)


def _keep(connection: duckdb.DuckDBPyConnection, block: Block, table: str) -> int:
    """Take away the rows that are not wanted, and what belongs to an episode that was not; how many those are."""
    unwanted = [
        f"NOT coalesce(trim({name(column)}) IN ({', '.join(map(literal, kept))}), false)"
        for column, kept in block.keep.items()
    ]
    episode = f"trim({name(block.columns['episode_id'])})" if "episode_id" in block.columns else ""
    if episode and block.table == "episodes" and unwanted:
        connection.execute(
            f"INSERT INTO {LEFT_OUT} SELECT {episode} FROM {table} WHERE {' OR '.join(unwanted)}"
        )
    elif episode and block.table != "episodes":
        unwanted.append(f"{episode} IN (SELECT episode_id FROM {LEFT_OUT})")
    if not unwanted:
        return 0
    return connection.execute(f"DELETE FROM {table} WHERE {' OR '.join(unwanted)}").fetchone()[0]


def not_understood(connection: duckdb.DuckDBPyConnection, source: Loaded) -> Iterator[Fault]:
    """Every text that has no meaning, with how often it stands there."""
    for found in _cells(source.block):
        if found.wrong == "false":
            continue
        rows = source.table
        text, wrong = found.text, found.wrong
        if found.column.type == "texts":
            entries = cells.parts(found.column, source.block, found.text)
            rows, text = f"(SELECT unnest({entries}) AS part FROM {source.table})", "part"
        query = f"SELECT {text} AS said, count(*) AS n FROM {rows} WHERE {wrong} GROUP BY ALL"
        counted = connection.execute(f"{query} HAVING n > 0 ORDER BY n DESC, said").fetchall()
        place = f"{found.theirs or 'constants'} -> {found.column.name}"
        file, remedy, listed = source.block.file.name, _remedy(source.block, found), _listed(found)
        for value, count in counted[:listed]:
            yield Fault(file, place, f"{value!r} {found.problem}", count, "", remedy)
        if others := counted[listed:]:
            count = sum(row[1] for row in others)
            problem = f"so it is with {len(others):,} more texts"
            yield Fault(file, place, problem, count, repr(others[0][0]), remedy)


def _remedy(block: Block, found: Cell) -> str:
    if UNEXPLAINED in found.problem:
        return f'Add it under values.{found.column.name} of [{block.table}]; "" where it says nothing.'
    written = "dates" if found.column.type == "date" else "decimal"
    return f"Is {written} right? Else correct the file, or add the text to missing where it says nothing."


def _listed(found: Cell) -> int:
    """Each code has to be explained by itself; of numbers and dates a few show what is the matter."""
    return CODES if UNEXPLAINED in found.problem else NUMBERS


def _cells(block: Block) -> Iterator[Cell]:
    """Every cell that the block reads; a wide block reads one value, and perhaps one date, for each of its columns."""
    table = tables()[block.table]
    for column in table.columns:
        yield cell(column, block)
    for theirs, score in block.wide.items():
        yield cells.read(table.column("value"), block, cells.trimmed(theirs, block), theirs)
        if score.date:
            yield cells.read(table.column("date"), block, cells.trimmed(score.date, block), score.date)
