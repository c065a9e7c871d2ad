"""The large run: every scenario, a few hundred invented services each, on two processes."""

from collections.abc import Iterable

from . import replicates, table
from .estimands import scenarios
from .summary import Row, summarise
from .truths import Truths

REPLICATES, REPETITIONS, SERVICES = 200, 200, 40


def measure(count: int = REPLICATES, names: Iterable[str] | None = None) -> list[Row]:
    """Writes the table of the scenarios named, or of all."""
    rows, failed = [], {}
    for name in names or scenarios():
        scenario = scenarios()[name]
        done = list(replicates.run(name, range(1, count + 1), REPETITIONS))
        fits, bad = sum(one.fits for one in done), sum(one.failed for one in done)
        failed[scenario.title] = f"{bad:,} of {fits:,}"
        rows += summarise(done, Truths(scenario, SERVICES))
        print(f"{scenario.title}: {count} services", flush=True)
    table.write(rows, table.about(count, replicates.EPISODES, REPETITIONS, SERVICES, failed))
    return rows
