"""`amble snapshot`: write the service's own record, bring other data, and check it."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from amble.cli.instruments import Refused

FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group()
def snapshot() -> None:
    """Snapshots: write Amble's own, make one from CSV files, check one."""


@snapshot.command()
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for the snapshot.")
@click.option(
    "--operations",
    type=click.Path(path_type=Path),
    help="Folder for what the service lead's pages know besides, such as referrals and reminders.",
)
def write(out: Path, operations: Path | None) -> None:
    """Write the service's own record as a snapshot, under pseudonyms.

    A folder that was written before is brought up to date. The key of the pseudonyms stays here: whoever has it
    can find out who is who.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amble.config.settings")
    import django

    django.setup()
    from django.db import DatabaseError

    from amble.outcomes.bridge import shaping, writer

    try:
        with _parts() as tell:
            written = writer.write(snapshot=out, operations=operations, tell=tell)
    except writer.CannotWrite as fault:
        raise Refused(f"{fault}\nNothing was changed.") from fault
    except DatabaseError as fault:
        remedy = "Check DATABASE_URL and AMBLE_VAR, then run: amble manage migrate"
        raise Refused(f"The database cannot be read: {str(fault).strip()}. {remedy}") from fault
    for table, rows in written.rows.items():
        click.echo(f"{table}: {rows:,} rows")
    for reason, episodes in written.left_out.items():
        click.echo(f"left out of the snapshot: {episodes:,} episodes, because {shaping.REASONS[reason]}")
    click.echo(f"The snapshot is in {out}.")


@contextmanager
def _parts() -> Iterator[Callable[[int, int], None]]:
    """A progress bar over the parts; its length is known when the first word comes."""
    with click.progressbar(length=1, label="Amble", update_min_steps=0) as bar:

        def tell(done: int, of: int) -> None:
            bar.length = max(of, 1)
            bar.update(done - bar.pos if of else 1)

        yield tell


@snapshot.command("from-csv")
@click.option(
    "--mapping", required=True, type=FILE, help="Mapping file (TOML); CSV files are looked for beside it."
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Folder for the snapshot. Must be new."
)
def from_csv(mapping: Path, out: Path) -> None:
    """Make a snapshot from a service's own CSV files, as a mapping file says.

    Everything that the mapping does not understand is named, all at once; then nothing is written.
    """
    from amble.evaluation.engine import DuckDB
    from amble.evaluation.settings.source import SettingsError
    from amble.evaluation.snapshot.own_csv.convert import CannotConvert, convert

    try:
        with DuckDB() as engine:
            written = convert(mapping, out, engine)
    except (SettingsError, CannotConvert) as fault:
        raise Refused(f"{fault}\nNothing was written.") from fault
    for file, rows in written.left_out.items():
        click.echo(f"{file}: {rows:,} rows left out, as the mapping says under keep")
    for table, rows in written.rows.items():
        click.echo(f"{table}: {rows:,} rows")
    click.echo(f"The snapshot is in {out}.")


@snapshot.command()
@click.argument("folder", type=FOLDER)
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True)
def check(folder: Path, engine: str) -> None:
    """Name everything that is wrong with the snapshot in FOLDER, all at once."""
    from amble.evaluation.engine import ENGINES, EngineUnavailable
    from amble.evaluation.snapshot.faults import faults
    from amble.evaluation.snapshot.reader import open_snapshot
    from amble.evaluation.snapshot.tables import tables

    try:
        started = ENGINES[engine]()
    except EngineUnavailable as fault:
        raise Refused(str(fault)) from fault
    with started:
        opened = open_snapshot(folder, started)
        found = faults(opened)
        if found:
            raise Refused("\n".join(map(str, found)))
        for name in tables():
            rows = opened.table(name)
            click.echo(f"{name}: {started.one(rows.aggregate(n=rows.count()))['n']:,} rows")
    click.echo("No faults.")
