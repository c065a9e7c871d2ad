"""The snapshot from the live record, beside a bare SELECT or COPY of the very same rows.

The same queries run on the same database: bare, every row is fetched and dropped; by Amble, it goes through Arrow and
DuckDB into Parquet, under pseudonyms. Each run is a process of its own, in turns.
"""

import json
import statistics
from collections.abc import Sequence

from tests.real_server import RealServer

from .databases import BOTH, Database
from .table import table

SIZES = (100_000, 1_000_000)
ROUNDS = {100_000: 3}  # one round of anything larger
LOAD = """
from pathlib import Path
from django.db import connection
from amble.evaluation.simulate import simulate
from amble.outcomes.bulk.loading import load
invented = Path(sys.argv[1]) / "invented"
simulate(out=invented, episodes=int(sys.argv[2]), seed=1)
load(invented, clinic={"phone": "1", "emergency_number": "2", "urgent_line": "3", "crisis_line": "4"})
if connection.vendor == "postgresql":
    connection.cursor().execute("VACUUM ANALYZE")  # as its own housekeeping does within minutes
tell({})
"""
BARE = """
from django.db import connection
from amble.outcomes.bridge import changes, live
from amble.outcomes.bridge.reading import reads
connection.ensure_connection()
raw, rows = connection.connection, 0
def fetched(sql):
    if connection.vendor == "sqlite":
        cursor = raw.execute(sql)
        while few := cursor.fetchmany(live.ROWS):
            yield len(few)
        return
    with raw.cursor() as cursor, cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT csv)") as copy:
        for line in copy:
            yield 1
began = time.perf_counter()
with live.one_moment():
    for part in changes.now({}).episodes:
        for read in reads(operations=True):
            sql = read.sql.format(first=part * changes.PART, last=(part + 1) * changes.PART)
            rows += sum(fetched(sql))
tell({"rows": rows, "seconds": time.perf_counter() - began})
"""
WRITE = """
from pathlib import Path
from amble.outcomes.bridge import folder
from amble.outcomes.bridge.writer import write
out = Path(sys.argv[1])
if "anew" in sys.argv:
    for name in ("snapshot", "operations"):
        folder.forget(out / name)
began = time.perf_counter()
written = write(snapshot=out / "snapshot", operations=out / "operations")
seconds = time.perf_counter() - began
tell({"seconds": seconds, "parts": written.written})
"""
ONE_SESSION = """
from django.utils import timezone
from amble.care.journey.actions import contacts
from amble.care.records.models import Episode
episode = Episode.objects.filter(start_date__isnull=False).first()
contacts.record_usual_care(
    episode=episode, day=timezone.localdate(), minutes=30, modalities=[], by=episode.clinician)
tell({})
"""
BEGIN = """
import django, json, sys, time
sys.path.append("script")
from bench.memory import own_peak_mb
django.setup()
def tell(found):
    print(json.dumps({**found, "peak_mb": own_peak_mb()}))
"""


def measure(sizes: Sequence[int] = SIZES) -> list[dict]:
    return [_at(make, size) for size in sizes for make in BOTH]


def _at(make, size: int) -> dict:
    with make() as database:
        service = RealServer(database.folder, database.url)
        _run(service, LOAD, str(database.folder), str(size))
        runs = [_round(service, database) for _ in range(ROUNDS.get(size, 1))]
        _run(service, ONE_SESSION)
        again = _run(service, WRITE, str(database.folder))
    bare, anew = zip(*runs, strict=True)
    rows = bare[0]["rows"]
    return {
        "database": database.name,
        "episodes": size,
        "read": rows,
        "bare_per_second": round(rows / statistics.median(run["seconds"] for run in bare)),
        "per_second": round(rows / statistics.median(run["seconds"] for run in anew)),
        "seconds": round(statistics.median(run["seconds"] for run in anew), 1),
        "bare_peak_mb": round(max(run["peak_mb"] for run in bare)),
        "peak_mb": round(max(run["peak_mb"] for run in anew)),
        "again_seconds": round(again["seconds"], 1),
        "again_parts": again["parts"],
    }


def _round(service: RealServer, database: Database) -> tuple[dict, dict]:
    return _run(service, BARE), _run(service, WRITE, str(database.folder), "anew")


def _run(service: RealServer, code: str, *arguments: str) -> dict:
    """What the code tells last; DuckDB may draw a progress bar before."""
    return json.loads(service.python(BEGIN + code, *arguments).splitlines()[-1])


def written(results: list[dict]) -> str:
    rows = [
        [
            f"{each['episodes']:,}",
            each["database"],
            f"{each['read']:,}",
            f"{each['bare_per_second']:,}",
            f"{each['per_second']:,}",
            round(each["per_second"] / each["bare_per_second"], 2),
            f"{each['seconds']} s",
            f"{each['bare_peak_mb']} MB",
            f"{each['peak_mb']} MB",
            f"{each['again_seconds']} s, {each['again_parts']} part",
        ]
        for each in results
    ]
    head = [
        "episodes",
        "database",
        "rows read",
        "bare, rows per second",
        "Amble, rows per second",
        "ratio",
        "snapshot and operations in",
        "memory, bare",
        "memory, Amble",
        "after one more session",
    ]
    say = (
        "Every row that the snapshot and the operations need, read from a database loaded with the simulated service. "
        "Bare: the same queries (SQLite: SELECT; PostgreSQL: COPY), each row fetched and dropped. Amble: the same rows "
        "to Parquet, under pseudonyms. PostgreSQL's own processes are not in the memory. "
        "The last column brings both folders up to date after one more session was recorded."
    )
    return f"{say}\n\n{table(head, rows)}"
