"""The counts of reach as they may be shown. Slices of the same patients are released together.

A lead sees the whole service by clinic and by month, and the own clinic by quarter and by physiotherapist. Taken one
by one, such tables could be subtracted from each other; here the sums between them are known to disclosure control.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from amble.evaluation.report.disclosure import HIDDEN, hidden
from amble.evaluation.results import Cell
from amble.evaluation.study.model import Disclosure
from amble.outcomes.figures import jointly
from amble.outcomes.figures.reach.counts import Reach, added, whole_of

IN_TIME = ("eligible", "receiving")
BY_CLINIC = ("eligible", "receiving", "declined_offer", "complete", "before", "receiving_before")
"""Not `completed`: nearly all complete what they began, so that a clinic's number would always be hidden.

Not `offered` either but who declined: few do, and hiding them must not hide who received.
"""
BY_CLINICIAN = ("eligible", "receiving", "complete")
YEARS = 3
"""Months of start before these years are told together."""
TOGETHER = 20
"""Clinics released in one table, whose sums are solved together, and protected as if those sums were shown."""

Cells = dict[str, Cell]
Key = tuple[str, Any]


@dataclass(frozen=True)
class Shown:
    """month, quarter: its first day; None for all that began before the last three years."""

    service: Cells
    clinics: Mapping[str, Cells]
    months: Mapping[date | None, Cells]
    quarters: Mapping[str, Mapping[date | None, Cells]]
    clinicians: Mapping[str, Mapping[str, Cells]]


def released(reach: Reach, day: date, rule: Disclosure) -> Shown:
    by_clinic: dict[str, list[Mapping]] = {}
    for cell in reach.cells:
        by_clinic.setdefault(cell["clinic_id"], []).append(cell)
    names = sorted(by_clinic)
    groups = [
        _clinics({clinic: by_clinic[clinic] for clinic in names[start : start + TOGETHER]}, day, rule)
        for start in range(0, len(names), TOGETHER)
    ]
    service, months = _service(reach.cells, day, rule)
    for group in groups:
        _hide_where_hidden(service, group["all", None])
        for month, cells in months.items():
            _hide_where_hidden(cells, group.get(("quarter", quarter_of(month)), {}))
    shown = {key: cells for group in groups for key, cells in group.items()}
    clinics = {clinic: shown["clinic", clinic] for clinic in names}
    quarters: dict[str, dict[date | None, Cells]] = {clinic: {} for clinic in clinics}
    for kind, key in shown:
        if kind == "slice":
            quarters[key[0]][key[1]] = shown[kind, key]
    return Shown(
        service,
        clinics,
        months,
        quarters,
        {clinic: _clinicians(by_clinic[clinic], cells, rule) for clinic, cells in clinics.items()},
    )


def share(cells: Mapping[str, Cell], part: str, whole: str) -> float | str | None:
    """Per cent, from what is shown; hidden with either; None of nobody."""
    return percent(cells[part], cells[whole])


def percent(part: Cell, whole: Cell) -> float | str | None:
    if hidden(part) or hidden(whole):
        return HIDDEN
    return round(100 * part / whole, 1) if whole else None


def offered(cells: Mapping[str, Cell]) -> Cell:
    """Who received it and who declined; hidden with either."""
    if "offered" in cells:
        return cells["offered"]
    both = [cells[name] for name in ("receiving", "declined_offer")]
    return HIDDEN if any(map(hidden, both)) else sum(both)


def month_of(month: date, day: date) -> date | None:
    return month if month >= date(day.year - YEARS, day.month, 1) else None


def quarter_of(month: date | None) -> date | None:
    return month and month.replace(month=3 * ((month.month - 1) // 3) + 1)


def together(
    rows: Mapping[Key, Mapping[str, int]], sums: Mapping[Key, Sequence[Key]], rule: Disclosure
) -> dict[Key, Cells]:
    """Every count of every row as it may be shown. sums: a key -> those that add up to it."""
    counts = {(key, name): n for key, row in rows.items() for name, n in row.items()}
    adding = [
        ((key, name), [(part, name) for part in keys])
        for key, keys in sums.items()
        for name in rows[key]
        if all((part, name) in counts for part in keys)
    ]
    adding += [
        ((key, "eligible"), [(key, "receiving"), (key, "declined_offer")])
        for key, row in rows.items()
        if "declined_offer" in row
    ]
    parts = [
        ((key, name), (key, whole))
        for key, row in rows.items()
        for name in row
        if (whole := whole_of(name, row))
    ]
    found: dict[Key, Cells] = {key: {} for key in rows}
    for (key, name), cell in jointly.released(counts, adding, parts, rule).items():
        found[key][name] = cell
    return found


def _clinics(by_clinic: Mapping[str, list[Mapping]], day: date, rule: Disclosure) -> dict[Key, Cells]:
    """Clinics with their quarters: a clinic is the sum of its quarters, a quarter the sum of the clinics' slices."""
    everybody = [cell for cells in by_clinic.values() for cell in cells]
    rows: dict[Key, dict[str, int]] = {("all", None): added(everybody, BY_CLINIC)}
    slices: dict[tuple, list[Mapping]] = {}
    for clinic, cells in by_clinic.items():
        rows["clinic", clinic] = added(cells, BY_CLINIC)
        for cell in cells:
            slices.setdefault((clinic, quarter_of(month_of(cell["month"], day))), []).append(cell)
    sums: dict[Key, list[Key]] = {("all", None): [("clinic", clinic) for clinic in by_clinic]}
    for (clinic, quarter), cells in sorted(slices.items(), key=lambda item: (item[0][0], _order(item[0][1]))):
        rows["slice", (clinic, quarter)] = added(cells, IN_TIME)
        sums.setdefault(("clinic", clinic), []).append(("slice", (clinic, quarter)))
        sums.setdefault(("quarter", quarter), []).append(("slice", (clinic, quarter)))
    for kind, quarter in [key for key in sums if key[0] == "quarter"]:
        inside = [cell for key, cells in slices.items() if key[1] == quarter for cell in cells]
        rows[kind, quarter] = added(inside, IN_TIME)
    return together(rows, sums, rule)


def _service(cells: Iterable[Mapping], day: date, rule: Disclosure) -> tuple[Cells, dict[date | None, Cells]]:
    months: dict[date | None, list[Mapping]] = {}
    for cell in cells:
        months.setdefault(month_of(cell["month"], day), []).append(cell)
    rows: dict[Key, dict[str, int]] = {("all", None): added(cells)}
    rows |= {("month", month): added(months[month], IN_TIME) for month in sorted(months, key=_order)}
    found = together(rows, {("all", None): [key for key in rows if key[0] == "month"]}, rule)
    return found["all", None], {key: found[kind, key] for kind, key in found if kind == "month"}


def _clinicians(cells: Iterable[Mapping], total: Cells, rule: Disclosure) -> dict[str, Cells]:
    """A clinic's physiotherapists. What is hidden of the clinic is not told of any of them."""
    by_clinician: dict[str, list[Mapping]] = {}
    for cell in cells:
        by_clinician.setdefault(cell["clinician_id"], []).append(cell)
    names = [
        name
        for name in BY_CLINICIAN
        if not hidden(total[name]) and not hidden(total[whole_of(name, BY_CLINICIAN) or name])
    ]
    rows: dict[Key, dict[str, int]] = {("all", None): added(cells, names)}
    rows |= {("one", one): added(own, names) for one, own in by_clinician.items()}
    found = together(rows, {("all", None): [key for key in rows if key[0] == "one"]}, rule)
    nothing = dict.fromkeys(BY_CLINICIAN, HIDDEN)
    return {one: nothing | found["one", one] for one in sorted(by_clinician)}


def _hide_where_hidden(cells: Cells, elsewhere: Mapping[str, Cell]) -> None:
    cells |= {name: HIDDEN for name in cells if hidden(elsewhere.get(name)) and not hidden(cells[name])}


def _order(month: date | None) -> date:
    return month or date.min
