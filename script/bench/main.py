"""Runs the measurements that are named, or all of them."""

import sys

from . import check_ins, machine, pages, report, today
from .databases import BOTH, sqlite


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


def main() -> None:
    wanted = sys.argv[1:] or list(MEASUREMENTS)
    if unknown := set(wanted) - set(MEASUREMENTS):
        sys.exit(f"Unknown: {', '.join(sorted(unknown))}. There are: {', '.join(MEASUREMENTS)}.")
    for name in wanted:
        described = machine.describe()
        results = MEASUREMENTS[name]()
        report.keep(name, described, results)
        print(report.part(name, {"machine": described, "results": results}), flush=True)


if __name__ == "__main__":
    main()
