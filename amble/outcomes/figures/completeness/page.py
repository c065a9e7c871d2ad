"""Due, answered, open, missed: by visit, place, time and mode; complete outcomes; the arms; what reminders achieve."""

from collections.abc import Iterator

from amble.evaluation.results import Answer, Cell, Figure, Table
from amble.outcomes.figures.completeness import arms, outcomes
from amble.outcomes.figures.completeness.counts import COUNTS, count, settled
from amble.outcomes.figures.completeness.release import shown
from amble.outcomes.figures.jointly import Cells
from amble.outcomes.figures.part import Part, parts
from amble.outcomes.figures.reach import release
from amble.outcomes.figures.words import percent, said, said_share
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


def sections(material: Material) -> Iterator[Told]:
    found = count(material)
    released = shown(found, material.study.disclosure)
    reach = release.of(material)[1]
    over = settled(material)
    for part, reached in zip(parts(material, found, released), parts(material, None, reach), strict=True):
        clinic = part.clinic
        few = material.study.disclosure.suppress_up_to
        complete = outcomes.answer(reached, material.report, None if clinic else over, few)
        if complete:
            yield Told("completeness", complete, clinic, {"headline": [_complete(complete, reached)]})
        if not part.total or part.total["due"] == 0:
            nothing = "No measures have fallen due yet."
            yield Told("completeness", Answer("measures_due", _ASKED, (nothing,)), clinic)
            continue
        yield Told("completeness", _due(part), clinic, {"headline": [_answered(part)]})
        yield Told("completeness", _over_time(part), clinic)
        yield Told("completeness", arms.answer(part), clinic)
        yield Told("completeness", _reminders(part), clinic)


_ASKED = "Are the measures answered?"


def _complete(answer: Answer, reached: Part) -> dict:
    value = said_share(reached.total["complete"], reached.total["eligible"])
    words = " ".join(
        (answer.sentences[0], *(text for text in answer.sentences if "can still answer" in text))
    )
    return {"name": "outcomes_complete", "value": value, "words": words}


def _answered(part: Part) -> dict:
    total = part.total
    value = said_share(total["answered"], total["due"])
    words = f"{value} of the measures that were due have been answered."
    return {"name": "measures_answered", "value": value, "words": words}


# What is due


def _due(part: Part) -> Answer:
    total = part.total
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
    known = part.cut("visit")
    rows = [(visit.value, *_state_row(known[visit])) for visit in Visit if visit in known]
    rows.append(("all visits", *_state_row(part.total)))
    return Table("completeness_by_visit", "Measures due, by visit", ("visit", *STATES), tuple(rows), COUNTS)


def _by_place(part: Part) -> Table:
    if part.clinic is None:
        rows = [(name, *_state_row(cells)) for _, name, cells in part.clinics()]
        title = "Measures due, by clinic"
        return Table("completeness_by_clinic", title, ("clinic", *STATES), tuple(rows), COUNTS)
    rows = [
        (one or "not recorded", cells["due"], cells["answered"], percent(cells["answered"], cells["due"]))
        for one, cells in part.cut("clinician_id").items()
    ]
    return Table(
        "completeness_by_clinician",
        "Measures due, by the physiotherapist who began care",
        ("clinician", "due", "answered", "percent_answered"),
        tuple(rows),
        ("due", "answered"),
        note="Whether people answer depends on the patients as well: this compares nobody's skill.",
    )


def _by_mode(part: Part) -> Table:
    answered = part.total["answered"]
    rows = tuple(
        (MODE_WORDS[mode], cells["answered"], percent(cells["answered"], answered))
        for mode in MODE_WORDS
        if (cells := part.cut("mode").get(mode))
    )
    title = "How the answers came"
    return Table("completeness_by_mode", title, ("mode", "answered", "percent"), rows, ("answered",))


# Over time


def _over_time(part: Part) -> Answer:
    by = part.time
    rows = tuple(
        (first, cells["due"], cells["answered"], percent(cells["answered"], cells["due"]))
        for first, cells in sorted(part.cut(by).items())
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
    cells = {name: part.cut("became").get(name, {"due": 0})["due"] for name in BECAME}
    due = part.total["due"]
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
