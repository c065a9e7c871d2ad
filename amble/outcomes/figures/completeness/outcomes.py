"""Complete outcomes: the first outcome known at the start and at discharge, beside what the study published."""

from typing import TYPE_CHECKING

from amble.evaluation.report.model import Report, Share
from amble.evaluation.results import Answer, Cell, Table
from amble.evaluation.study.model import ARMS
from amble.outcomes.figures.jointly import HIDDEN, percent, said, said_share
from amble.outcomes.figures.reach.release import Cells, Shown
from amble.outcomes.figures.reach.steps import published, reference, steps

if TYPE_CHECKING:
    from amble.outcomes.figures.completeness.page import Part

COLUMNS = ("eligible", "complete", "percent_complete")


def answer(part: "Part", reach: Shown, report: Report | None) -> Answer | None:
    """None where nobody is eligible. Counted as on the page of reach, and as in the report."""
    cells = cells_of(part, reach)
    if not cells.get("eligible"):
        return None
    return Answer(
        name="outcomes_complete",
        question="Of how many people do we know how they did?",
        sentences=(
            f"For {said_share(cells['complete'], cells['eligible'])} of the eligible patients {part.where} the outcome "
            "is known at the start and at discharge.",
            f"That is {said(cells['complete'])} of {said(cells['eligible'])}. Of the others nobody can say whether "
            "they got better.",
            _study(),
        ),
        tables=(_by_place(part, reach), *(_by_arm(report) if report else ())),
        assumptions=(
            "Eligible: care began, of the age and the duration of pain that the study file asks for.",
            "The others may have done better or worse than those we know of.",
        ),
    )


def cells_of(part: "Part", reach: Shown) -> Cells:
    return reach.service if part.clinic is None else reach.clinics.get(part.clinic, {})


def _study() -> str:
    step = steps()["outcomes_complete"]
    return (
        f"For reference, published by {reference().name}, not counted here: {step.study_count:,} of "
        f"{steps()['patients_eligible'].study_count:,} patients had complete outcomes, "
        f"{published(step, 'patients_eligible')}% (printed as 39.0%; {reference().cite})."
    )


def _by_place(part: "Part", reach: Shown) -> Table:
    if part.clinic is None:
        rows = [
            (name, *_row(reach.clinics[clinic]))
            for clinic, name in sorted(part.names.items(), key=lambda item: item[1])
            if clinic in reach.clinics
        ]
        title = "Complete outcomes, by clinic"
        return Table("outcomes_complete_by_clinic", title, ("clinic", *COLUMNS), tuple(rows), COLUMNS[:2])
    rows = [
        (one or "not recorded", *_row(cells)) for one, cells in reach.clinicians.get(part.clinic, {}).items()
    ]
    title = "Complete outcomes, by physiotherapist"
    return Table("outcomes_complete_by_clinician", title, ("clinician", *COLUMNS), tuple(rows), COLUMNS[:2])


def _row(cells: Cells) -> tuple[Cell, ...]:
    eligible, complete = (cells.get(name, HIDDEN) for name in COLUMNS[:2])
    return (eligible, complete, percent(complete, eligible))


def _by_arm(report: Report) -> tuple[Table, ...]:
    found = report.implementation.get("outcomes_complete_by_arm")
    if not isinstance(found, dict):
        return ()
    rows = [(ARMS[arm], share.whole, share.part, _percent(share)) for arm, share in found.items()]
    table = Table(
        "outcomes_complete_by_arm",
        "Complete outcomes, by kind of care",
        ("care", *COLUMNS),
        tuple(rows),
        COLUMNS[:2],
        derived={"percent_complete": "complete"},
        parts={"complete": "eligible"},
    )
    return (table,)


def _percent(share: Share) -> float | None:
    return round(100 * share.part / share.whole, 1) if share.whole else None
