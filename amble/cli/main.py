"""Where the `amble` command begins. Each group of commands has its own file."""

import os
import sys

import click

from amble.cli.evaluation import combine, evaluate, simulate
from amble.cli.instruments import instruments
from amble.cli.nightly import nightly
from amble.cli.snapshot import snapshot
from amble.cli.study import study


@click.group()
def main() -> None:
    """Self-directed care for chronic low back pain."""


@main.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []}, add_help_option=False
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Look after the web application's database and worker: `amble manage help` lists the commands."""
    _use_settings()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["amble manage", *arguments])


@main.command()
@click.option("--service", is_flag=True, help="A whole simulated health service, with its figures.")
def demo(service: bool) -> None:
    """Load the demo clinic into an empty database, once, and print how to sign in."""
    os.environ["AMBLE_DEMO"] = "1"
    _use_settings()
    import django

    django.setup()
    from amble.config import demo as clinic
    from amble.config.demo_service import loading

    try:
        click.echo(_with_progress(loading) if service else clinic.load())
    except (clinic.NotEmpty, loading.NoFigures) as problem:
        click.echo(str(problem), err=True)
        sys.exit(2)


def _with_progress(loading) -> str:
    shown = {"item_show_func": lambda step: (step or "").replace("_", " "), "file": sys.stderr}
    with click.progressbar(
        length=len(loading.STEPS), hidden=loading.is_ready(), label="Amble", **shown
    ) as bar:
        return loading.load(lambda step: bar.update(1, current_item=step))


@main.command()
@click.argument("email")
@click.argument("name")
def administrator(email: str, name: str) -> None:
    """Give the first administrator of a new service access. They sign in with a code sent to EMAIL."""
    _use_settings()
    import django

    django.setup()
    from amble.care.records.actions import staff
    from amble.vocabulary import Role

    try:
        staff.join(email=email, name=name, role=Role.ADMINISTRATOR, clinic=None, by=None)
    except staff.NotPossible as problem:
        click.echo(f"{email}: {problem}", err=True)
        sys.exit(2)
    click.echo(f"{name} is an administrator now, and signs in at the address of the service with {email}.")


def _use_settings() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amble.config.settings")


main.add_command(instruments)
main.add_command(study)
main.add_command(snapshot)
main.add_command(evaluate)
main.add_command(nightly)
main.add_command(combine)
main.add_command(simulate)
