"""Runs the peers that are installed, as far as they can bear: what came to its limit is not tried at the next size."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .rows import LAST, VISITS

HERE = Path(__file__).parent
LIMIT = 60  # seconds for one fit
READING = 20  # and for starting and reading the file, for each run
INTERPRETER = "AMBLE_BENCH_PYTHON"  # a Python that has DoubleML; else our own is asked


@dataclass(frozen=True)
class Peer:
    """beside: the work of ours that it is shown with.  package: what must be installed.  most: episodes that fit."""

    name: str
    beside: str
    package: str
    file: str
    language: str
    most: int = 1_000_000


PEERS = (
    Peer("gls", "mmrm", "nlme", VISITS, "R", 100_000),
    Peer("glmmTMB", "mmrm_clinician", "glmmTMB", VISITS, "R", 100_000),
    Peer("lmer", "lmm", "lme4", LAST, "R"),
    Peer("lmerTest", "lmm", "lmerTest", LAST, "R"),
    Peer("statsmodels", "lmm", "statsmodels", LAST, "Python"),
    Peer("DoubleML", "weighted", "doubleml", LAST, "Python"),
)
_beyond: set[str] = set()


def measure(folder: Path, size: int, say: Callable[[str], None]) -> dict[str, dict]:
    """name -> what it printed, or why there is nothing."""
    found = {}
    for peer in PEERS:
        say(f"{size:,} episodes: {peer.name}")
        found[peer.name] = one(peer, folder, size) | {"beside": peer.beside, "package": peer.package}
    return found


def one(peer: Peer, folder: Path, size: int) -> dict:
    if peer.name in _beyond or size > peer.most:
        return {"missing": "not tried"}
    command = interpreter(peer)
    if command is None:
        return {"missing": "not installed"}
    runs = 3 if size < 10_000 else 1
    arguments = [*command, peer.name, str(folder / peer.file), str(runs)]
    try:
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=(LIMIT + READING) * runs)
    except subprocess.TimeoutExpired:
        _beyond.add(peer.name)
        return {"missing": f"stopped after {(LIMIT + READING) * runs} s"}
    if done.returncode:
        return {"missing": f"failed: {done.stderr.strip().splitlines()[-1][:100]}"}
    return json.loads(done.stdout.strip().splitlines()[-1])


def interpreter(peer: Peer) -> list[str] | None:
    """What runs the peer, or None where it is not installed."""
    if peer.language == "R":
        there = shutil.which("Rscript") and succeeds(
            ["Rscript", "-e", f"stopifnot(requireNamespace('{peer.package}'))"]
        )
        return ["Rscript", str(HERE / "peers.R")] if there else None
    for python in (sys.executable, os.environ.get(INTERPRETER, "")):
        if python and succeeds([python, "-c", f"import {peer.package}, pandas"]):
            return [python, str(HERE / "peers.py")]
    return None


def succeeds(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True).returncode == 0
