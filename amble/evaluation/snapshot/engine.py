"""What reading a snapshot needs of an engine. The engines themselves are in sums/engine.py."""

from pathlib import Path
from typing import Any, Protocol

import ibis
import pyarrow as pa


class Engine(Protocol):
    """DuckDB or Spark, behind Ibis."""

    connection: ibis.BaseBackend

    def read_parquet(self, path: str | Path) -> ibis.Table: ...

    def arrow(self, expression: ibis.Expr) -> pa.Table: ...

    def one(self, table: ibis.Table) -> dict[str, Any]: ...
