"""Keeps the last result of each measurement in bench.json, and writes bench.md from it."""

import json
from pathlib import Path

from . import check_ins, nightly, pages, snapshot, today
from .evaluation import tables
from .table import table

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "generated"
HEAD = """# Measured

Made by `script/bench/run`; do not edit. Every number stands beside a peer or a limit from the same run.
Memory is the peak resident size of the processes that do the work, added up.
"""


def keep(name: str, machine: dict[str, str], results) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    file = FOLDER / "bench.json"
    kept = json.loads(file.read_text()) if file.exists() else {}
    kept[name] = {"machine": machine, "results": results}
    file.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")
    parts = [part(name, kept[name]) for name in TABLES if name in kept]
    (FOLDER / "bench.md").write_text("\n".join([HEAD, *parts]))


def part(name: str, kept: dict) -> str:
    machine = "\n".join(f"- {what}: {value}" for what, value in kept["machine"].items())
    return f"## {TITLES[name]}\n\n{TABLES[name](kept['results'])}\n\n{machine}\n- command: `script/bench/run {name}`\n"


def _check_ins(results: list[dict]) -> str:
    rows = []
    for each in results:
        for kind, words in (
            ("check_in", "check-in of Amble"),
            ("in_amble", "bare view on the same server, one row"),
            ("signed_in", "bare view, a new project's middleware, one row"),
            ("bare", "bare view, no middleware, nobody signed in, one row"),
        ):
            told = each[kind]
            beside = [told[f"ratio_to_{peer}"] for peer in check_ins.PEERS]
            goal = (
                _met(beside[0] >= check_ins.GOAL, f"{check_ins.GOAL} of the same server")
                if kind == "check_in"
                else ""
            )
            rows.append([each["database"], words, told["per_second"], told["p95_ms"], *beside, goal])
    head = [
        "database",
        "post",
        "per second",
        "p95 ms",
        "beside same server",
        "beside new project",
        "beside no middleware",
        "goal",
    ]
    memory = ", ".join(f"{each['server_peak_mb']} MB ({each['database']})" for each in results)
    say = (
        f"{check_ins.CLIENTS} clients at once, each on a connection that stays open, in {check_ins.ROUNDS} rounds "
        f"of {check_ins.POSTS} posts, in turns; medians of the rounds. The server is the one of `script/server`. A "
        "check-in passes session, CSRF, every middleware and rule of Amble, and saves two rows in one "
        f"transaction. `script/bench/peer/wsgi.py` says what the peers pass through. Memory: {memory}."
    )
    return f"{say}\n\n{table(head, rows)}"


def _pages(results: dict) -> str:
    rows = [
        [name, _kb(each["first"]), _kb(each["later"])]
        for name, each in sorted(results["pages"].items(), key=lambda row: -row[1]["first"])
    ]
    first = max(each["first"] for each in results["pages"].values()) / 1000
    later = max(each["later"] for each in results["pages"].values()) / 1000
    limits = [
        "**limit**",
        f"{pages.FIRST_KB} kB: {_met(first <= pages.FIRST_KB)}",
        f"{pages.LATER_KB} kB: {_met(later <= pages.LATER_KB)}",
    ]
    say = (
        "Bytes on the wire as the server of `script/server` sends them to a browser without https (gzip), headers "
        "included; for each page the heaviest of the demo's patients. First: with every style, script and picture "
        "the page names, none of them kept. Later: the page alone. "
        f"Memory: {results['server_peak_mb']} MB."
    )
    return f"{say}\n\n{table(['page', 'first visit', 'later'], [limits, *rows])}"


def _today(results: list[dict]) -> str:
    rows = [
        [
            each["database"],
            f"{each['small_ms']} ms, {each['small_queries']} queries",
            f"{each['large_ms']} ms, {each['large_queries']} queries",
            each["ratio"],
            _met(each["ratio"] <= today.GOAL, f"at most {today.GOAL}"),
            f"{each['large_server_peak_mb']} MB",
        ]
        for each in results
    ]
    head = ["database", f"{today.SMALL:,} episodes", f"{today.LARGE:,} episodes", "ratio", "goal", "memory"]
    say = (
        "Asked for in turns from two services: the same 40 patients in care and 5 referrals, in a clinic whose "
        f"past is a hundred times larger; medians of {today.ROUNDS}."
    )
    return f"{say}\n\n{table(head, rows)}"


TITLES = {
    "check_ins": "Check-ins under load",
    "pages": "Weight of the patient's pages",
    "today": "The physiotherapist's day in a large clinic",
    "evaluation": "The evaluation engine",
    "snapshot": "The snapshot from the record",
    "nightly": "The night",
}
TABLES = {
    "check_ins": _check_ins,
    "pages": _pages,
    "today": _today,
    "evaluation": tables.written,
    "snapshot": snapshot.written,
    "nightly": nightly.written,
}


def _met(is_met: bool, goal: str = "") -> str:
    return f"{goal}: {'met' if is_met else 'NOT met'}".removeprefix(": ")


def _kb(size: int) -> str:
    return f"{size / 1000:.1f} kB"
