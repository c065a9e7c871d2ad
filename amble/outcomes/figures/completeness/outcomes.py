"""Complete outcomes: the first outcome known at the start and at discharge, beside what the study published."""

from collections.abc import Iterator

from amble.evaluation.marks import people, share
from amble.evaluation.report.disclosure import hidden
from amble.evaluation.report.model import Report
from amble.evaluation.results import Answer, Cell, Table
from amble.evaluation.study.model import ARMS
from amble.outcomes.figures.counting import Row
from amble.outcomes.figures.jointly import Cells
from amble.outcomes.figures.part import Part
from amble.outcomes.figures.reach.steps import published, reference, steps
from amble.outcomes.figures.words import percent, said, said_share

COLUMNS = ("eligible", "complete", "percent_complete")


def answer(reached: Part, report: Report | None, settled: Row | None, few: int) -> Answer | None:
    """None where nobody is eligible. Counted as on the page of reach, and as in the report.

    reached: what `reach.release` tells of the service or of a clinic.  settled: as `counts.settled`, of the service.
    few: counts up to this are not told.
    """
    cells = reached.total
    if not cells.get("eligible"):
        return None
    return Answer(
        name="outcomes_complete",
        question="Of how many people do we know how they did?",
        sentences=(
            f"For {said_share(cells['complete'], cells['eligible'])} of the eligible patients {reached.where} the "
            "outcome is known at the start and at discharge.",
            f"That is {said(cells['complete'])} of {said(cells['eligible'])}. Of those who did not answer nobody "
            "can say whether they got better.",
            *(_settled(cells, settled, few) if settled else ()),
            _study(),
        ),
        tables=(_by_place(reached), *(_by_arm(report) if report and reached.clinic is None else ())),
        assumptions=(
            "Eligible: care began, of the age and the duration of pain that the study file asks for.",
            "The others may have done better or worse than those we know of.",
        ),
    )


def _settled(cells: Cells, settled: Row, few: int) -> Iterator[str]:
    """The study counted after its last patient had answered or not; a service that goes on has some who still may.

    Nothing is said where what is left of a total that the page shows would be a few people.
    """
    whole, complete = settled["eligible"], settled["complete"]
    if hidden(cells["eligible"]) or hidden(cells["complete"]):
        return
    open_, answered = cells["eligible"] - whole, cells["complete"] - complete
    told = (open_, answered, open_ - answered, whole, complete, whole - complete)
    if open_ and whole and not any(1 <= n <= few for n in told):
        yield (
            f"{people(open_)} are still in care or can still answer. Of the {people(whole)} others the outcome is "
            f"known for {share(complete, whole)}."
        )


def _study() -> str:
    step = steps()["outcomes_complete"]
    return (
        f"For reference, published by {reference().name}, not counted here: {step.study_count:,} of "
        f"{steps()['patients_eligible'].study_count:,} patients had complete outcomes, "
        f"{published(step, 'patients_eligible')}% (printed as 39.0%; {reference().cite})."
    )


def _by_place(reached: Part) -> Table:
    if reached.clinic is None:
        rows = [(name, *_row(cells)) for _, name, cells in reached.clinics()]
        title = "Complete outcomes, by clinic"
        return Table("outcomes_complete_by_clinic", title, ("clinic", *COLUMNS), tuple(rows), COLUMNS[:2])
    rows = [(one or "not recorded", *_row(cells)) for one, cells in reached.cut("clinician_id").items()]
    title = "Complete outcomes, by physiotherapist"
    return Table("outcomes_complete_by_clinician", title, ("clinician", *COLUMNS), tuple(rows), COLUMNS[:2])


def _row(cells: Cells) -> tuple[Cell, ...]:
    eligible, complete = (cells[name] for name in COLUMNS[:2])
    return (eligible, complete, percent(complete, eligible))


def _by_arm(report: Report) -> tuple[Table, ...]:
    found = report.implementation.get("outcomes_complete_by_arm")
    if not isinstance(found, dict):
        return ()
    rows = [(ARMS[arm], one.whole, one.part, percent(one.part, one.whole)) for arm, one in found.items()]
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
