"""Runs the measurements that are named, or all of them."""

import sys

from . import check_ins, machine, pages, report, today
from .databases import BOTH, sqlite
from .simulation.measure import measure as simulations


def _check_ins() -> list[dict]:
    results = []
    for make in BOTH:
        with make() as database:
            results.append(check_ins.measure(database))
    return results


def _pages() -> dict:
    with sqlite() as database:
        return pages.measure(database)


def _today() -> list[dict]:
    results = []
    for make in BOTH:
        with make() as small, make() as large:
            results.append(today.measure(small, large))
    return results


MEASUREMENTS = {"check_ins": _check_ins, "pages": _pages, "today": _today}
APART = {"simulations": simulations}  # measures how true, not how fast: writes a table of its own


def main() -> None:
    names = [*MEASUREMENTS, *APART]
    wanted = sys.argv[1:] or names
    if unknown := set(wanted) - set(names):
        sys.exit(f"Unknown: {', '.join(sorted(unknown))}. There are: {', '.join(names)}.")
    for name in wanted:
        if name in APART:
            APART[name]()
            continue
        described = machine.describe()
        results = MEASUREMENTS[name]()
        report.keep(name, described, results)
        print(report.part(name, {"machine": described, "results": results}), flush=True)


if __name__ == "__main__":
    main()
