"""`amble evaluate` as it is started from a shell, with the seconds and memory of each of its steps.

Run as a process: `python -m script.bench.evaluation.whole FILE evaluate --snapshot ... --out ...` does what `amble
evaluate` does, and notes in FILE when each step began.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from time import perf_counter, time

from amble.cli import evaluation
from amble.cli.main import main as amble

from ..memory import own_peak_mb


def noted(file: Path):
    """A progress bar that writes down instead of drawing."""

    @contextmanager
    def steps(names: tuple[str, ...]) -> Iterator:
        began: list[tuple[str, float, float]] = []

        def progress(step: str) -> None:
            began.append((step, perf_counter(), own_peak_mb()))

        imported = time()
        yield progress
        progress("")
        spans = [
            {"step": step, "seconds": end - start, "peak_mb": peak}
            for (step, start, _), (_, end, peak) in pairwise(began)
        ]
        file.write_text(json.dumps({"imported_at": imported, "steps": spans}))

    return steps


if __name__ == "__main__":
    evaluation.steps = noted(Path(sys.argv[1]))
    sys.argv = ["amble", *sys.argv[2:]]
    amble()
