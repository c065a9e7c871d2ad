"""Where the sums are computed: DuckDB inside this process, or Spark for a service that outgrows one machine.

Both run the same Ibis expressions, made of sum, count and where only.
"""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import ibis
import pyarrow as pa

MEMORY = os.environ.get("AMBLE_MEMORY", "2GB")


class EngineUnavailable(Exception):
    """The engine asked for cannot be started here; the message says what to install."""


class Engine:
    """A connection with a place of its own on disk, removed by `close`. Use it in a `with` statement."""

    name: str
    connection: ibis.BaseBackend

    def __init__(self) -> None:
        self.place = Path(tempfile.mkdtemp(prefix="amble-evaluation-"))

    def read_parquet(self, path: str | Path) -> ibis.Table:
        """A Parquet file, or a folder of them, as a table."""
        path = Path(path)
        return self.connection.read_parquet(str(path / "*.parquet") if path.is_dir() else str(path))

    def arrow(self, expression: ibis.Expr) -> pa.Table:
        return expression.to_pyarrow()

    def one(self, table: ibis.Table) -> dict:
        """The only row of an aggregate."""
        return self.arrow(table).to_pylist()[0]

    def keep(self, name: str, table: ibis.Table) -> ibis.Table:
        """Compute a table and keep its rows, in their order."""
        raise NotImplementedError

    def batches(self, table: ibis.Table, rows: int) -> Iterator[pa.RecordBatch]:
        """The table's rows, in its order, in batches of about `rows`."""
        raise NotImplementedError

    def close(self) -> None:
        shutil.rmtree(self.place, ignore_errors=True)

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class DuckDB(Engine):
    name = "duckdb"

    def __init__(self, threads: int | None = None) -> None:
        super().__init__()
        settings = {"memory_limit": MEMORY, "temp_directory": str(self.place / "spill")}
        if threads:
            settings["threads"] = threads
        self.connection = ibis.duckdb.connect(self.place / "landed.duckdb", **settings)

    def keep(self, name: str, table: ibis.Table) -> ibis.Table:
        return self.connection.create_table(name, table)

    def batches(self, table: ibis.Table, rows: int) -> Iterator[pa.RecordBatch]:
        # Ibis 12 asks DuckDB 2 for a reader by a name it no longer has; ask DuckDB itself.
        query = self.connection.con.cursor().sql(self.connection.compile(table))
        yield from query.to_arrow_reader(rows)

    def close(self) -> None:
        self.connection.disconnect()
        super().close()


class Spark(Engine):
    """The master and memory come from Spark's own configuration; alone, it runs on this machine's cores."""

    name = "spark"

    def __init__(self) -> None:
        try:
            from pyspark.sql import SparkSession
        except ImportError as problem:
            how = ".venv/bin/pip install -r requirements/spark.txt"
            raise EngineUnavailable(f"Spark is not installed here: {how}") from problem
        super().__init__()
        builder = SparkSession.builder.appName("amble").config("spark.ui.enabled", "false")
        builder = builder.config("spark.ui.showConsoleProgress", "false")
        try:
            with _quiet():
                self.session = builder.getOrCreate()
                self.session.sparkContext.setLogLevel("ERROR")
                self.connection = ibis.pyspark.connect(self.session)
        except Exception as problem:
            super().close()
            raise EngineUnavailable(f"Spark did not start; it needs Java 17 or later. {problem}") from problem

    def read_parquet(self, path: str | Path) -> ibis.Table:
        return self.connection.read_parquet(str(path))

    def arrow(self, expression: ibis.Expr) -> pa.Table:
        with _quiet():
            return self.session.sql(self.connection.compile(expression)).toArrow()

    def batches(self, table: ibis.Table, rows: int) -> Iterator[pa.RecordBatch]:
        return iter(self.arrow(table).to_batches(rows))

    def keep(self, name: str, table: ibis.Table) -> ibis.Table:
        frame = self.session.sql(self.connection.compile(table)).persist()
        frame.createOrReplaceTempView(name)
        return self.connection.table(name)

    def close(self) -> None:
        self.session.stop()
        super().close()


@contextmanager
def _quiet() -> Iterator[None]:
    """Spark warns of pandas versions it does not know; its rows reach us as Arrow and never meet pandas."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


ENGINES = {engine.name: engine for engine in (DuckDB, Spark)}
