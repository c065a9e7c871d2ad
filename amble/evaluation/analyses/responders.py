"""Question 7. How many got better by as much as matters to them, and how many must be treated for one more?"""

import math

from amble.evaluation.analyses import comparable
from amble.evaluation.analyses.effects import estimate, general_warnings, nothing
from amble.evaluation.analyses.over_time import AT
from amble.evaluation.analyses.weighting import Target, Weighting, weighting
from amble.evaluation.analyses.words import number
from amble.evaluation.results import Answer, Estimate, Figure, Table
from amble.evaluation.study.model import HIGHER_IS_BETTER, LABELS
from amble.evaluation.sums.catalogue import Request
from amble.evaluation.sums.data import Data, Outline

NAME, QUESTION = "responders", "How many got better by as much as matters to them?"
KEY = ("aipw", "responders")
ARMS = {"ETMI": 1, "usual care": 0}
MANY = 1000  # a number needed to treat beyond this is said as "more than 1,000"
ASSUMPTIONS = (
    "Those who did not answer would have got better as often as people like them who did, alike in arm and in what is "
    "recorded at the start.",
    "Everything that decided who was given ETMI and also changes the outcome is recorded at the start.",
    "The smallest change that matters is the same for everyone, as the study file sets it.",
)


def requests(outline: Outline) -> list[Request]:
    return [comparable.request(outline)]


def answer(data: Data) -> Answer:
    found = weighting(data)
    if isinstance(found, str):
        return nothing(NAME, QUESTION, found)
    places = range(found.responders.start, found.responders.stop)
    if not places:
        return nothing(NAME, QUESTION, "The study file names no smallest change that matters.")
    estimates = tuple(_estimate(found, at, data) for at in places)
    last = {e.outcome: e for e in estimates}
    return Answer(
        name=NAME,
        question=QUESTION,
        sentences=tuple(e.meaning for e in last.values()),
        estimates=estimates,
        tables=(*(_shares(found, outcome) for outcome in last), _differences(estimates)),
        figures=tuple(_figure(outcome) for outcome in last),
        assumptions=ASSUMPTIONS,
        warnings=general_warnings(found, data),
    )


def _estimate(found: Weighting, at: int, data: Data) -> Estimate:
    def words(target: Target, value: float | None, low: float | None, high: float | None) -> str:
        return _meaning(target, value, low, high, data)

    return estimate(found, KEY, at, data, "risk_difference", "ATE", words)


def _meaning(target: Target, value: float | None, low: float | None, high: float | None, data: Data) -> str:
    study = data.outline.study
    least = number(study.mic[target.outcome]).removesuffix(".0")
    way = "higher" if HIGHER_IS_BETTER[target.outcome] else "lower"
    label = f"{LABELS[target.outcome].capitalize()} at least {least} points {way} than at the start"
    when = AT.get(target.visit, target.visit)
    if value is None or low is None or high is None:
        return f"{label}, {when}: the two kinds of care cannot be compared from these data."
    side = "more" if value > 0 else "fewer"
    return (
        f"{label}, {when}: {number(100 * abs(value))} {side} of every 100 people with ETMI than with usual care "
        f"({100 * study.confidence:.3g}% interval {number(100 * low)} to {number(100 * high)}; observational). "
        f"{needed_to_treat(value, low, high)}"
    )


def needed_to_treat(value: float, low: float, high: float) -> str:
    """The number needed to treat with its interval, in words (responders-4).

    An interval of the difference that holds zero becomes two ranges that meet at infinity, one of benefit and one of
    harm, so a pair of numbers would mislead (Altman 1998).
    """
    if low > 0:
        return (
            f"One more gets that much better for every {_people(value)} people given ETMI "
            f"(from every {_people(high)} to every {_people(low)})."
        )
    if high < 0:
        return (
            f"One fewer gets that much better for every {_people(value)} people given ETMI "
            f"(from every {_people(low)} to every {_people(high)})."
        )
    benefit = f"one more for every {_people(high)}" if high > 0 else "none more"
    harm = f"one fewer for every {_people(low)}" if low < 0 else "none fewer"
    return f"The data leave open anything from {benefit} people given ETMI, over no change at all, to {harm}."


def _people(difference: float) -> str:
    """Whole people, rounded up, so that one more is truly reached."""
    people = math.ceil(round(1 / abs(difference), 9)) if difference else math.inf
    return f"{people:,.0f}" if people <= MANY else f"more than {MANY:,}"


# Tables


def _shares(found: Weighting, outcome: str) -> Table:
    rows = []
    for at in range(found.responders.start, found.responders.stop):
        target = found.targets[at]
        if target.outcome != outcome:
            continue
        for words, arm in ARMS.items():
            n = int(found.n[arm, at])
            reached = round(float(found.mean[arm, at]) * n) if n else 0
            rows.append((target.visit, words, reached, n, round(100 * reached / n, 1) if n else None))
    return Table(
        name=f"responders_{outcome}",
        title=f"{LABELS[outcome].capitalize()}: got better by as much as matters",
        columns=("visit", "arm", "reached", "recorded", "percent"),
        rows=tuple(rows),
        counts=("reached", "recorded"),
        derived={"percent": "reached"},
        parts={"reached": "recorded"},
        note="Of those whose start and visit are recorded; as observed, neither weighted nor modelled.",
    )


def _differences(estimates: tuple[Estimate, ...]) -> Table:
    def points(share: float | None) -> float | None:
        return None if share is None else round(100 * share, 2) + 0.0

    rows = [
        (
            LABELS[e.outcome],
            e.visit,
            points(e.estimate),
            points(e.ci_low),
            points(e.ci_high),
            _treated(e.estimate),
        )
        for e in estimates
    ]
    return Table(
        name="responder_differences",
        title="More or fewer of every 100 who got that much better, ETMI minus usual care (observational)",
        columns=("outcome", "visit", "difference", "low", "high", "needed_to_treat"),
        rows=tuple(rows),
        note="Weighted and modelled for everyone whose start is recorded. A negative number needed to treat is one "
        "person fewer for so many; its interval is said in words.",
    )


def _treated(difference: float | None) -> float | None:
    return None if not difference else round(1 / difference, 1)


def _figure(outcome: str) -> Figure:
    label = LABELS[outcome]
    return Figure(
        name=f"responders_{outcome}",
        title=f"{label.capitalize()}: people who got better by as much as matters",
        kind="bars",
        table=f"responders_{outcome}",
        encoding={"x": "visit", "y": "percent", "colour": "arm"},
        description=f"Percentage of those recorded whose {label} improved by the smallest change that matters "
        "or more, by visit and arm.",
    )
