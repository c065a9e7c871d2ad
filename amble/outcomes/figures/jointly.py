"""Counts of the same people in several tables, released together: what one table hides, no other gives away.

A lead sees the whole service by clinic and by month, and the own clinic by quarter and by physiotherapist. Taken one
by one, such tables could be subtracted from each other; here the sums between them are known to disclosure control.
"""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from amble.evaluation.report.disclosure import HIDDEN, hidden, rounded, small
from amble.evaluation.report.unknowns import Relation, hide
from amble.evaluation.results import Cell
from amble.evaluation.study.model import Disclosure

TOGETHER = 20
"""Clinics whose sums are solved together; each such group is protected as if what it adds up to were shown."""

Cut = tuple[str | None, str]
"""Whose counts (a clinic, None: the whole service), and what they are cut by: "all" is not cut."""
Cells = dict[str, Cell]
Counted = Mapping[Cut, Mapping[Any, Mapping[str, int]]]
"""Cut -> value (of "all": None) -> name -> count."""
Shown = Mapping[Cut, Mapping[Any, Cells]]
Key = Hashable
Place = tuple[str, Any, str]
"""What is cut by, value, name."""


@dataclass(frozen=True)
class Slices:
    """Which counts a page tells, and how they hang together.

    service, clinic: what counts are cut by -> the names told.  A service's "month" adds up to its clinics' "quarter".
    clinician: the names told of each physiotherapist (a cut of a clinic by "clinician_id").
    whole_service, whole_clinic: cuts of which disclosure control is told that they add up to "all".
    part_of: name -> the name it is a part of.
    adding: name -> names of the same people, in the same row, that add up to it or to a part of it.
    sums, parts: what else adds up, or is a part, between the cuts of one clinic.
    """

    service: Mapping[str, Sequence[str]]
    clinic: Mapping[str, Sequence[str]]
    clinician: Sequence[str]
    whole_service: Collection[str]
    whole_clinic: Collection[str]
    part_of: Mapping[str, str]
    adding: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sums: Sequence[tuple[Place, Sequence[Place]]] = ()
    parts: Sequence[tuple[Place, Place]] = ()


def shown(counted: Counted, slices: Slices, rule: Disclosure) -> Shown:
    """Every count that the page tells, as it may be shown."""
    clinics = sorted({clinic for clinic, _ in counted if clinic is not None})
    service = _together(counted, [None], slices.service, slices, rule)
    every: dict[Cut, dict[Any, Cells]] = {}
    for start in range(0, len(clinics), TOGETHER):
        group = _together(counted, clinics[start : start + TOGETHER], slices.clinic, slices, rule)
        _hide_where_hidden(service, group, slices)
        every |= {cut: cells for cut, cells in group.items() if cut[0] is not None}
    for clinic in clinics:
        total = {name: every[clinic, "all"][None][name] for name in slices.clinician}
        rows = counted.get((clinic, "clinician_id"), {})
        every[clinic, "clinician_id"] = _within(total, rows, slices, rule)
    return every | service


def quarter_of(month: str | None) -> str | None:
    """The first day of its quarter, of a month by its first day."""
    return month and f"{month[:5]}{3 * ((int(month[5:7]) - 1) // 3) + 1:02}-01"


def _together(
    counted: Counted,
    clinics: Iterable[str | None],
    cuts: Mapping[str, Sequence[str]],
    slices: Slices,
    rule: Disclosure,
) -> dict[Cut, dict[Any, Cells]]:
    """Some clinics with what they add up to, as None; or the whole service alone."""
    counts: dict[tuple, int] = {}
    of_clinics: dict[Key, list[Key]] = {}
    for clinic in clinics:
        for by, names in cuts.items():
            for value, row in counted.get((clinic, by), {}).items():
                for name in names:
                    counts[clinic, by, value, name] = row[name]
                    if clinic is not None:
                        total = (None, by, value, name)
                        counts[total] = counts.get(total, 0) + row[name]
                        of_clinics.setdefault(total, []).append((clinic, by, value, name))
    sums = [*of_clinics.items(), *_sums(counts, slices)]
    cells: dict[Cut, dict[Any, Cells]] = {}
    for (clinic, by, value, name), cell in _released(counts, sums, _parts(counts, slices), rule).items():
        cells.setdefault((clinic, by), {}).setdefault(value, {})[name] = cell
    return cells


def _sums(counts: Collection[tuple], slices: Slices) -> Iterator[tuple[Key, Sequence[Key]]]:
    cuts: dict[tuple, list[Key]] = {}
    for clinic, by, value, name in counts:
        if by in (slices.whole_service if clinic is None else slices.whole_clinic):
            cuts.setdefault((clinic, name, by), []).append((clinic, by, value, name))
        adding = [(clinic, by, value, other) for other in slices.adding.get(name, ())]
        if adding and all(other in counts for other in adding):
            yield (clinic, by, value, name), adding
    for (clinic, name, _), keys in cuts.items():
        yield (clinic, "all", None, name), keys
    for clinic in dict.fromkeys(key[0] for key in counts):
        yield from (((clinic, *whole), [(clinic, *one) for one in ones]) for whole, ones in slices.sums)


def _parts(counts: Collection[tuple], slices: Slices) -> Iterator[tuple[Key, Key]]:
    """Every count with what it is a part of."""
    for clinic, by, value, name in counts:
        whole = _whole_of(
            name, [one for one in slices.part_of.values() if (clinic, by, value, one) in counts], slices
        )
        if whole is not None:
            yield (clinic, by, value, name), (clinic, by, value, whole)
    for clinic in dict.fromkeys(key[0] for key in counts):
        pairs = (((clinic, *part), (clinic, *whole)) for part, whole in slices.parts)
        yield from (pair for pair in pairs if all(one in counts for one in pair))


def _whole_of(name: str, among: Collection[str], slices: Slices) -> str | None:
    """The nearest count that a count is a part of, among those that are told."""
    whole = slices.part_of.get(name)
    while whole is not None and whole not in among:
        whole = slices.part_of.get(whole)
    return whole


def _hide_where_hidden(service: Shown, group: Shown, slices: Slices) -> None:
    """What a group of clinics may not tell of their sum. The months of a quarter add up to it."""
    for (_, by), rows in service.items():
        for value, cells in rows.items():
            if by != "month":
                there = group.get((None, by), {}).get(value, {})
                cells |= {name: HIDDEN for name in cells if hidden(there.get(name))}
                continue
            quarter = group.get((None, "quarter"), {}).get(quarter_of(value), {})
            for name in cells:
                told = quarter.get(name, quarter.get(slices.part_of.get(name)))
                cells[name] = HIDDEN if hidden(told) and not hidden(cells[name]) else cells[name]


def _within(total: Cells, rows: Mapping[Any, Mapping[str, int]], slices: Slices, rule: Disclosure) -> dict:
    """Rows that add up to a total that was released before: what is hidden of the total is told of none of them."""
    names = [
        name
        for name in total
        if not hidden(total[name]) and not hidden(total.get(_whole_of(name, total, slices)))
    ]
    counts = {("", "one", one, name): row[name] for one, row in rows.items() for name in names}
    counts |= {("", "all", None, name): sum(row[name] for row in rows.values()) for name in names}
    sums = [(("", "all", None, name), [("", "one", one, name) for one in rows]) for name in names]
    found = _released(counts, sums, _parts(counts, slices), rule)
    return {one: {name: found.get(("", "one", one, name), HIDDEN) for name in total} for one in rows}


def _released(
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
    released = {}
    for key, at in place.items():
        released[key] = rounded(counts[key], rule)
        if at in first:
            released[key] = small(rule)
        elif at in further:
            released[key] = HIDDEN
    return released
