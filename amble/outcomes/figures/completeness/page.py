"""Due, answered, open, missed: by visit, place, time and mode; complete outcomes; the arms; what reminders achieve."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from amble.evaluation.results import Answer, Cell, Figure, Table
from amble.outcomes.figures.completeness import arms, outcomes
from amble.outcomes.figures.completeness.counts import MODES, Completeness, count
from amble.outcomes.figures.completeness.release import Cells, Shown, shown
from amble.outcomes.figures.jointly import percent, said, said_share
from amble.outcomes.figures.reach import counts as reach_counts
from amble.outcomes.figures.reach import release as reach_release
from amble.outcomes.material import Material
from amble.outcomes.told import Told
from amble.vocabulary import Visit

MODE_WORDS = {
    "own_device": "Own device",
    "clinic_tablet": "Tablet at the clinic",
    "paper": "Paper",
    "telephone": "Telephone",
    "not_recorded": "Not recorded",
}
STATES = ("due", "answered", "percent_answered", "open", "missed")
COUNTED = ("due", "answered", "open", "missed")


@dataclass(frozen=True)
class Part:
    """What one clinic (None: the whole service) is told. names: clinic -> name."""

    clinic: str | None
    found: Completeness
    shown: Shown
    names: Mapping[str, str]
    confidence: float

    @property
    def where(self) -> str:
        return "in the whole service" if self.clinic is None else "in this clinic"

    def cells(self, by: str = "all", value: Any = None) -> Cells:
        return self.shown.get((self.clinic, by, value)) or dict.fromkeys(
            ("due", "answered", "open", "missed"), 0
        )

    def values(self, by: str) -> list:
        return [key[2] for key in self.shown if key[:2] == (self.clinic, by)]


def sections(material: Material) -> Iterator[Told]:
    found = count(material)
    rule = material.study.disclosure
    released = shown(found, rule)
    reach = reach_release.released(reach_counts.count(material), material.day, rule)
    for clinic in (None, *material.own_clinics):
        part = Part(clinic, found, released, material.own_clinics, material.study.confidence)
        complete = outcomes.answer(part, reach, material.report if clinic is None else None)
        if complete:
            yield Told("completeness", complete, clinic, {"headline": [_complete(complete, part, reach)]})
        if part.cells()["due"] == 0:
            nothing = "No measures have fallen due yet."
            yield Told("completeness", Answer("measures_due", _ASKED, (nothing,)), clinic)
            continue
        yield Told("completeness", _due(part), clinic, {"headline": [_answered(part)]})
        yield Told("completeness", _over_time(part), clinic)
        yield Told("completeness", arms.answer(part), clinic)
        yield Told("completeness", _reminders(part), clinic)


_ASKED = "Are the measures answered?"


def _complete(answer: Answer, part: Part, reach: reach_release.Shown) -> dict:
    cells = outcomes.cells_of(part, reach)
    value = said_share(cells["complete"], cells["eligible"])
    return {"name": "outcomes_complete", "value": value, "words": answer.sentences[0]}


def _answered(part: Part) -> dict:
    total = part.cells()
    value = said_share(total["answered"], total["due"])
    words = f"{value} of the measures that were due have been answered."
    return {"name": "measures_answered", "value": value, "words": words}


# What is due


def _due(part: Part) -> Answer:
    total = part.cells()
    tables = (_by_visit(part), _by_place(part), _by_mode(part))
    pictured = tables[:1] if part.clinic else tables[:2]
    return Answer(
        name="measures_due",
        question=_ASKED,
        sentences=(
            f"Measures were due {said(total['due'])} times {part.where}; "
            f"{said_share(total['answered'], total['due'])} of them are answered.",
            f"{said(total['missed'])} closed without an answer; {said(total['open'])} are open and can still be "
            "answered.",
            "A patient counts once for each visit whose day has come. Measures that were withdrawn before an answer do "
            "not count.",
        ),
        tables=tables,
        figures=tuple(_picture(table) for table in pictured),
    )


def _picture(table: Table) -> Figure:
    return Figure(
        name=f"{table.name}_picture",
        title=f"{table.title}: per cent answered",
        kind="bars",
        table=table.name,
        encoding={"x": table.columns[0], "y": "percent_answered"},
        description="One bar for each row of the table: how many of 100 measures that were due are answered.",
    )


def _state_row(cells: Cells) -> tuple[Cell, ...]:
    return (
        cells["due"],
        cells["answered"],
        percent(cells["answered"], cells["due"]),
        cells["open"],
        cells["missed"],
    )


def _by_visit(part: Part) -> Table:
    known = set(part.values("visit"))
    rows = [(visit.value, *_state_row(part.cells("visit", visit.value))) for visit in Visit if visit in known]
    rows.append(("all visits", *_state_row(part.cells())))
    return Table("completeness_by_visit", "Measures due, by visit", ("visit", *STATES), tuple(rows), COUNTED)


def _by_place(part: Part) -> Table:
    if part.clinic is None:
        rows = [
            (name, *_state_row(part.shown[clinic, "all", None]))
            for clinic, name in sorted(part.names.items(), key=lambda item: item[1])
            if (clinic, "all", None) in part.shown
        ]
        title = "Measures due, by clinic"
        return Table("completeness_by_clinic", title, ("clinic", *STATES), tuple(rows), COUNTED)
    rows = []
    for one in part.values("clinician_id"):
        cells = part.cells("clinician_id", one)
        rows.append(
            (one or "not recorded", cells["due"], cells["answered"], percent(cells["answered"], cells["due"]))
        )
    return Table(
        "completeness_by_clinician",
        "Measures due, by the physiotherapist who began care",
        ("clinician", "due", "answered", "percent_answered"),
        tuple(rows),
        ("due", "answered"),
        note="Whether people answer depends on the patients as well: this compares nobody's skill.",
    )


def _by_mode(part: Part) -> Table:
    answered = part.cells()["answered"]
    rows = tuple(
        (MODE_WORDS[mode], cells["answered"], percent(cells["answered"], answered))
        for mode in MODES
        if (cells := part.shown.get((part.clinic, "mode", mode)))
    )
    title = "How the answers came"
    return Table("completeness_by_mode", title, ("mode", "answered", "percent"), rows, ("answered",))


# Over time


def _over_time(part: Part) -> Answer:
    by = "month" if part.clinic is None else "quarter"
    rows = tuple(
        (first, cells["due"], cells["answered"], percent(cells["answered"], cells["due"]))
        for first in sorted(part.values(by))
        for cells in (part.cells(by, first),)
    )
    table = Table(
        f"completeness_by_{by}",
        f"Measures by the {by} in which they were due",
        (by, "due", "answered", "percent_answered"),
        rows,
        ("due", "answered"),
    )
    picture = Figure(
        name=f"completeness_by_{by}_picture",
        title=f"Per cent answered, by {by}",
        kind="by_month",
        table=table.name,
        encoding={"x": by, "y": "percent_answered"},
        description=f"A line over the {by}s in which measures were due: how many of 100 are answered. What cannot be "
        "shown leaves a gap.",
    )
    return Answer(
        name="completeness_over_time",
        question="Is it getting better?",
        sentences=(f"The newest {by}s will still rise: some of their measures can be answered for weeks.",),
        tables=(table,),
        figures=(picture,),
    )


# Reminders


BECAME = {
    "before": "Before any reminder",
    "first": "Within a week of the first reminder",
    "second": "Within a week of the second",
    "later": "Later than that",
    "open": "Not yet, and still open",
    "reminded": "Never, though reminded",
    "silent": "Never, and not reminded",
}


def _reminders(part: Part) -> Answer:
    cells = {name: part.shown.get((part.clinic, "became", name), {"due": 0})["due"] for name in BECAME}
    due = part.cells()["due"]
    rows = tuple((words, cells[name], percent(cells[name], due)) for name, words in BECAME.items())
    table = Table(
        "reminders",
        "When measures that were due were answered",
        ("answered_when", "measures", "percent"),
        rows,
        ("measures",),
    )
    return Answer(
        name="reminders",
        question="What do reminders achieve?",
        sentences=(
            f"{said_share(cells['before'], due)} of the measures that were due were answered before any reminder, "
            f"{said_share(cells['first'], due)} within a week of the first one, which leaves on the due day, and "
            f"{said_share(cells['second'], due)} within a week of the second one, a week later.",
            "This is before and after, not proof: some would have answered without a reminder.",
            f"{said(cells['silent'])} closed without an answer and without a reminder: there was no way to remind, or "
            "reminders were paused.",
        ),
        tables=(table,),
        figures=(
            Figure(
                name="reminders_picture",
                title="When measures that were due were answered",
                kind="bars",
                table="reminders",
                encoding={"x": "answered_when", "y": "percent"},
                description="One bar for each way: how many of 100 measures that were due.",
            ),
        ),
        assumptions=("An answer on the day of a reminder came after it: who has answered is not reminded.",),
    )
