"""A bare scan of the snapshot's long tables: what landing must read at the least.

Run as a process: `python -m script.bench.evaluation.long_tables FOLDER RUNS` prints one line of JSON.
"""

import json
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

import duckdb

from .store import SNAPSHOT

TABLES = ("episodes", "scores", "sessions")


def added(column: str, kind: str) -> str:
    """A number that cannot be told without reading every value."""
    if kind == "VARCHAR":
        return f"sum(strlen({column}))"
    if kind.endswith("[]"):
        return f"sum(len({column}))"
    if kind == "BOOLEAN":
        return f"count_if({column})"
    return f"max({column})" if kind in ("DATE", "TIMESTAMP") else f"sum({column})"


def main() -> None:
    snapshot, runs = Path(sys.argv[1]) / SNAPSHOT, int(sys.argv[2])
    connection = duckdb.connect()
    queries = []
    rows = {}
    for name in TABLES:
        file = f"'{snapshot / name}.parquet'"
        kinds = {row[0]: row[1] for row in connection.execute(f"DESCRIBE SELECT * FROM {file}").fetchall()}
        sums = ", ".join(added(f'"{column}"', kind) for column, kind in kinds.items())
        queries.append(f"SELECT {sums} FROM {file}")
        rows[name] = connection.execute(f"SELECT count(*) FROM {file}").fetchone()[0]
    times = []
    for _ in range(runs):
        start = perf_counter()
        for query in queries:
            connection.execute(query).fetchall()
        times.append(perf_counter() - start)
    print(json.dumps({"seconds": median(times), "rows": rows}))


if __name__ == "__main__":
    main()
