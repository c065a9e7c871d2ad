"""The nightly job from the live record to the stored pages, beside `amble evaluate` alone on the same snapshot.

The record is a service like the demo's, loaded in bulk. Each run is a process of its own. Then every page of the
service lead is asked for, as a browser does.
"""

import contextlib
import http.client
import json
import time
from collections.abc import Sequence

import server as script_server  # script/lib/server.py

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
LEAD = """
from django.db.models import Count
from amble.care.records.actions import staff
from amble.care.records.models import Clinic
from amble.vocabulary import Role
from tests import address_map, crowd
clinic = Clinic.objects.annotate(n=Count("episodes")).order_by("-n").first()
lead = staff.join(email="lead@bench.example", name="Lead", role=Role.SERVICE_LEAD, clinic=clinic, by=None).user
pages = [
    (place.name, f"/{place.route}") for place in address_map.guarded()
    if place.rule == "service_figures" and "<" not in place.route and not place.name.endswith("-choose-clinic")
]
print(json.dumps({"session": crowd.sessions_of([lead])[0], "pages": pages}))
"""
ASKED = 5
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
    script_server.collect_static_files()
    return [_at(size) for size in sizes]


def _at(size: int) -> dict:
    with sqlite() as database:
        # One thread as `amble nightly` sets it; staff of the demo need no second factor.
        service = RealServer(database.folder, OPENBLAS_NUM_THREADS="1", AMBLE_DEMO="1")
        loaded = _run(service, LOAD, str(database.folder), str(size))
        night = _run(service, NIGHT)
        alone = _run(service, EVALUATE, str(database.folder))
        pages = _pages(service)
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
        "pages": pages,
    }


def _pages(service: RealServer) -> dict[str, float]:
    """Page -> milliseconds from asking to the last byte, the slowest of ASKED; one call before is not counted."""
    lead = service.ask(LEAD)
    service.start()
    try:
        return {
            name: max([_asked(service, address, lead["session"]) for _ in range(ASKED + 1)][1:])
            for name, address in lead["pages"]
        }
    finally:
        service.stop()


def _asked(service: RealServer, address: str, session: str) -> float:
    began = time.perf_counter()
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", service.port)) as connection:
        connection.request("GET", address, headers={"Cookie": f"amble_session={session}"})
        answer = connection.getresponse()
        answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{address} answers {answer.status}")
    return round(1000 * (time.perf_counter() - began))


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
            _slowest(each["pages"]),
        ]
        for each in results
    ]
    head = [
        "episodes",
        *PARTS,
        "the night",
        "memory",
        "`amble evaluate` alone",
        "ratio",
        "bulk load",
        "slowest page of a lead",
    ]
    say = (
        "The first night of a service like the demo's (SQLite): nothing is there that it could go on from. Snapshot: "
        "snapshot and operations from the record. Earlier months: what each month's end would have shown, newest "
        "first, for at most two minutes a night. Pages: every figure, released and drawn, and stored. The ratio is "
        "the night beside `amble evaluate` alone on the snapshot it wrote. The bulk load fills the record. "
        f"The last column: the slowest of {ASKED} calls of the slowest of the service lead's pages and lists."
    )
    return f"{say}\n\n{table(head, rows)}"


def _slowest(pages: dict[str, float]) -> str:
    name = max(pages, key=pages.__getitem__)
    return f"{name}, {pages[name]:.0f} ms (of {len(pages)})"
