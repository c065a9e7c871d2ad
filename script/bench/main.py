"""Runs the measurements that are named, or all of them."""

import argparse

from . import check_ins, machine, nightly, pages, report, snapshot, today
from .databases import BOTH, sqlite
from .evaluation import measure as evaluation
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


MEASUREMENTS = {
    "check_ins": _check_ins,
    "pages": _pages,
    "today": _today,
    "evaluation": evaluation.measure,
    "snapshot": snapshot.measure,
    "nightly": nightly.measure,
}
SIZED = ("evaluation", "snapshot", "nightly")
APART = {"simulations": simulations}  # measures how true, not how fast: writes a table of its own


def main() -> None:
    asked = arguments()
    for name in asked.names or (*MEASUREMENTS, *APART):
        if name in APART:
            APART[name]()
            continue
        described = machine.describe(name)
        options = {"sizes": asked.sizes} if asked.sizes and name in SIZED else {}
        results = MEASUREMENTS[name](**options)
        report.keep(name, described, results)
        print(report.part(name, {"machine": described, "results": results}), flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench/run", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="name", help=f"any of {', '.join((*MEASUREMENTS, *APART))}"
    )
    parser.add_argument(
        "--sizes",
        type=lambda text: tuple(int(size) for size in text.split(",")),
        help=f"episodes of {', '.join(SIZED)}, such as 1624,100000: to try it out",
    )
    asked = parser.parse_args()
    if unknown := set(asked.names) - {*MEASUREMENTS, *APART}:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    return asked


if __name__ == "__main__":
    main()
