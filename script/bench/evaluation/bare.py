"""Bare scans: queries that only add up columns. The limit of what reads the snapshot, and of what reads landed rows.

Run as a process: `python -m script.bench.evaluation.bare FOLDER RUNS` prints one line of JSON.
"""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

import duckdb

from amble.evaluation.columns import CATEGORIES

from .store import SNAPSHOT, Store, opened

TABLES = ("episodes", "scores", "sessions")
OUTCOME = "function"
OF_EVERYONE = ("clinic", "clinician", "arm", "age_years", "symptom_months", *CATEGORIES)


def scan(store: Store, columns: Sequence[str]) -> None:
    sums = ", ".join(f"sum({name})" for name in columns)
    store.engine.connection.con.execute(f"SELECT {sums} FROM landed").fetchall()


def of_one_outcome(store: Store) -> list[str]:
    """What the report reads of people, and of one outcome."""
    return [*OF_EVERYONE, *(name for name in store.table.columns if name.startswith(f"{OUTCOME}_"))]


def scan_snapshot(connection: duckdb.DuckDBPyConnection, snapshot: Path) -> None:
    for name in TABLES:
        file = f"'{snapshot / name}.parquet'"
        kinds = connection.execute(f"DESCRIBE SELECT * FROM {file}").fetchall()
        sums = ", ".join(added(f'"{column}"', kind) for column, kind, *_ in kinds)
        connection.execute(f"SELECT {sums} FROM {file}").fetchall()


def added(column: str, kind: str) -> str:
    """A number that cannot be told without reading every value."""
    if kind == "VARCHAR":
        return f"sum(strlen({column}))"
    if kind.endswith("[]"):
        return f"sum(len({column}))"
    if kind == "BOOLEAN":
        return f"count_if({column})"
    return f"max({column})" if kind in ("DATE", "TIMESTAMP") else f"sum({column})"


def seconds(work: Callable[[], None], runs: int) -> float:
    times = []
    for _ in range(runs):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return median(times)


def main() -> None:
    folder, runs = Path(sys.argv[1]), int(sys.argv[2])
    store, connection = opened(folder), duckdb.connect()
    outcome, every = of_one_outcome(store), store.table.columns
    told = {
        "snapshot": seconds(lambda: scan_snapshot(connection, folder / SNAPSHOT), runs),
        "outcome": seconds(lambda: scan(store, outcome), runs),
        "outcome_columns": len(outcome),
        "landed": seconds(lambda: scan(store, every), runs),
        "landed_columns": len(every),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
