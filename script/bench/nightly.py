"""The nightly job from the live record to the stored pages, beside `amble evaluate` alone on the same snapshot.

The record is a service like the demo's, loaded in bulk. Each run is a process of its own.
"""

import json
from collections.abc import Sequence

from tests.real_server import RealServer

from .databases import sqlite
from .snapshot import BEGIN
from .table import table

SIZES = (4_193, 100_000, 1_000_000)
LOAD = """
from datetime import date
from pathlib import Path
from amble.config import demo
from amble.config.demo_service import beside, past
from amble.outcomes.bulk.loading import load
folder, last = Path(sys.argv[1]), date.today()
past.write(folder / "simulated", folder / "invented", episodes=int(sys.argv[2]), seed=2, last=last)
beside.write(folder / "invented", folder / "beside", last)
began = time.perf_counter()
rows = load(folder / "invented", folder / "beside", clinic=demo.CLINIC)
tell({"seconds": time.perf_counter() - began, "rows": sum(rows.values())})
"""
NIGHT = """
from itertools import pairwise
from amble.outcomes.nightly import job
began = []
night = job.run(progress=lambda step: began.append((step, time.perf_counter())))
if night.state != night.State.GOOD:
    raise SystemExit(night.problem)
began.append(("", time.perf_counter()))
steps = [[step, end - start] for (step, start), (_, end) in pairwise(began)]
tell({"steps": steps, "seconds": began[-1][1] - began[0][1]})
"""
EVALUATE = """
from pathlib import Path
from amble.evaluation.commands import evaluate
folder = Path(sys.argv[1])
began = time.perf_counter()
evaluate(snapshot=folder / "outcomes" / "snapshot", study=None, out=folder / "report", engine="duckdb",
         progress=lambda step: None)
tell({"seconds": time.perf_counter() - began})
"""
# Steps of the job that are shown by themselves; all between them is what `amble evaluate` does.
SHOWN = {
    "Write the snapshot": "snapshot",
    "Bring in what other systems recorded": "snapshot",
    "How the estimates moved": "earlier months",
    "Make the pages": "pages",
    "Keep it": "pages",
}
PARTS = ("snapshot", "evaluation", "earlier months", "pages")


def measure(sizes: Sequence[int] = SIZES) -> list[dict]:
    return [_at(size) for size in sizes]


def _at(size: int) -> dict:
    with sqlite() as database:
        service = RealServer(database.folder, OPENBLAS_NUM_THREADS="1")  # as `amble nightly` sets it
        loaded = _run(service, LOAD, str(database.folder), str(size))
        night = _run(service, NIGHT)
        alone = _run(service, EVALUATE, str(database.folder))
    parts = dict.fromkeys(PARTS, 0.0)
    for step, seconds in night["steps"]:
        parts[SHOWN.get(step, "evaluation")] += seconds
    return {
        "episodes": size,
        "load_seconds": round(loaded["seconds"], 1),
        "loaded_rows": loaded["rows"],
        "parts": {name: round(seconds, 1) for name, seconds in parts.items()},
        "seconds": round(night["seconds"], 1),
        "peak_mb": round(night["peak_mb"]),
        "alone_seconds": round(alone["seconds"], 1),
        "alone_peak_mb": round(alone["peak_mb"]),
        "ratio": round(night["seconds"] / alone["seconds"], 2),
    }


def _run(service: RealServer, code: str, *arguments: str) -> dict:
    """What the code tells last; DuckDB may draw a progress bar before."""
    return json.loads(service.python(BEGIN + code, *arguments).splitlines()[-1])


def written(results: list[dict]) -> str:
    rows = [
        [
            f"{each['episodes']:,}",
            *(f"{each['parts'][name]} s" for name in PARTS),
            f"{each['seconds']} s",
            f"{each['peak_mb']} MB",
            f"{each['alone_seconds']} s, {each['alone_peak_mb']} MB",
            each["ratio"],
            f"{each['loaded_rows']:,} rows in {each['load_seconds']} s",
        ]
        for each in results
    ]
    head = ["episodes", *PARTS, "the night", "memory", "`amble evaluate` alone", "ratio", "bulk load"]
    say = (
        "The first night of a service like the demo's (SQLite): nothing is there that it could go on from. Snapshot: "
        "snapshot and operations from the record. Earlier months: what each month's end would have shown, newest "
        "first, for at most two minutes a night. Pages: every figure, released and drawn, and stored. The ratio is "
        "the night beside `amble evaluate` alone on the snapshot it wrote. The last column fills the record."
    )
    return f"{say}\n\n{table(head, rows)}"
