"""The invented service as a snapshot on disk, block by block, with its truth beside it."""

import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from amble.evaluation.simulate import service
from amble.evaluation.simulate.drawing import blocks
from amble.evaluation.simulate.parameters import Parameters, read
from amble.evaluation.simulate.tables import BlockTables, clinicians, schema
from amble.evaluation.simulate.truth import Truth
from amble.evaluation.study.model import Study

BY_BLOCK = ("episodes", "scores", "sessions")
KEYS = {"episode_id", "patient_id"}  # nearly all different: a dictionary would only cost
ABOUT = "Invented data. Nobody in it exists; effects are parameters, and most of them are assumed."


class CannotWrite(Exception):
    """The folder cannot be made or written to; the message says why."""


def simulate(
    out: Path,
    episodes: int,
    seed: int,
    effects: Mapping[str, float] | None = None,
    missingness: float | None = None,
    progress: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Write episodes, scores, sessions, clinicians (.parquet) and truth.json to `out`; returns the truth.

    effects, missingness: see `parameters.read`. progress: called with the number of episodes just written.
    Files are complete or absent: they are written in a folder aside and moved when all are there. An earlier invented
    service is replaced; a folder that holds anything else is refused. Memory does not grow with `episodes`. The same
    arguments give the same values. Raises CannotWrite, or ValueError for arguments that make no service.
    """
    parameters = read(effects, missingness)
    out = Path(out)
    refuse_what_is_not_invented(out)
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".simulate-", dir=out) as aside:
            truth = _write(Path(aside), episodes, seed, parameters, progress)
            for file in sorted(Path(aside).iterdir()):
                file.replace(out / file.name)
    except OSError as problem:
        raise CannotWrite(
            f"The snapshot cannot be written to {out}: {problem.strerror or problem}."
        ) from problem
    return truth


def refuse_what_is_not_invented(out: Path) -> None:
    """Nobody loses a real snapshot to an invented one."""
    if out.is_dir() and any(out.iterdir()) and not (out / "truth.json").exists():
        raise CannotWrite(f"{out} holds files that are not an invented service. Choose a new folder.")


def _write(folder: Path, episodes: int, seed: int, p: Parameters, progress) -> dict[str, Any]:
    made = service.make(p, episodes, seed)
    pq.write_table(clinicians(p, made), folder / "clinicians.parquet", **_settings("clinicians"))
    truth = Truth()
    writers = {
        name: pq.ParquetWriter(folder / f"{name}.parquet", schema(name), **_settings(name))
        for name in BY_BLOCK
    }
    try:
        for drawn in blocks(episodes, seed, p):
            rows = BlockTables(drawn)
            for name, writer in writers.items():
                table: pa.Table = getattr(rows, name)()
                writer.write_table(table, row_group_size=max(1, table.num_rows))
            truth.add(drawn)
            if progress:
                progress(len(drawn))
    finally:
        for writer in writers.values():
            writer.close()
    told = tell(truth, made, p, episodes, seed)
    (folder / "truth.json").write_text(json.dumps(told, indent=1, default=str) + "\n", "utf-8")
    return told


def _settings(name: str) -> dict[str, Any]:
    """store_schema off: what is a dictionary in memory is plain text to every reader."""
    repeated = [column for column in schema(name).names if column not in KEYS]
    return {
        "compression": "zstd",
        "compression_level": 1,
        "use_dictionary": [*repeated, "modalities.list.element"],
        "store_schema": False,
    }


def tell(truth: Truth, made: service.Service, p: Parameters, episodes: int, seed: int) -> dict[str, Any]:
    """The content of truth.json."""
    trained = made.trained_day != service.NEVER
    return {
        "about": ABOUT,
        "episodes": episodes,
        "seed": seed,
        "population": {
            **truth.population,
            "clinics": made.clinics,
            "clinicians_invited": len(trained),
            "clinicians_trained": int(trained.sum()),
            "clinicians_using_etmi": int(made.delivering.sum()),
        },
        "mic": dict(Study().mic),
        "truth": truth.records(),
        "parameters": p.described(),
    }
