"""At what cost: the report's own answer, what it comes to for the service so far, and what the planners start from."""

from collections.abc import Iterator

from amble.evaluation.analyses.sessions import BY_DESIGN
from amble.evaluation.analyses.words import interval, number
from amble.evaluation.marks import people
from amble.evaluation.report.disclosure import hidden
from amble.evaluation.results import Answer, Cell, Estimate, Table
from amble.outcomes.figures.cost import planning
from amble.outcomes.figures.reach import release
from amble.outcomes.material import Material
from amble.outcomes.told import Told

TOO_EARLY = (
    "It is too early to say what ETMI costs against usual care: both need people whose contacts are recorded."
)
MORE_LIKE_THEM = (
    "As if those who had ETMI were like those who had usual care in everything that was not recorded: nobody was put "
    "into an arm by chance.",
    "The difference in sessions is that for everybody eligible, taken for those who had ETMI.",
    "The interval holds what chance may do to the difference for one person; the number of people is known.",
)


def sections(material: Material) -> Iterator[Told]:
    reach, released = release.of(material)
    shown = released[None, "all"][None]
    planner = planning.numbers(material, reach, shown)
    answers = {answer.name: answer for answer in material.report.answers} if material.report else {}
    cost = answers.get("cost")
    if cost is None or not cost.estimates:
        reason = cost.sentences if cost else (TOO_EARLY,)
        yield Told("cost", Answer("cost", "At what cost?", reason), more={"planner": planner})
        return
    yield Told("cost", cost, more={"headline": _headline(material, cost), "planner": planner})
    differences = tuple(contacts(answers))
    if not hidden(shown["receiving"]) and differences:
        yield Told("cost", so_far(material, shown["receiving"], differences))


def contacts(answers: dict[str, Answer]) -> Iterator[tuple[str, Estimate]]:
    """(unit, difference for one person) of sessions, minutes and cost, as far as the report has them."""
    for name, outcome, unit in (
        ("sessions", "sessions", "sessions"),
        ("cost", "minutes", "minutes of contact"),
        ("cost", "cost", ""),
    ):
        for e in answers[name].estimates if name in answers else ():
            if (e.outcome, e.contrast) == (outcome, "difference") and e.ci_low is not None:
                yield unit, e


def so_far(material: Material, treated: int, differences: tuple[tuple[str, Estimate], ...]) -> Answer:
    """The difference for one person times the people who had ETMI."""
    named = [(unit or material.study.prices.currency, e) for unit, e in differences]
    each = [(unit, e.estimate, e.ci_low, e.ci_high) for unit, e in named]
    total = [(unit, *(float(treated * value) for value in values)) for unit, *values in each]
    said = (_said(unit, treated, values, material.study.confidence) for unit, *values in total)
    return Answer(
        name="saved_so_far",
        question="What has that come to in this service so far?",
        sentences=(*said, BY_DESIGN),
        tables=(
            _table("saved_for_one", "For one person: ETMI minus usual care (observational)", each),
            _table("saved_for_all", "For all who had ETMI: ETMI minus usual care (observational)", total),
        ),
        assumptions=MORE_LIKE_THEM,
    )


def _table(name: str, title: str, rows: list[tuple[Cell, ...]]) -> Table:
    note = "Below zero: less was used than with usual care."
    return Table(name, title, ("of", "difference", "low", "high"), tuple(rows), note=note)


def _said(unit: str, treated: int, total: list[float], confidence: float) -> str:
    value, low, high = total
    amount, less = number(abs(value), 0), value < 0
    if unit == "sessions":
        used = f"had {amount} {'fewer' if less else 'more'} sessions"
    else:
        used = f"took {amount} {unit} {'less' if less else 'more'}"
    settled = low * high > 0
    ends = sorted((abs(low), abs(high))) if settled else (low, high)
    note = "" if settled else "; whether anything was saved is not settled"
    return (
        f"The {people(treated)} people who had ETMI {used} than as many like them with usual care "
        f"({interval(*ends, confidence, 0)}{note}; observational)."
    )


def _headline(material: Material, cost: Answer) -> list[dict[str, str]]:
    spent = cost.estimates[0]
    if spent.estimate is None:
        return []
    value = f"{number(spent.estimate, 1)} {material.study.prices.currency}"
    return [{"name": "cost", "value": value, "words": spent.meaning}]
