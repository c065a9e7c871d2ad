"""The counts of fidelity as they may be shown: the whole service, its clinics, and how both are split, together."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

from amble.evaluation.report.disclosure import HIDDEN, hidden
from amble.evaluation.results import Cell
from amble.evaluation.study.model import Disclosure
from amble.outcomes.figures.fidelity.counts import COUNTS, PART_OF, Fidelity, Row, inside
from amble.outcomes.figures.jointly import TOGETHER, released, within

SPLITS = {"all": COUNTS, "session": COUNTS[:4], "quarter": ("scored",), "month": ("scored", "adherent")}
KINDS = {"ticked": "breached", "seen": "rated", "missed": "seen"}
"""Breaches of one kind, and what they are a part of."""

Cells = dict[str, Cell]
Shown = Mapping[tuple[str | None, str, Any], Cells]


def shown(found: Fidelity, rule: Disclosure) -> Shown:
    """(clinic, by, value) -> counts; by as in fidelity_counts, or "kind" for a kind of breach."""
    clinics = sorted({clinic for clinic, *_ in found.groups if clinic is not None})
    service = _released({None: _of(found, None, ("all", "session", "month"))}, rule)
    groups = [
        _released({clinic: _of(found, clinic, ("all", "session", "quarter")) for clinic in some}, rule)
        for some in (clinics[at : at + TOGETHER] for at in range(0, len(clinics), TOGETHER))
    ]
    for group in groups:
        for key, cells in service.items():
            for name in cells:
                if hidden(group.get(key, {}).get(name)):
                    cells[name] = HIDDEN
    for month, cells in service.items():
        _hide_in_hidden_quarter(month, cells, groups)
    every = {key: cells for group in groups for key, cells in group.items() if key[0] is not None} | service
    for clinic in clinics:
        rows = {one: _only(row, COUNTS) for one, row in found.of(clinic, "clinician").items()}
        cells = within(every[clinic, "all", None], rows, PART_OF, rule)
        every |= {(clinic, "clinician", one): each for one, each in cells.items()}
    return every


def _of(found: Fidelity, clinic: str | None, splits: Sequence[str]) -> dict[tuple[str, Any], dict[str, int]]:
    """(by, value) -> counts of one clinic or of the whole service."""
    rows = {
        (by, value): _only(row, SPLITS[by]) for by in splits for value, row in found.of(clinic, by).items()
    }
    for row in inside(found.breaches, clinic):
        counts = rows.setdefault(("kind", row["kind"]), dict.fromkeys(KINDS, 0))
        for name in KINDS:
            counts[name] += row[name]
    return rows


def _released(clinics: Mapping[str | None, Mapping], rule: Disclosure) -> dict:
    """Some clinics with what they add up to, as None; or the whole service alone."""
    counts: dict[Hashable, int] = {}
    sums: dict[Hashable, list[Hashable]] = {}
    for clinic, rows in clinics.items():
        for (by, value), names in rows.items():
            for name, n in names.items():
                key = (clinic, by, value, name)
                counts[key] = n
                if by not in ("all", "kind"):
                    sums.setdefault(((clinic, "all", None, name), by), []).append(key)
                if clinic is not None:
                    total = (None, by, value, name)
                    counts[total] = counts.get(total, 0) + n
                    sums.setdefault((total, "clinics"), []).append(key)
    if None not in clinics:
        for total in [key for key in counts if key[0] is None and key[1] not in ("all", "kind")]:
            sums.setdefault(((None, "all", None, total[3]), total[1]), []).append(total)
    cells = released(counts, [(whole, parts) for (whole, _), parts in sums.items()], _parts(counts), rule)
    found: dict = {}
    for (clinic, by, value, name), cell in cells.items():
        found.setdefault((clinic, by, value), {})[name] = cell
    return found


def _parts(counts: Iterable[Hashable]) -> list[tuple[Hashable, Hashable]]:
    """Every count with the one it is a part of; a kind of breach is a part of what its clinic counted."""
    counts = set(counts)
    found = []
    for clinic, by, value, name in sorted(counts, key=str):
        whole = (clinic, by, value, PART_OF.get(name) or KINDS.get(name))
        if by == "kind" and name != "missed":
            whole = (clinic, "all", None, KINDS[name])
        if whole in counts:
            found.append(((clinic, by, value, name), whole))
    return found


def _hide_in_hidden_quarter(key: tuple, cells: Cells, groups: Iterable[Mapping]) -> None:
    """The months of a quarter that a group of clinics may not tell add up to it."""
    if key[1] == "month":
        quarter = f"{key[2][:5]}{3 * ((int(key[2][5:7]) - 1) // 3) + 1:02}-01"
        if any(hidden(group.get((None, "quarter", quarter), {}).get("scored")) for group in groups):
            cells |= {name: HIDDEN for name in cells if not hidden(cells[name])}


def _only(row: Row, names: Sequence[str]) -> dict[str, int]:
    return {name: row[name] for name in names}
