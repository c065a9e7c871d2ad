"""The counts of completeness as they may be shown: service, clinics, visits, time, modes and reminders, together."""

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from amble.evaluation.report.disclosure import HIDDEN, hidden
from amble.evaluation.results import Cell
from amble.evaluation.study.model import Disclosure
from amble.outcomes.figures.completeness.counts import COUNTS, Completeness
from amble.outcomes.figures.jointly import TOGETHER, released, within

SPLITS = {
    "all": COUNTS,
    "visit": COUNTS,
    "arm": ("due", "answered"),
    "mode": ("answered",),
    "became": ("due",),
    "quarter": ("due", "answered"),
    "month": ("due", "answered"),
}
WHOLE = ("visit", "mode", "quarter", "month")
"""Splits whose parts add up to all of a clinic. Those before care began have no arm; for reminders see _reminders."""
BY_CLINICIAN = ("due", "answered")

Cells = dict[str, Cell]
Shown = Mapping[tuple[str | None, str, Any], Cells]


def shown(found: Completeness, rule: Disclosure) -> Shown:
    """(clinic, by, value) -> counts; by as in completeness_counts."""
    clinics = sorted({clinic for clinic, *_ in found.groups if clinic is not None})
    in_service = [by for by in SPLITS if by != "quarter"]
    in_clinic = [by for by in SPLITS if by != "month"]
    service = _released({None: _of(found, None, in_service)}, rule)
    groups = [
        _released({clinic: _of(found, clinic, in_clinic) for clinic in some}, rule)
        for some in (clinics[at : at + TOGETHER] for at in range(0, len(clinics), TOGETHER))
    ]
    for (_, by, value), cells in service.items():
        elsewhere = (None, "quarter", _quarter(value)) if by == "month" else (None, by, value)
        for name in cells:
            if any(hidden(group.get(elsewhere, {}).get(name)) for group in groups) and not hidden(
                cells[name]
            ):
                cells[name] = HIDDEN
    every = {key: cells for group in groups for key, cells in group.items() if key[0] is not None} | service
    for clinic in clinics:
        rows = {
            one: {name: row[name] for name in BY_CLINICIAN}
            for one, row in found.of(clinic, "clinician_id").items()
        }
        total = {name: every[clinic, "all", None][name] for name in BY_CLINICIAN}
        cells = within(total, rows, {"answered": "due"}, rule)
        every |= {(clinic, "clinician_id", one): each for one, each in cells.items()}
    return every


def _of(found: Completeness, clinic: str | None, splits: Iterable[str]) -> dict[tuple, int]:
    return {
        (by, value, name): row[name]
        for by in splits
        for value, row in found.of(clinic, by).items()
        for name in SPLITS[by]
    }


def _released(clinics: Mapping[str | None, Mapping[tuple, int]], rule: Disclosure) -> dict:
    """Some clinics with what they add up to, as None; or the whole service alone."""
    counts: dict[Hashable, int] = {}
    sums: dict[Hashable, list[Hashable]] = {}
    for clinic, rows in clinics.items():
        for place, n in rows.items():
            counts[clinic, *place] = n
            if clinic is not None:
                counts[None, *place] = counts.get((None, *place), 0) + n
                sums.setdefault(((None, *place), "clinics"), []).append((clinic, *place))
    for key in list(counts):
        clinic, by, _value, name = key
        if by in WHOLE:
            sums.setdefault(((clinic, "all", None, name), by), []).append(key)
        if by in ("all", "visit") and name == "due":
            sums[key, "states"] = [(*key[:3], state) for state in COUNTS[1:]]
    for clinic in {key[0] for key in counts}:
        sums |= _reminders(clinic)
    parts = [
        (key, (*key[:3], "due")) for key in counts if key[3] == "answered" and (*key[:3], "due") in counts
    ]
    parts += [(key, (key[0], "all", None, "due")) for key in counts if key[1:] == ("arm", "etmi", "due")]
    cells = released(counts, [(whole, keys) for (whole, _), keys in sums.items()], parts, rule)
    found: dict = {}
    for (clinic, by, value, name), cell in cells.items():
        found.setdefault((clinic, by, value), {})[name] = cell
    return found


def _reminders(clinic: str | None) -> dict[Hashable, list[Hashable]]:
    """What became of them adds up to those answered, those missed and those open."""
    states = {
        "answered": ("before", "first", "second", "later"),
        "missed": ("reminded", "silent"),
        "open": ("open",),
    }
    return {
        ((clinic, "all", None, state), "became"): [(clinic, "became", one, "due") for one in became]
        for state, became in states.items()
    }


def _quarter(month: str) -> str:
    return f"{month[:5]}{3 * ((int(month[5:7]) - 1) // 3) + 1:02}-01"
