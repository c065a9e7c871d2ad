"""Measures the evaluation engine at each size, beside peers and bare scans; each number in its own process."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from . import peers_run
from .work import IN_MEMORY

SIZES = (1_624, 100_000, 1_000_000, 10_000_000)
OURS = {
    "mmrm": SIZES,
    "mmrm_clinician": SIZES,
    "mmrm_bootstrap": SIZES[:1],
    "lmm": SIZES,
    "weighted": SIZES[:3],
}
FOLDER = "AMBLE_BENCH_DATA"  # where the invented data are kept between runs; else a folder that is removed
LANDING = ("Read the snapshot", "Check every row", "Choose the cohort")
OUTCOMES = 4


def measure(sizes: Sequence[int] = SIZES) -> dict:
    kept = os.environ.get(FOLDER)
    place = Path(kept or tempfile.mkdtemp(prefix="amble-bench-data-"))
    try:
        return {"sizes": {str(size): at(size, place / str(size)) for size in sizes}, "in_memory": IN_MEMORY}
    finally:
        if not kept:
            shutil.rmtree(place, ignore_errors=True)


def at(size: int, folder: Path) -> dict:
    """Everything at one size. Peers that came to their limit are not tried at the next one."""
    say(f"{size:,} episodes: data")
    folder.mkdir(parents=True, exist_ok=True)
    ours("store", str(folder), str(size))
    result = {"whole": whole(folder, size), "work": {}, "peers": {}}
    for name, where in OURS.items():
        if size in where or size not in SIZES:
            say(f"{size:,} episodes: {name}")
            result["work"][name] = json.loads(ours("work", name, str(folder), str(runs(size))))
    if size < SIZES[-1]:
        ours("rows", str(folder))
        result["peers"] = peers_run.measure(folder, size, say)
    if not os.environ.get(FOLDER):
        shutil.rmtree(folder)
    return result


def runs(size: int) -> int:
    return 15 if size < 10_000 else 7 if size <= 100_000 else 5 if size <= 1_000_000 else 3


def whole(folder: Path, size: int) -> dict:
    """`amble evaluate`, process start to file, beside bare scans of what it reads."""
    say(f"{size:,} episodes: everything in the report")
    bare = json.loads(ours("bare", str(folder), "3"))
    every = [evaluated(folder) for _ in range(3 if size < 10_000 else 1)]
    chosen = sorted(every, key=lambda one: one["seconds"])[len(every) // 2]
    landing = sum(step["seconds"] for step in chosen["steps"] if step["step"] in LANDING)
    return chosen | {
        "runs": len(every),
        "landing": landing,
        "bare": bare,
    }


def evaluated(folder: Path) -> dict:
    out, noted = folder / "report", folder / "steps.json"
    arguments = ["evaluate", "--snapshot", str(folder / "snapshot"), "--out", str(out)]
    began, start = time.time(), time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", f"{__package__}.whole", str(noted), *arguments], stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    if process.returncode:
        raise SystemExit(f"amble evaluate ended with {process.returncode}; its message is above.")
    told = json.loads(noted.read_text())
    return {
        "seconds": seconds,
        "start": told["imported_at"] - began,
        "peak_mb": used.ru_maxrss / 1024,
        "steps": told["steps"],
    }


def ours(module: str, *arguments: str) -> str:
    """The output of one of our modules, run in a process of its own as `amble` runs."""
    command = [sys.executable, "-m", f"{__package__}.{module}", *arguments]
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout


def say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)
