"""Can a reader of several released tables work out a number that is hidden in one of them? By linear algebra alone."""

from collections.abc import Hashable, Iterable, Mapping, Sequence

import numpy as np

from amble.evaluation.report.disclosure import hidden
from amble.evaluation.results import Cell


def flat(cut: Mapping[tuple, Mapping]) -> dict[Hashable, Cell]:
    """(clinic, what it is cut by, value, name) -> cell."""
    return {
        (*place, value, name): cell
        for place, rows in cut.items()
        for value, row in rows.items()
        for name, cell in row.items()
    }


def worked_out(
    shown: Mapping[Hashable, Cell],
    truth: Mapping[Hashable, int],
    sums: Iterable[tuple[Hashable, Sequence[Hashable]]],
    parts: Iterable[tuple[Hashable, Hashable]],
    most: int,
) -> list[Hashable]:
    """The counts from 1 to `most`, or rests of that size, that follow from what is shown.

    sums: (whole, all that add up to it).  parts: (part, whole), whose rest is a number of people too.
    """
    truth = dict(truth)
    equations = [{whole: -1, **dict.fromkeys(keys, 1)} for whole, keys in sums]
    for part, whole in parts:
        rest = ("rest", part, whole)
        truth[rest] = truth[whole] - truth[part]
        equations.append({whole: -1, part: 1, rest: 1})
    unknown = [key for key in truth if key not in shown or hidden(shown[key])]
    place = {key: at for at, key in enumerate(unknown)}
    matrix = np.zeros((len(equations), len(unknown)))
    for line, equation in enumerate(equations):
        assert sum(factor * truth[key] for key, factor in equation.items()) == 0, equation
        for key, factor in equation.items():
            if key in place:
                matrix[line, place[key]] = factor
    _, values, directions = np.linalg.svd(matrix, full_matrices=True)
    free = directions[(values > 1e-9).sum() :]
    settled = np.abs(free).max(axis=0, initial=0) < 1e-9
    return [key for key in unknown if settled[place[key]] and 1 <= truth[key] <= most]
