"""Invented snapshots, and the landed store that each of them becomes. Made once for each size.

Run as a process: `python -m script.bench.evaluation.store FOLDER EPISODES`.
"""

import pickle
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import ibis
import numpy as np

from amble.evaluation.cohort.landing import land
from amble.evaluation.engine import MEMORY, DuckDB
from amble.evaluation.run import answerable
from amble.evaluation.simulate import simulate
from amble.evaluation.snapshot.reader import open_snapshot
from amble.evaluation.study.model import Study
from amble.evaluation.sums.data import Outline
from amble.evaluation.sums.gather import counts_in_engine
from amble.evaluation.sums.memory import outline_of

SNAPSHOT, LANDED, OUTLINE = "snapshot", "landed.duckdb", "outline.pickle"
SEED = 1


@dataclass(frozen=True)
class Store:
    """The landed rows of one size, opened. outline: what is known of the cohort before any sum is asked for."""

    folder: Path
    engine: "Opened"
    table: ibis.Table
    outline: Outline
    rows: int

    @property
    def levels(self):
        return self.outline.levels


class Opened(DuckDB):
    """The engine of `amble evaluate` on rows that were landed before."""

    def __init__(self, folder: Path) -> None:
        self.place = Path(tempfile.mkdtemp(prefix="amble-bench-"))
        settings = {"memory_limit": MEMORY, "temp_directory": str(self.place / "spill"), "read_only": True}
        self.connection = ibis.duckdb.connect(folder / LANDED, **settings)


def opened(folder: Path) -> Store:
    engine = Opened(folder)
    outline, rows = pickle.loads((folder / OUTLINE).read_bytes())
    return Store(folder, engine, engine.connection.table("landed"), outline, rows)


def make(folder: Path, episodes: int) -> None:
    """Snapshot, landed rows and outline of one size in `folder`; what is there already is kept."""
    snapshot = folder / SNAPSHOT
    if not (snapshot / "truth.json").exists():
        simulate(out=snapshot, episodes=episodes, seed=SEED)
    if (folder / OUTLINE).exists():
        return
    with DuckDB() as engine:
        opened_snapshot = open_snapshot(snapshot, engine)
        study, _ = answerable(Study(), opened_snapshot, engine)
        landed = land(opened_snapshot, study, engine)
        counted = counts_in_engine(landed, study, engine) | {"clinic_of": np.array(landed.clinic_of)}
        outline = outline_of(counted, study, landed.levels, landed.clinics)
        engine.connection.disconnect()
        shutil.copy(engine.place / LANDED, folder / LANDED)
    (folder / OUTLINE).write_bytes(pickle.dumps((outline, landed.rows)))


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]))
