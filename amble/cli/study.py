"""`amble study`: what a study file says, before anything is computed."""

from pathlib import Path

import click

from amble.cli.instruments import Refused


@click.group()
def study() -> None:
    """Study files: check."""


@study.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
def check(file: Path | None) -> None:
    """Say in plain words what the study FILE (TOML) asks for. Without FILE: the built-in study.

    Every fault of the file is named with its line.
    """
    from amble.evaluation.study.explain import explain
    from amble.evaluation.study.reading import StudyError, read_study

    try:
        click.echo(explain(read_study(file)), nl=False)
    except StudyError as fault:
        raise Refused(f"{fault}\nNothing was computed.") from fault
