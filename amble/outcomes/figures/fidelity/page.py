"""Whether ETMI was given as it was meant: self-reported scores, over time, by part of the checklist; then raters."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from amble.evaluation.analyses.words import interval, number
from amble.evaluation.estimators.shares import share_difference
from amble.evaluation.report.disclosure import hidden
from amble.evaluation.results import Answer, Cell, Figure, Table
from amble.outcomes.figures.counting import Row, inside
from amble.outcomes.figures.fidelity import rated
from amble.outcomes.figures.fidelity.counts import by_clinician, count
from amble.outcomes.figures.fidelity.release import shown
from amble.outcomes.figures.jointly import Cells
from amble.outcomes.figures.part import Part, parts
from amble.outcomes.figures.words import beside, percent, said, said_share
from amble.outcomes.material import Material
from amble.outcomes.told import Told
from amble.programme import fidelity

NOT_VALIDATED = (
    "The checklist is Amble's own and not validated: it says whether the parts of the programme took place, not how "
    "well."
)
SCORE_COLUMNS = (
    "sessions",
    "scored",
    "mean",
    "standard_deviation",
    "lower_quartile",
    "median",
    "upper_quartile",
    "adherent",
    "percent_adherent",
    "with_breach",
)
COUNTED = ("sessions", "scored", "adherent", "with_breach")
FEW_CLINICIANS = 10


def sections(material: Material) -> Iterator[Told]:
    found = count(material)
    for part in parts(material, found, shown(found, material.study.disclosure)):
        if not part.total or part.total["sessions"] == 0:
            yield Told("fidelity", Answer("fidelity_scores", _ASKED, (_NOTHING,)), part.clinic)
            continue
        headline = {"name": "fidelity", "value": _share_adherent(part), "words": _adherent(part)}
        yield Told("fidelity", _scores(part), part.clinic, {"headline": [headline]})
        yield Told("fidelity", _over_time(part), part.clinic)
        yield Told("fidelity", _domains(part), part.clinic)
        yield Told("fidelity", rated.answer(part), part.clinic)


_ASKED = "Was ETMI given as it was meant?"
_NOTHING = "No ETMI session has been recorded yet."


# How sessions scored themselves


def _scores(part: Part) -> Answer:
    total = part.total
    tables = [_by_session(part), _by_place(part), _breaches(part)]
    without = _rest(total["sessions"], total["scored"])
    spread = _spread(part, total)
    return Answer(
        name="fidelity_scores",
        question=_ASKED,
        sentences=(
            _adherent(part),
            *spread,
            f"{said(total['sessions'])} ETMI sessions were held {part.where}; {without} have no score, because the "
            "checklist was left empty.",
            f"Something that does not belong in the programme was ticked in "
            f"{said_share(total['breached'], total['sessions'])} of all sessions.",
            NOT_VALIDATED,
            elsewhere(),
        ),
        tables=tuple(tables),
        figures=(
            Figure(
                name=f"{tables[1].name}_picture",
                title="Sessions that kept to the programme",
                kind="bars",
                table=tables[1].name,
                encoding={"x": tables[1].columns[0], "y": "percent_adherent"},
                description="One bar for each row of the table: the percentage of scored sessions with 80 or more and "
                "nothing that does not belong.",
            ),
        )
        if part.clinic is None
        else (),
        assumptions=("Scores are what physiotherapists marked of their own sessions.",),
    )


def elsewhere() -> str:
    known = fidelity.benchmark()
    return (
        f"People mark themselves high. Published elsewhere, not counted here: physiotherapists gave themselves a mean "
        f"of {known.self_report}, observers of the same sessions {known.observation}, listeners {known.audio}. Source: "
        f"{known.source.partition('):')[0]})."
    )


def _adherent(part: Part) -> str:
    return (
        f"By their own marks, {_share_adherent(part)} of the scored sessions kept to the programme: "
        f"{fidelity.ADHERENT_FROM:.0f} of 100 or more, and nothing that does not belong."
    )


def _share_adherent(part: Part) -> str:
    return said_share(part.total["adherent"], part.total["scored"])


def _spread(part: Part, total: Cells) -> tuple[str, ...]:
    (row,) = rows_of(part, "all").values()
    if hidden(total["scored"]) or not total["scored"]:
        return ()
    low, middle, high = row["quartiles"]
    return (
        f"The mean score is {number(row['mean'])} of 100; half of the sessions lie between {number(low)} and "
        f"{number(high)}, with {number(middle)} in the middle.",
    )


def _rest(whole: Cell, some: Cell) -> str:
    return said(whole if hidden(whole) or hidden(some) else whole - some)


def rows_of(part: Part, by: str) -> dict[Any, Row]:
    return part.found.cuts[part.clinic, by]


def score_row(row: Row, cells: Cells) -> tuple[Cell, ...]:
    """SCORE_COLUMNS of one group, from what may be shown."""
    quartiles = row["quartiles"] or (None,) * 3
    mean, sd, *quartiles = (None if v is None else round(v, 1) for v in (row["mean"], row["sd"], *quartiles))
    told = [beside(value, cells["scored"]) for value in (mean, sd, *quartiles)]
    adherent = percent(cells["adherent"], cells["scored"])
    return (cells["sessions"], cells["scored"], *told, cells["adherent"], adherent, cells["breached"])


def _by_session(part: Part) -> Table:
    rows = [
        (f"Session {n}", *score_row(row, part.cut("session")[n]))
        for n, row in sorted(rows_of(part, "session").items())
    ]
    rows.append(("All sessions", *score_row(rows_of(part, "all")[None], part.total)))
    title = "Self-reported scores by session of the guide"
    return Table("fidelity_by_session", title, ("session", *SCORE_COLUMNS), tuple(rows), COUNTED)


def _by_place(part: Part) -> Table:
    if part.clinic is None:
        rows = [
            (name, *score_row(part.found.cuts[clinic, "all"][None], cells))
            for clinic, name, cells in part.clinics()
        ]
        title = "Self-reported scores by clinic"
        return Table("fidelity_by_clinic", title, ("clinic", *SCORE_COLUMNS), tuple(rows), COUNTED)
    rows = [
        (one or "not recorded", *score_row(row, part.cut("clinician_id")[one]))
        for one, row in rows_of(part, "clinician_id").items()
    ]
    title = "Self-reported scores by physiotherapist"
    return Table("fidelity_by_clinician", title, ("clinician", *SCORE_COLUMNS), tuple(rows), COUNTED)


def _breaches(part: Part) -> Table:
    rows = []
    for breach in fidelity.checklist(1).breaches:
        ticked = part.cut("kind").get(breach.id, {}).get("ticked", 0)
        rows.append((breach.text, ticked, percent(ticked, part.total["sessions"])))
    return Table(
        "fidelity_breaches",
        "What does not belong in the programme, as ticked by those who held the sessions",
        ("what", "sessions", "percent"),
        tuple(rows),
        ("sessions",),
        note="A session can have several.",
    )


# Over time


def _over_time(part: Part) -> Answer:
    by = part.time
    rows = []
    for day, row in sorted(rows_of(part, by).items()):
        cells = part.cut(by)[day]
        mean = None if row["mean"] is None else round(row["mean"], 1)
        share = (percent(cells["adherent"], cells["scored"]),) if part.clinic is None else ()
        rows.append((day, cells["scored"], beside(mean, cells["scored"]), *share))
    columns = (by, "scored", "mean", *(("percent_adherent",) if part.clinic is None else ()))
    table = Table(f"fidelity_by_{by}", f"Self-reported scores by {by}", columns, tuple(rows), ("scored",))
    picture = Figure(
        name=f"fidelity_by_{by}_picture",
        title=f"Sessions that kept to the programme, by {by}",
        kind="by_month",
        table=table.name,
        encoding={"x": by, "y": "percent_adherent"},
        description="A line over the months: the percentage of scored sessions with 80 or more and nothing that does "
        "not belong. Months that cannot be shown leave a gap.",
    )
    return Answer(
        name="fidelity_over_time",
        question="Does it last?",
        sentences=(*_drift(part), _ELSEWHERE_LATER),
        tables=(table,),
        figures=(picture,) if part.clinic is None else (),
        assumptions=(
            "Later sessions have one item more than the first, and are held with those who came back.",
            "The interval counts sessions of one physiotherapist as alike.",
        ),
    )


_ELSEWHERE_LATER = (
    "Published elsewhere, not counted here: in the SOLAS trial (Toomey 2017, BMJ Open 7:e015452), scores went down "
    "after the first session."
)


def _drift(part: Part) -> tuple[str, ...]:
    """Scores after the first session of the guide against those of the first, by clinician."""
    rows = inside(part.found.clinicians, part.clinic)
    sums = [
        by_clinician([*_none(rows), *(row for row in rows if row["later"] is later)], "total", "n")
        for later in (True, False)
    ]
    yes, n = (np.column_stack([sums[0][at], sums[1][at]]) for at in (0, 1))
    if n.sum(axis=0).min() <= part.study.disclosure.suppress_up_to:
        return ("There are too few scored sessions to compare later ones with first ones.",)
    found = share_difference(yes / 100, n, part.study.confidence)
    first, later = 100 * found.shares[1], 100 * found.shares[0]
    low, high = (None if end is None else 100 * end for end in (found.low, found.high))
    words = (
        f"First sessions scored {number(first)} on average, later ones {number(later)}: a difference of "
        f"{number(later - first)} ({interval(low, high, part.study.confidence)})."
    )
    few = "Few physiotherapists are behind this interval: it is rough."
    return (words, few) if len(n) < FEW_CLINICIANS and low is not None else (words,)


def _none(rows: list[Row]) -> list[Row]:
    """Nothing of every clinician, so that both groups have the same clinicians in the same order."""
    return [row | {"total": 0, "n": 0} for row in rows]


# By part of the checklist


def _domains(part: Part) -> Answer:
    marks: dict[str, list[int]] = {}
    rows = inside(part.found.items, part.clinic)
    names = {item.id: item.domain_name for item in fidelity.all_items()}
    for row in rows:
        if row["marked"]:
            total = marks.setdefault(names.get(row["item"], row["item"]), [0, 0])
            total[0] += row["marks"]
            total[1] += row["marked"]
    scored = part.total["scored"]
    told = [(name, beside(round(50 * total / n, 1), scored)) for name, (total, n) in marks.items()]
    known = [row for row in told if not hidden(row[1])]
    weakest = sorted(known, key=lambda row: row[1])[:2]
    table = Table(
        "fidelity_domains", "Parts of the checklist, self-reported", ("part", "marked_of_100"), tuple(told)
    )
    return Answer(
        name="fidelity_domains",
        question="Which parts are weakest?",
        sentences=(
            f"Marked lowest: {' and '.join(f'{name} ({number(value)} of 100)' for name, value in weakest)}."
            if len(weakest) > 1
            else "Too few sessions are scored to tell the parts apart.",
            "Items that had no place in a session do not count.",
        ),
        tables=(table,),
        figures=(
            Figure(
                name="fidelity_domains_picture",
                title="Parts of the checklist",
                kind="bars",
                table="fidelity_domains",
                encoding={"x": "part", "y": "marked_of_100"},
                description="One bar for each part of the checklist: how much of what could be marked was marked.",
            ),
        ),
    )
