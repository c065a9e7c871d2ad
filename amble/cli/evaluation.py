"""`amble evaluate`, `combine`, `simulate`: from a snapshot, or an invented one, to a report.

Everything heavy is imported inside the commands, so that `amble --help` answers at once.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from amble.cli import instruments

if TYPE_CHECKING:
    from amble.evaluation.run import Progress

# Small matrices are faster on one thread, and sums in a fixed order give the same last digit on every machine.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)


class Refused(instruments.Refused):
    """One message per reason, each a whole sentence: nothing was computed and nothing written."""

    def show(self, file=None) -> None:
        click.echo(self.message, err=True)


@contextmanager
def steps(names: tuple[str, ...]) -> Iterator["Progress"]:
    """A progress bar that names the step being worked on; what cannot be evaluated is told under it."""
    from amble.evaluation.refusal import CannotEvaluate

    # No least number of steps: the first step is named as well.
    shown = {"item_show_func": lambda step: step or "", "update_min_steps": 0}
    try:
        with click.progressbar(length=len(names), label="Amble", **shown) as bar:
            started = False

            def progress(step: str) -> None:
                nonlocal started
                bar.update(int(started), current_item=step.replace("_", " "))
                started = True

            yield progress
            bar.update(1, current_item="done")
    except CannotEvaluate as problem:
        raise Refused("\n".join([*problem.reasons, "Nothing was computed."])) from problem


@click.command()
@click.option("--snapshot", required=True, type=FOLDER, help="Folder with the Parquet files.")
@click.option("--study", type=FILE, help="Study file (TOML). Default: the built-in study.")
@click.option(
    "--out", required=True, type=FOLDER, help="Folder for results.json, report.html and the tables."
)
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True)
@click.option(
    "--sums", is_flag=True, help="Write only sums that may leave the building, for `amble combine`."
)
def evaluate(snapshot: Path, study: Path | None, out: Path, engine: str, sums: bool) -> None:
    """Compare ETMI with usual care on a snapshot of routine data, and write the report."""
    from amble.evaluation import run
    from amble.evaluation.commands import evaluate, write_sums

    with steps(run.STEPS) as progress:
        work = write_sums if sums else evaluate
        written = work(snapshot=snapshot, study=study, out=out, engine=engine, progress=progress)
    click.echo(f"Written: {written}")


@click.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--study", type=FILE, help="Study file (TOML). Default: the built-in study.")
@click.option(
    "--out", required=True, type=FOLDER, help="Folder for results.json, report.html and the tables."
)
def combine(files: tuple[Path, ...], study: Path | None, out: Path) -> None:
    """Evaluate the sums of several services together: FILES come from `amble evaluate --sums`."""
    from amble.evaluation import run
    from amble.evaluation.commands import combine

    with steps(run.STEPS) as progress:
        written = combine(files=files, study=study, out=out, progress=progress)
    click.echo(f"Written: {written}")


@click.command()
@click.option("--episodes", required=True, type=click.IntRange(1), help="How many episodes of care.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option("--out", required=True, type=FOLDER, help="Folder for the snapshot and its truth.json.")
def simulate(episodes: int, seed: int, out: Path) -> None:
    """Write the snapshot of an invented health service whose truth is known."""
    from amble.evaluation.simulate import CannotWrite, simulate

    try:
        with click.progressbar(length=episodes, label="Amble") as bar:
            simulate(out=out, episodes=episodes, seed=seed, progress=bar.update)
    except CannotWrite as problem:
        raise Refused(str(problem)) from problem
    click.echo(f"Written: {out}")
