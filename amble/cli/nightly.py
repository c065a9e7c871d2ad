"""`amble nightly`: make tonight's figures now."""

import os
import signal
import sys
import time

import click

# As for `amble evaluate`: small matrices, and the same last digit on every machine.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@click.command()
def nightly() -> None:
    """Make the service lead's figures now, as the worker does every night. Ends with 1 when it could not."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amble.config.settings")
    import django

    django.setup()
    from amble.outcomes.nightly import job, nights

    os.nice(10)  # people who use Amble meanwhile go first
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the night is told that it was stopped
    begun = time.monotonic()
    try:
        with click.progressbar(
            length=len(job.STEPS), label="Amble", item_show_func=lambda step: step or ""
        ) as bar:
            night = job.run(progress=lambda step: bar.update(1, current_item=step.replace("_", " ")))
    except nights.NotBegun as reason:
        click.echo(str(reason))
        return
    if night.state != night.State.GOOD:
        click.echo(f"{night.problem}\nThe figures stay what they were.", err=True)
        sys.exit(1)
    seconds = time.monotonic() - begun
    click.echo(f"The figures to the end of {night.day} were made in {seconds:.0f} seconds.")
    for sentence in (*night.provenance["not_yet"], *night.notes):
        click.echo(sentence)
