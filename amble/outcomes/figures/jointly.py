"""Counts of the same people in several tables, released together: what one table hides, no other gives away."""

from collections.abc import Hashable, Iterable, Mapping, Sequence

from amble.evaluation.marks import people, share
from amble.evaluation.report.disclosure import HIDDEN, hidden, rounded, small
from amble.evaluation.report.unknowns import Relation, hide
from amble.evaluation.results import Cell
from amble.evaluation.study.model import Disclosure

Key = Hashable
NOT_SHOWN = "(not shown)"
TOGETHER = 20
"""Clinics whose sums are solved together; each such group is protected as if what it adds up to were shown."""


def released(
    counts: Mapping[Key, int],
    sums: Iterable[tuple[Key, Sequence[Key]]],
    parts: Iterable[tuple[Key, Key]],
    rule: Disclosure,
) -> dict[Key, Cell]:
    """Each count as it may be shown: rounded, "≤7" or "hidden".

    sums: (whole, all that add up to it).  parts: (part, whole), where the others are a count too.
    A key that was not counted is a count of nobody and is left out of its sum.
    """
    place = {key: at for at, key in enumerate(counts)}
    relations = [
        Relation(place[whole], tuple(place[key] for key in keys if key in place))
        for whole, keys in sums
        if whole in place and any(key in place for key in keys)
    ]
    relations += [Relation(place[whole], (place[part],), with_rest=True) for part, whole in parts]
    first, further = hide(list(counts.values()), relations, rule.suppress_up_to)
    shown = {}
    for key, at in place.items():
        shown[key] = rounded(counts[key], rule)
        if at in first:
            shown[key] = small(rule)
        elif at in further:
            shown[key] = HIDDEN
    return shown


def within(
    total: Mapping[str, Cell],
    rows: Mapping[Key, Mapping[str, int]],
    part_of: Mapping[str, str],
    rule: Disclosure,
) -> dict[Key, dict[str, Cell]]:
    """Rows that add up to a total that was released before: what is hidden of the total is told of none of them."""
    names = [
        name for name in total if not hidden(total[name]) and not hidden(total.get(part_of.get(name, name)))
    ]
    counts = {(key, name): row[name] for key, row in rows.items() for name in names}
    counts |= {("total", name): sum(row[name] for row in rows.values()) for name in names}
    sums = [(("total", name), [(key, name) for key in rows]) for name in names]
    parts = [
        ((key, name), (key, part_of[name]))
        for key in (*rows, "total")
        for name in names
        if part_of.get(name) in names
    ]
    found = released(counts, sums, parts, rule)
    return {key: {name: found.get((key, name), HIDDEN) for name in total} for key in rows}


def percent(part: Cell, whole: Cell) -> Cell:
    """From what is shown; hidden with either, None of nobody."""
    if hidden(part) or hidden(whole):
        return HIDDEN
    return round(100 * part / whole, 1) if whole else None


def beside(value: Cell, count: Cell) -> Cell:
    """A mean or another number that was made from a count: hidden with it."""
    return HIDDEN if hidden(count) else value


def said(count: Cell) -> str:
    """In a sentence."""
    return NOT_SHOWN if hidden(count) else people(count)


def said_share(part: Cell, whole: Cell) -> str:
    return NOT_SHOWN if hidden(part) or hidden(whole) else share(part, whole)
