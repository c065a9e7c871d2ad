"""The counts of reach as they may be shown: service, clinics, months, quarters and physiotherapists, together."""

from amble.evaluation.report.disclosure import HIDDEN, hidden
from amble.evaluation.results import Cell
from amble.outcomes.figures import jointly
from amble.outcomes.figures.jointly import Cells, Counted, Shown, Slices, quarter_of
from amble.outcomes.figures.reach.counts import COUNTS, PART_OF, Reach, count
from amble.outcomes.material import Material

IN_TIME = ("eligible", "receiving")
BY_CLINIC = ("eligible", "receiving", "declined_offer", "complete", "before", "receiving_before")
"""Not `completed`: nearly all complete what they began, so that a clinic's number would always be hidden.

Not `offered` either but who declined: few do, and hiding them must not hide who received.
"""
BY_CLINICIAN = ("eligible", "receiving", "complete")
YEARS = 3
"""Months of start before these years are told together."""
SLICES = Slices(
    service={"all": COUNTS, "month": IN_TIME},
    clinic={"all": BY_CLINIC, "quarter": IN_TIME},
    clinician=BY_CLINICIAN,
    whole_service=("month",),
    whole_clinic=("quarter",),
    part_of=PART_OF,
    adding={"eligible": ("receiving", "declined_offer")},
)


def of(material: Material) -> tuple[Reach, Shown]:
    """What was counted, and what of it may be shown: once a night, for the three pages that tell of it."""
    if "reach" not in material.memo:
        reach = count(material)
        material.memo["reach"] = reach, shown(reach, material)
    return material.memo["reach"]


def shown(reach: Reach, material: Material) -> Shown:
    return jointly.shown(counted(reach, material), SLICES, material.study.disclosure)


def counted(reach: Reach, material: Material) -> Counted:
    """Month, quarter: its first day; None for all that began before the last three years."""
    first = f"{material.day.year - YEARS}-{material.day.month:02}-01"
    names = (*COUNTS, "declined_offer")
    found: dict = {(None, "all"): {None: dict.fromkeys(names, 0)}}
    for cell in reach.cells:
        clinic, month = cell["clinic_id"], cell["month"] if cell["month"] >= first else None
        for cut, value in (
            ((None, "all"), None),
            ((None, "month"), month),
            ((clinic, "all"), None),
            ((clinic, "quarter"), quarter_of(month)),
            ((clinic, "clinician_id"), cell["clinician_id"]),
        ):
            row = found.setdefault(cut, {}).setdefault(value, dict.fromkeys(names, 0))
            for name in names:
                row[name] += cell[name]
    return {cut: dict(sorted(rows.items(), key=lambda pair: pair[0] or "")) for cut, rows in found.items()}


def offered(cells: Cells) -> Cell:
    """Who received it and who declined; hidden with either."""
    if "offered" in cells:
        return cells["offered"]
    both = [cells[name] for name in ("receiving", "declined_offer")]
    return HIDDEN if any(map(hidden, both)) else sum(both)
