"""What the figures of one night are made of: the snapshot, what was recorded beside it, and the night's report."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from amble.evaluation.engine import MEMORY
from amble.evaluation.report.model import Report
from amble.evaluation.study.model import Study

SNAPSHOT = ("episodes", "scores", "sessions", "clinicians")
OPERATIONS = ("referrals", "assessments", "etmi_sessions", "ratings")


@dataclass(frozen=True)
class Past:
    """The averaged mixed-model estimate of one outcome as it stood on a day (sessions: the log rate ratio)."""

    day: date
    outcome: str
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    replayed: bool


@dataclass(frozen=True)
class Material:
    """day: figures count to its end.  con: DuckDB with a view for each table of SNAPSHOT and OPERATIONS.

    own_clinics: pseudonym -> name of every clinic that uses Amble; the snapshot may hold further ones, whose usual
    care came by CSV and of which `referrals` and the other operations know nothing.
    report: before disclosure control.  history: in order of days, the newest last.
    memo: what several pages tell of, such as the counts of reach, under a name of its own.
    """

    day: date
    study: Study
    con: duckdb.DuckDBPyConnection
    own_clinics: Mapping[str, str] = field(default_factory=dict)
    report: Report | None = None
    history: Sequence[Past] = ()
    memo: dict = field(init=False, default_factory=dict, compare=False, repr=False)


@contextmanager
def opened(snapshot: Path, operations: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the views of both folders; a table is a file or a folder of files."""
    con = duckdb.connect(config={"memory_limit": MEMORY})
    try:
        for folder, names in ((snapshot, SNAPSHOT), (operations, OPERATIONS)):
            for name in names:
                parts = (
                    folder / name / "*.parquet" if (folder / name).is_dir() else folder / f"{name}.parquet"
                )
                files = str(parts).replace("'", "''")
                con.execute(f"CREATE VIEW {name} AS FROM read_parquet('{files}', union_by_name = true)")
        yield con
    finally:
        con.close()
