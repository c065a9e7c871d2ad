"""`amble snapshot`: bring a service's own data, and check it."""

from pathlib import Path

import click

from amble.cli.instruments import Refused

FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group()
def snapshot() -> None:
    """Snapshots: make one from CSV files, check one."""


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
