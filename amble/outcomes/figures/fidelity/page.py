"""Whether ETMI was given as it was meant: self-reported scores, over time, by part of the checklist; then raters."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from amble.evaluation.analyses.words import interval, number
from amble.evaluation.estimators.shares import share_difference
from amble.evaluation.results import Answer, Cell, Figure, Table
from amble.outcomes.figures.fidelity import rated
from amble.outcomes.figures.fidelity.counts import Fidelity, Row, by_clinician, count, inside
from amble.outcomes.figures.fidelity.release import Cells, Shown, shown
from amble.outcomes.figures.jointly import beside, hidden, percent, said, said_share
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


@dataclass(frozen=True)
class Part:
    """What one clinic (None: the whole service) is told. names: clinic -> name.  confidence, most: of the study."""

    clinic: str | None
    found: Fidelity
    shown: Shown
    names: Mapping[str, str]
    confidence: float
    most: int

    @property
    def where(self) -> str:
        return "in the whole service" if self.clinic is None else "in this clinic"

    def cells(self, by: str = "all", value: Any = None) -> Cells:
        return self.shown[self.clinic, by, value]

    def rows(self, by: str) -> dict[Any, Row]:
        return self.found.of(self.clinic, by)


def sections(material: Material) -> Iterator[Told]:
    found = count(material)
    released = shown(found, material.study.disclosure)
    for clinic in (None, *material.own_clinics):
        most = material.study.disclosure.suppress_up_to
        part = Part(clinic, found, released, material.own_clinics, material.study.confidence, most)
        if not part.rows("all") or not part.rows("all")[None]["sessions"]:
            yield Told("fidelity", Answer("fidelity_scores", _ASKED, (_NOTHING,)), clinic)
            continue
        headline = {"name": "fidelity", "value": _share_adherent(part), "words": _adherent(part)}
        yield Told("fidelity", _scores(part), clinic, {"headline": [headline]})
        yield Told("fidelity", _over_time(part), clinic)
        yield Told("fidelity", _domains(part), clinic)
        yield Told("fidelity", rated.answer(part), clinic)


_ASKED = "Was ETMI given as it was meant?"
_NOTHING = "No ETMI session has been recorded yet."


# How sessions scored themselves


def _scores(part: Part) -> Answer:
    total = part.cells()
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
    return said_share(part.cells()["adherent"], part.cells()["scored"])


def _spread(part: Part, total: Cells) -> tuple[str, ...]:
    row = part.rows("all")[None]
    if hidden(total["scored"]) or not total["scored"]:
        return ()
    low, middle, high = row["quartiles"]
    return (
        f"The mean score is {number(row['mean'])} of 100; half of the sessions lie between {number(low)} and "
        f"{number(high)}, with {number(middle)} in the middle.",
    )


def _rest(whole: Cell, some: Cell) -> str:
    return said(whole if hidden(whole) or hidden(some) else whole - some)


def score_row(row: Row, cells: Cells) -> tuple[Cell, ...]:
    """SCORE_COLUMNS of one group, from what may be shown."""
    quartiles = row["quartiles"] or (None,) * 3
    mean, sd, *quartiles = (None if v is None else round(v, 1) for v in (row["mean"], row["sd"], *quartiles))
    told = [beside(value, cells["scored"]) for value in (mean, sd, *quartiles)]
    adherent = percent(cells["adherent"], cells["scored"])
    return (cells["sessions"], cells["scored"], *told, cells["adherent"], adherent, cells["breached"])


def _by_session(part: Part) -> Table:
    rows = [
        (f"Session {n}", *score_row(row, part.cells("session", n)))
        for n, row in sorted(part.rows("session").items())
    ]
    rows.append(("All sessions", *score_row(part.rows("all")[None], part.cells())))
    title = "Self-reported scores by session of the guide"
    return Table("fidelity_by_session", title, ("session", *SCORE_COLUMNS), tuple(rows), COUNTED)


def _by_place(part: Part) -> Table:
    if part.clinic is None:
        rows = [
            (name, *score_row(found[None], part.shown[clinic, "all", None]))
            for clinic, name in sorted(part.names.items(), key=lambda item: item[1])
            if (found := part.found.of(clinic, "all"))
        ]
        title = "Self-reported scores by clinic"
        return Table("fidelity_by_clinic", title, ("clinic", *SCORE_COLUMNS), tuple(rows), COUNTED)
    rows = [
        (one or "not recorded", *score_row(row, part.cells("clinician", one)))
        for one, row in part.rows("clinician").items()
    ]
    title = "Self-reported scores by physiotherapist"
    return Table("fidelity_by_clinician", title, ("clinician", *SCORE_COLUMNS), tuple(rows), COUNTED)


def _breaches(part: Part) -> Table:
    rows = []
    for breach in fidelity.checklist(1).breaches:
        ticked = part.shown.get((part.clinic, "kind", breach.id), {}).get("ticked", 0)
        rows.append((breach.text, ticked, percent(ticked, part.cells()["sessions"])))
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
    by = "month" if part.clinic is None else "quarter"
    rows = []
    for day, row in sorted(part.rows(by).items()):
        cells = part.cells(by, day)
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
    if n.sum(axis=0).min() <= part.most:
        return ("There are too few scored sessions to compare later ones with first ones.",)
    found = share_difference(yes / 100, n, part.confidence)
    first, later = 100 * found.shares[1], 100 * found.shares[0]
    low, high = (None if end is None else 100 * end for end in (found.low, found.high))
    words = (
        f"First sessions scored {number(first)} on average, later ones {number(later)}: a difference of "
        f"{number(later - first)} ({interval(low, high, part.confidence)})."
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
    scored = part.cells()["scored"]
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
