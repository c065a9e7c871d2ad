"""The large run: every scenario, a few hundred invented services each, on two processes."""

from collections.abc import Collection

from . import replicates, table
from .estimands import scenarios
from .summary import Row, summarise
from .truths import Truths

REPLICATES, REPETITIONS, SERVICES = 200, 200, 40
APART = 10_000  # seeds from one scenario to the next


def measure(count: int = REPLICATES, names: Collection[str] | None = None) -> list[Row]:
    """Writes the table of the scenarios named, or of all."""
    rows, failed = [], {}
    for number, name in enumerate(scenarios()):
        if names and name not in names:
            continue
        scenario, first = scenarios()[name], number * APART + 1  # no scenario shares its chance with another
        done = list(replicates.run(name, range(first, first + count), REPETITIONS))
        fits, bad = sum(one.fits for one in done), sum(one.failed for one in done)
        failed[scenario.title] = f"{bad:,} of {fits:,}"
        rows += summarise(done, Truths(scenario, SERVICES))
        print(f"{scenario.title}: {count} services", flush=True)
    seeds = f"from 1 in the first scenario, and {APART:,} more from one to the next"
    table.write(rows, table.about(count, replicates.EPISODES, REPETITIONS, SERVICES, failed, seeds))
    return rows
