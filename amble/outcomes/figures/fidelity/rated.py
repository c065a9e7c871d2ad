"""Self-report against the sample that colleagues rated: how many, how far apart, item by item, and how well."""

from amble.evaluation.analyses.words import interval, number
from amble.evaluation.estimators.agreement import MeanDifference, agreement, mean_difference
from amble.evaluation.marks import people
from amble.evaluation.report.disclosure import HIDDEN, hidden
from amble.evaluation.results import Answer, Cell, Figure, Table
from amble.outcomes.figures.counting import inside
from amble.outcomes.figures.fidelity.counts import by_clinician, tables_of_marks
from amble.outcomes.figures.part import Part
from amble.outcomes.figures.words import beside, percent, said, said_share
from amble.programme import fidelity, rating_sample

WHY_AC1 = (
    "AC1 is the agreement beyond chance. Cohen's kappa stands beside it, but falls to nothing when nearly every "
    "session is marked alike, as good sessions are."
)


def answer(part: Part) -> Answer:
    total, asked = part.total, "Do colleagues who were there see the same?"
    if total["rated"] == 0:
        return Answer("fidelity_rated", asked, ("No session has been rated by a colleague yet.", _aim()))
    apart = None if hidden(total["rated"]) else _apart(part)
    apart = apart if apart and apart.n > part.study.disclosure.suppress_up_to else None
    told = () if hidden(total["rated"]) else (*_agreement(part), _competence(part))
    return Answer(
        name="fidelity_rated",
        question=asked,
        sentences=(
            f"Colleagues rated {said(total['rated'])} sessions: {said_share(total['rated'], total['sessions'])} of all "
            f"{part.where}.",
            *(_clinicians(part) if part.clinic is None else ()),
            _aim(),
            *((_apart_words(part, apart),) if apart else ()),
            *_missed_words(part),
            WHY_AC1,
        ),
        tables=(*((_apart_table(apart),) if apart else ()), _by_place(part), *told, _missed(part)),
        figures=(_figure(),) if told else (),
        assumptions=(
            "Rated sessions are like the others: they were drawn by lot, but not every drawn session was rated.",
            "A session that several colleagues rated counts once, by its first rating.",
            "Intervals count sessions of one physiotherapist as alike.",
            "A rater can be wrong as well: agreement is not truth.",
        ),
    )


def _aim() -> str:
    rule = rating_sample.rule()
    return f"The aim is {100 * rule.share:.0f}% of sessions by lot, and at least {rule.least} for each physiotherapist."


def _clinicians(part: Part) -> tuple[str, ...]:
    (rated,) = by_clinician(inside(part.found.clinicians, part.clinic), "rated")
    least = rating_sample.rule().least
    return (
        f"Of {people(len(rated))} physiotherapists who held ETMI sessions, {people((rated >= least).sum())} have "
        f"{least} or more rated.",
    )


# Scores


def _apart(part: Part) -> MeanDifference | None:
    rows = inside(part.found.clinicians, part.clinic)
    return mean_difference(*by_clinician(rows, "pairs", "difference", "squares"), part.study.confidence)


def _apart_words(part: Part, apart: MeanDifference) -> str:
    more = "higher" if apart.mean >= 0 else "lower"
    return (
        f"Self-report is {number(abs(apart.mean))} points {more} than the rater's score on average "
        f"({interval(apart.low, apart.high, part.study.confidence)}; in 95 of 100 sessions between "
        f"{number(apart.spread[0])} and {number(apart.spread[1])})."
    )


def _apart_table(apart: MeanDifference) -> Table:
    """Not an estimate: nothing is compared between the two kinds of care."""
    numbers = (apart.mean, apart.low, apart.high, *apart.spread)
    return Table(
        "fidelity_self_and_rater",
        "Self-report minus rater, points of 100",
        ("sessions", "difference", "low", "high", "95_of_100_from", "95_of_100_to"),
        ((apart.n, *(None if value is None else round(value, 1) for value in numbers)),),
        ("sessions",),
    )


def _by_place(part: Part) -> Table:
    by = "clinic" if part.clinic is None else "clinician"
    if part.clinic is None:
        places = {
            name: (part.found.cuts[clinic, "all"][None], cells) for clinic, name, cells in part.clinics()
        }
    else:
        places = {
            one or "not recorded": (row, part.cut("clinician_id")[one])
            for one, row in part.found.cuts[part.clinic, "clinician_id"].items()
        }
    rows: list[tuple[Cell, ...]] = []
    for name, (row, cells) in places.items():
        few = 0 < row["pairs"] <= part.study.disclosure.suppress_up_to
        own, seen = row["rated_self"], row["rated_rater"]
        means = (own, seen, None if own is None or seen is None else own - seen)
        told = (None if v is None else HIDDEN if few else beside(round(v, 1), cells["rated"]) for v in means)
        # Who is rated is drawn by lot and says nothing of a patient: see docs/methods/disclosure.md.
        enough = ("yes" if row["rated"] >= rating_sample.rule().least else "no",) if part.clinic else ()
        share = percent(cells["rated"], cells["sessions"])
        rows.append((name, cells["sessions"], cells["rated"], share, *enough, *told))
    columns = ("sessions", "rated", "percent_rated", *(("rated_enough",) if part.clinic else ()))
    return Table(
        f"fidelity_rated_by_{by}",
        f"Sessions rated by a colleague, by {'clinic' if part.clinic is None else 'physiotherapist'}",
        (by, *columns, "self_report", "rater", "difference"),
        tuple(rows),
        ("sessions", "rated"),
        note="Means of the sessions that both scored."
        + (f" Enough: {rating_sample.rule().least} or more." if part.clinic else ""),
    )


# Items


def _agreement(part: Part) -> tuple[Table, ...]:
    """One row for each item, the least agreement first."""
    tables = tables_of_marks(inside(part.found.pairs, part.clinic))
    rows = []
    for item in fidelity.all_items():
        found = agreement(tables[item.id], part.study.confidence) if item.id in tables else None
        if found is None:
            continue
        ac1, kappa = found.ac1, found.kappa
        numbers = (100 * found.same.value, ac1.value, ac1.low, ac1.high, kappa.value, kappa.low, kappa.high)
        places = (1, 2, 2, 2, 2, 2, 2)
        told = (None if v is None else round(v, d) for v, d in zip(numbers, places, strict=True))
        rows.append((item.text, found.n, *told))
    rows.sort(key=lambda row: row[2])
    columns = ("item", "pairs", "percent_same", "ac1", "low", "high", "kappa", "kappa_low", "kappa_high")
    if not rows:
        return ()
    table = Table(
        "fidelity_agreement",
        "Marked alike by both, item by item",
        columns,
        tuple(rows),
        ("pairs",),
        derived=dict.fromkeys(columns[2:], "pairs"),
        note="Pairs: sessions in which both marked the item. Only equal marks count as alike.",
    )
    return (table,)


def _figure() -> Figure:
    return Figure(
        name="fidelity_agreement_picture",
        title="Agreement beyond chance (AC1), item by item",
        kind="forest",
        table="fidelity_agreement",
        encoding={"y": "item", "x": "ac1", "low": "low", "high": "high"},
        description="One row for each item of the checklist, the least agreement first: AC1 with its interval. 1 is "
        "full agreement, 0 no more than chance.",
    )


# Breaches and competence


def _kinds(part: Part) -> dict[str, dict[str, Cell]]:
    nothing = {"seen": 0, "missed": 0}
    return {
        breach.text: part.cut("kind").get(breach.id, nothing) for breach in fidelity.checklist(1).breaches
    }


def _missed_words(part: Part) -> tuple[str, ...]:
    kinds = _kinds(part)
    seen = [text for text, cells in kinds.items() if cells["seen"] != 0]
    missed = [text for text, cells in kinds.items() if cells["missed"] != 0]
    if not seen:
        return ("The raters saw nothing that does not belong in the programme.",)
    if not missed:
        return ("Whatever the raters saw that does not belong, the physiotherapist had ticked as well.",)
    return (f"Seen by raters and not always ticked: {' '.join(missed)}",)


def _missed(part: Part) -> Table:
    rows = tuple(
        (text, cells["seen"], cells["missed"], percent(cells["missed"], cells["seen"]))
        for text, cells in _kinds(part).items()
    )
    return Table(
        "fidelity_breaches_missed",
        "What does not belong, as seen by raters",
        ("what", "seen_by_rater", "not_ticked", "percent_not_ticked"),
        rows,
        ("seen_by_rater", "not_ticked"),
    )


def _competence(part: Part) -> Table:
    rows = []
    for one in fidelity.competence():
        mine = [row for row in inside(part.found.competence, part.clinic) if row["domain"] == one.id]
        n, total, good = (sum(row[name] for row in mine) for name in ("n", "total", "good"))
        rows.append(
            (one.name, n, round(total / n, 1) if n else None, good, round(100 * good / n, 1) if n else None)
        )
    return Table(
        "fidelity_competence",
        "How well it was done, from 1 to 5, as raters saw it",
        ("what", "ratings", "mean", "four_or_five", "percent_four_or_five"),
        tuple(rows),
        ("ratings", "four_or_five"),
        derived={"mean": "ratings", "percent_four_or_five": "four_or_five"},
        parts={"four_or_five": "ratings"},
        note="Not validated, and never part of the score.",
    )
