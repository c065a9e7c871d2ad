"""The slices of reach as tables and pictures: by clinic, by month or quarter of start, by physiotherapist."""

from collections.abc import Mapping

from amble.evaluation.report.disclosure import HIDDEN, hidden
from amble.evaluation.results import Cell, Figure, Table
from amble.outcomes.figures.jointly import Cells, Shown
from amble.outcomes.figures.reach.counts import Reach
from amble.outcomes.figures.reach.release import BY_CLINICIAN, YEARS, offered
from amble.outcomes.figures.reach.steps import published, reference, steps
from amble.outcomes.figures.words import percent, wilson
from amble.outcomes.material import Material

REFERENCE = "the ETMI study"
IN_TIME = ("from", "eligible", "receiving", "percent", "low", "high", REFERENCE)
TOGETHER = "Small numbers are hidden so that no table, alone or beside its neighbours, gives them away."


def of_service(material: Material, shown: Shown) -> tuple[Table, ...]:
    return _by_clinic(material, shown), _in_time(
        material, "reach_by_month", "By month of start", shown.get((None, "month"), {})
    )


def of_clinic(material: Material, shown: Shown, own: Reach, clinic: str) -> tuple[Table, ...]:
    """`reach_by_clinician` says what the clinic and the whole service reach too: for each one's own page."""
    quarters = _in_time(material, "reach_by_quarter", "By quarter of start", shown[clinic, "quarter"])
    return quarters, _by_clinician(shown, clinic, own)


def funnel_figure(table: str) -> Figure:
    return Figure(
        name=table,
        title="From invited to complete",
        kind="funnel",
        table=table,
        encoding={
            **{"y": "step", "x": "percent_of_first", "count": "count", "share": "percent", "of": "of"},
            **{"reference": REFERENCE, "colour": "whose"},
        },
        description="A bar for each step, as long as its share of those who could have come so far: of the invited "
        "physiotherapists, then of the eligible patients. A dashed mark shows the same share in the ETMI study.",
    )


def where_figure(table: str) -> Figure:
    return Figure(
        name="reach_where",
        title="Where the eligible patients went",
        kind="bars",
        table=table,
        encoding={"y": "where", "x": "percent"},
        description="Bars: per cent of the eligible patients who received ETMI, and of those who did not, by the "
        "likeliest reason.",
    )


def service_figures() -> tuple[Figure, ...]:
    clinics = Figure(
        name="reach_by_clinic",
        title="Eligible patients who received ETMI, by clinic",
        kind="bars",
        table="reach_by_clinic",
        encoding={"y": "clinic", "x": "percent"},
        description="Bars: per cent of each clinic's eligible patients who received ETMI, clinics by name.",
    )
    return _time_figure("reach_by_month", "month"), clinics


def quarter_figure() -> Figure:
    return _time_figure("reach_by_quarter", "quarter")


def _time_figure(table: str, unit: str) -> Figure:
    encoding = {"x": "from", "y": "percent", "low": "low", "high": "high", "reference": REFERENCE}
    return Figure(
        name=table,
        title=f"Eligible patients who received ETMI, by {unit} of start",
        kind="by_month",
        table=table,
        encoding=encoding,
        description=f"A line: per cent of the eligible patients of each {unit} who received ETMI, with 95% intervals. "
        "The dashed line is the whole ETMI study, as a reference.",
    )


def _by_clinic(material: Material, shown: Shown) -> Table:
    def named(clinic: str) -> str:
        return material.own_clinics.get(clinic, f"{clinic} (does not use Amble)")

    rows = tuple(
        (
            *(named(clinic), cells["eligible"], offered(cells), cells["receiving"]),
            *(
                percent(cells["receiving"], cells["eligible"]),
                *wilson(cells["receiving"], cells["eligible"], material.study.confidence),
            ),
            *_when_trained(cells),
            *(cells["complete"], percent(cells["complete"], cells["eligible"])),
        )
        for clinic in sorted((clinic for clinic, by in shown if clinic and by == "all"), key=named)
        for cells in shown[clinic, "all"].values()
    )
    columns = (
        *("clinic", "eligible", "offered", "receiving", "percent", "low", "high", "eligible_when_trained"),
        *("receiving_when_trained", "percent_when_trained", "outcomes_complete", "outcomes_complete_percent"),
    )
    note = "When trained: of those who began after their own physiotherapist's training. " + TOGETHER
    return Table("reach_by_clinic", "By clinic", columns, rows, note=note)


def _when_trained(cells: Cells) -> tuple[Cell, Cell, Cell]:
    """Counts and share of those who began after the training; hidden with anything they could be worked out from."""
    if any(hidden(cells[name]) for name in ("eligible", "before", "receiving", "receiving_before")):
        return HIDDEN, HIDDEN, HIDDEN
    whole, part = cells["eligible"] - cells["before"], cells["receiving"] - cells["receiving_before"]
    return whole, part, percent(part, whole)


def _in_time(material: Material, name: str, title: str, slices: Mapping[str | None, Cells]) -> Table:
    level = published(steps()["patients_receiving"], "patients_eligible")
    rows = tuple(
        (
            start,
            *(cells["eligible"], cells["receiving"], percent(cells["receiving"], cells["eligible"])),
            *wilson(cells["receiving"], cells["eligible"], material.study.confidence),
            level,
        )
        for start, cells in slices.items()
        if start
    )
    note = f"The last {YEARS} years. {reference().name[0].upper()}{reference().name[1:]}: its share in all. "
    return Table(name, title, IN_TIME, rows, note=note + TOGETHER, folded=True)


def _by_clinician(shown: Shown, clinic: str, own: Reach) -> Table:
    """The clinic's physiotherapists beside the clinic. Not in order of success: this is no league table."""
    trained = {one.clinician: "yes" if one.trained else "not yet" for one in own.staff}
    everybody = {one.clinician: dict.fromkeys(BY_CLINICIAN, 0) for one in own.staff} | dict(
        shown[clinic, "clinician_id"]
    )
    sums = (("the clinic", shown[clinic, "all"][None]), ("the whole service", shown[None, "all"][None]))
    rows: list[tuple[Cell, ...]] = [(name, None, *_counts(cells)) for name, cells in sums]
    rows += [
        (one, trained.get(one, "not invited"), *_counts(cells)) for one, cells in sorted(everybody.items())
    ]
    return Table(
        name="reach_by_clinician",
        title="Reach, by physiotherapist",
        columns=(
            *("clinician", "trained", "eligible", "receiving", "receiving_percent"),
            *("outcomes_complete", "outcomes_complete_percent"),
        ),
        rows=tuple(rows),
        total_rows={0: tuple(range(2, len(rows))), 1: ()},
        note="Who sees few patients, or was trained late, cannot have reached many. " + TOGETHER,
    )


def _counts(cells: Cells) -> tuple[Cell, ...]:
    counts = (cells["eligible"], cells["receiving"], percent(cells["receiving"], cells["eligible"]))
    return *counts, cells["complete"], percent(cells["complete"], cells["eligible"])
