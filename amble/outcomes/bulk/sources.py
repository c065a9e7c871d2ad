"""The snapshot, and the operations beside it if there are any, as views in DuckDB with the columns agreed for them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from amble.evaluation.engine import MEMORY
from amble.outcomes.bridge.shaping import columns
from amble.outcomes.bulk import assumed, questionnaires
from amble.outcomes.material import OPERATIONS, SNAPSHOT


class CannotLoad(Exception):
    """Nothing was loaded. The message says why, and what to do."""


@contextmanager
def opened(snapshot: Path, operations: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with a view for each table. Without `operations`, they are what the snapshot lets one assume."""
    with TemporaryDirectory(prefix="amble-bulk-") as spill:
        con = duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": spill})
        try:
            for name in SNAPSHOT:
                _view(con, name, _files(snapshot, name))
            questionnaires.tell(con)
            _refuse_unknown_instruments(con)
            con.execute(f"CREATE TABLE timetable AS {assumed.timetable()}")
            for name in OPERATIONS:
                if operations is None:
                    con.execute(f"CREATE VIEW {name} AS {assumed.OPERATIONS[name]}")
                else:
                    _view(con, name, _files(operations, name))
            yield con
        finally:
            con.close()


def _files(folder: Path, name: str) -> str:
    single, several = folder / f"{name}.parquet", folder / name / "*.parquet"
    if single.is_file():
        return str(single)
    if any(folder.glob(f"{name}/*.parquet")):
        return str(several)
    raise CannotLoad(f"{single}: is not there. Write it with `amble simulate` or `amble snapshot write`.")


def _view(con: duckdb.DuckDBPyConnection, name: str, files: str) -> None:
    source = "read_parquet('" + files.replace("'", "''") + "', union_by_name = true)"
    there = {row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    agreed: Mapping[str, str] = columns()[name]
    listed = ", ".join(
        f"CAST({column if column in there else 'NULL'} AS {kind}) AS {column}"
        for column, kind in agreed.items()
    )
    con.execute(f"CREATE VIEW {name} AS SELECT {listed} FROM {source}")


def _refuse_unknown_instruments(con: duckdb.DuckDBPyConnection) -> None:
    found = con.execute(
        "SELECT DISTINCT measure || ' by ' || instrument FROM scores "
        "WHERE (measure, instrument) NOT IN (SELECT (measure, spelt) FROM measured) ORDER BY 1"
    ).fetchall()
    if found:
        named = ", ".join(row[0] for row in found)
        raise CannotLoad(f"scores: Amble has no questionnaire for {named}. Leave these scores out.")
