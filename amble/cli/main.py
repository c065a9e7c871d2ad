"""Where the `amble` command begins. Each group of commands has its own file."""

import click

from amble.cli.instruments import instruments


@click.group()
def main() -> None:
    """Self-directed care for chronic low back pain."""


main.add_command(instruments)
