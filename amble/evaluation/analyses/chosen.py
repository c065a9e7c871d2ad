"""Question 4. Who was chosen for ETMI, and does the comparison hold once the two groups are made alike?"""

from amble.evaluation.analyses import comparable
from amble.evaluation.analyses.effects import estimate, general_warnings, named, nothing
from amble.evaluation.analyses.over_time import AT, meaning
from amble.evaluation.analyses.weighting import Target, Weighting, weighting
from amble.evaluation.analyses.words import interval, number
from amble.evaluation.diagnostics import e_value
from amble.evaluation.diagnostics.balance import LINE
from amble.evaluation.estimators.weights import ESTIMANDS, FOR_WHOM, effective_sample_size
from amble.evaluation.marks import share
from amble.evaluation.results import Answer, Cell, Estimate, Figure, Table
from amble.evaluation.study.model import LABELS
from amble.evaluation.sums.catalogue import Request
from amble.evaluation.sums.data import Data, Outline

NAME, QUESTION = "chosen", "Who was chosen for ETMI, and does the comparison hold among people alike?"
BEFORE = "before weighting"
METHODS = {
    ("unadjusted", "as observed"): "as observed",
    ("ipw", "ATE"): "weighted, everyone",
    ("ipw", "ATT"): "weighted, like those with ETMI",
    ("overlap_weighted", "ATO"): "weighted, either possible",
    ("aipw", "ATE"): "weighted and modelled, everyone",
    ("aipw", "ATT"): "weighted and modelled, like those with ETMI",
    ("aipw", "ATO"): "weighted and modelled, either possible",
}
AFTER = {
    estimand: METHODS["overlap_weighted" if estimand == "ATO" else "ipw", estimand] for estimand in ESTIMANDS
}
LEADING = ("aipw", "ATE")
ASSUMPTIONS = (
    "Everything that decided who was given ETMI and also changes the outcome is recorded at the start: age and the "
    "other covariates of the study, and the scores. The E-value says how strong something unrecorded would have to be.",
    "Everybody compared could have been given either kind of care; the overlap figure shows how far this holds.",
    "Whether an outcome is known depends on arm and on what is recorded at the start, not on the outcome itself.",
    "The estimate that weights and models is right if either the weights or the outcome model is right.",
)


def requests(outline: Outline) -> list[Request]:
    return [comparable.request(outline)]


def answer(data: Data) -> Answer:
    found = weighting(data)
    if isinstance(found, str):
        return nothing(NAME, QUESTION, found)
    estimates = tuple(_estimates(found, data))
    balance, values = _balance(found), _e_values(found, estimates)
    outcomes = dict.fromkeys(target.outcome for target in found.targets[found.measured])
    return Answer(
        name=NAME,
        question=QUESTION,
        sentences=_sentences(found, estimates, balance, values),
        estimates=estimates,
        tables=(
            balance,
            _overlap(found),
            _sizes(found),
            *(_table(outcome, estimates) for outcome in outcomes),
            values,
        ),
        figures=(*PICTURES, *(_figure(outcome, estimates) for outcome in outcomes)),
        assumptions=ASSUMPTIONS,
        warnings=general_warnings(found, data),
        fits=tuple(fit.convergence for fit in (found.propensity, *found.observation)),
    )


# Estimates


def _estimates(found: Weighting, data: Data) -> list[Estimate]:
    def for_whom(estimand: str):
        def words(target: Target, value: float | None, low: float | None, high: float | None) -> str:
            return _meaning(target, value, low, high, estimand, data)

        return words

    return [
        estimate(found, key, at, data, "difference", key[1], for_whom(key[1]))
        for at in range(found.measured.stop)
        for key in METHODS
    ]


def _meaning(target: Target, value, low, high, estimand: str, data: Data) -> str:
    among = (
        f"Among {FOR_WHOM[estimand]}" if estimand in FOR_WHOM else "As it was observed, without adjustment"
    )
    if target.visit:
        said = meaning(target.outcome, target.visit, value, low, high, data)
        return f"{among}: {said[0].lower()}{said[1:]}"
    if value is None or low is None:
        return f"{among}: sessions cannot be compared from these data."
    said = interval(low, high, data.outline.study.confidence)
    way = "fewer" if value < 0 else "more"
    return (
        f"{among}: {number(abs(value))} {way} sessions with ETMI than with usual care ({said}; ETMI minus usual care; "
        "observational). Fewer sessions are partly by design of ETMI."
    )


def _table(outcome: str, estimates: tuple[Estimate, ...]) -> Table:
    shown = _at_last_visit(outcome, estimates)
    return Table(
        name=f"weighted_{outcome}",
        title=f"{_when(shown[0])}: ETMI minus usual care among people made alike (observational)",
        columns=("comparison", "difference", "low", "high", "n_etmi", "n_usual_care"),
        rows=tuple(
            (METHODS[e.method, e.estimand], e.estimate, e.ci_low, e.ci_high, e.n_etmi, e.n_usual_care)
            for e in shown
        ),
        counts=("n_etmi", "n_usual_care"),
        note="Episodes whose outcome is known; everyone else is stood for by people like them. The other visits are in "
        "the file tables/estimates.csv.",
    )


def _at_last_visit(outcome: str, estimates: tuple[Estimate, ...]) -> list[Estimate]:
    mine = [e for e in estimates if e.outcome == outcome]
    return [e for e in mine if e.visit == mine[-1].visit]


def _when(e: Estimate) -> str:
    return (
        f"{LABELS[e.outcome].capitalize()} {AT.get(e.visit, e.visit)}"
        if e.visit
        else LABELS[e.outcome].capitalize()
    )


def _figure(outcome: str, estimates: tuple[Estimate, ...]) -> Figure:
    return Figure(
        name=f"weighted_{outcome}",
        title=f"{_when(_at_last_visit(outcome, estimates)[0])}: the same comparison in several ways",
        kind="forest",
        table=f"weighted_{outcome}",
        encoding={"x": "difference", "y": "comparison", "low": "low", "high": "high"},
        description="Difference with its interval, as observed and after weighting and modelling for three groups of "
        "people.",
    )


# Balance and overlap


def _balance(found: Weighting) -> Table:
    columns = {
        BEFORE: found.balance.before(),
        **{AFTER[e]: found.balance.after(e) for e in ESTIMANDS},
    }
    rows = []
    for j, term in enumerate(found.terms[2:], start=2):
        for weights, values in columns.items():
            if values[j] is not None:
                gap = round(float(values[j]), 3) + 0.0  # no "-0.0"
                rows.append((named(term), weights, gap, abs(gap)))
    return Table(
        name="balance",
        title="How alike the two groups are, before and after weighting",
        columns=("characteristic", "weights", "standardised_difference", "size"),
        rows=tuple(rows),
        note="ETMI minus usual care in standard deviations of the unweighted groups. A size above 0.1 is an imbalance.",
    )


def _overlap(found: Weighting) -> Table:
    overlap = found.overlap
    rows: list[tuple[Cell, ...]] = []
    sums: dict[int, tuple[int, ...]] = {}
    for arm, words in ((1, "ETMI"), (0, "usual care")):
        counts = overlap.counts[arm]
        for b, count in enumerate(counts):
            share = round(float(count / max(counts.sum(), 1)), 4)
            start, end = (round(float(edge), 2) for edge in overlap.edges[b : b + 2])
            rows.append((start, end, words, int(count), share))
        sums[len(rows)] = tuple(range(len(rows) - len(counts), len(rows)))
        rows.append(("all", "all", words, int(counts.sum()), None))
    return Table(
        name="overlap",
        title="Chance of being given ETMI, by kind of care",
        columns=("chance_of_etmi", "up_to", "arm", "episodes", "share"),
        rows=tuple(rows),
        counts=("episodes",),
        derived={"share": "episodes"},
        total_rows=sums,
        note="The chance that the recorded characteristics give, whatever was done. Share: of the arm.",
    )


PICTURES = (
    Figure(
        name="balance",
        title="How alike the two groups are",
        kind="balance",
        table="balance",
        encoding={"y": "characteristic", "x": "size", "colour": "weights"},
        description="For each characteristic at the start, how far the groups lie apart before and after weighting, in "
        "standard deviations, with a line at 0.1.",
    ),
    Figure(
        name="overlap",
        title="Could people have been given either kind of care?",
        kind="overlap",
        table="overlap",
        encoding={"x": "chance_of_etmi", "x2": "up_to", "y": "share", "colour": "arm"},
        description="How the chance of being given ETMI is spread among those with ETMI and those with usual care. "
        "Where both have people, care can be compared.",
    ),
)


def _sizes(found: Weighting) -> Table:
    balance = found.balance
    rows = [
        (words, FOR_WHOM[e], int(balance.n[arm]), _size(found, arm, e))
        for e in ESTIMANDS
        for arm, words in ((1, "ETMI"), (0, "usual care"))
    ]
    return Table(
        name="effective_sample_size",
        title="How many people the weighted groups are worth",
        columns=("arm", "weighted_to", "episodes", "worth"),
        rows=tuple(rows),
        counts=("episodes",),
        derived={"worth": "episodes"},
        note="Worth: the number of equally weighted episodes that would tell as much.",
    )


def _size(found: Weighting, arm: int, estimand: str) -> float | None:
    at = ESTIMANDS.index(estimand)
    size = effective_sample_size(float(found.balance.weight[arm, at]), float(found.balance.squares[arm, at]))
    return None if size is None else round(size, 1)


# E-values


def _e_values(found: Weighting, estimates: tuple[Estimate, ...]) -> Table:
    rows = []
    leading = [e for e in estimates if (e.method, e.estimand) == LEADING]
    for at, e in enumerate(leading):
        value = None
        if e.estimate is not None and e.se is not None:
            value = e_value.of_difference(e.estimate, e.se, float(found.spread[at]))
        if value:
            rows.append((e.outcome, e.visit, e.estimate, round(value.estimate, 2), round(value.limit, 2)))
    return Table(
        name="e_values",
        title="How strong something unrecorded would have to be to explain the difference",
        columns=("outcome", "visit", "difference", "e_value", "e_value_of_the_limit"),
        rows=tuple(rows),
        folded=True,
        note="A risk ratio with both the choice of care and the outcome, beyond what is recorded. 1: nothing is "
        "needed, because the 95% interval holds no difference.",
    )


# Words


def _sentences(
    found: Weighting, estimates: tuple[Estimate, ...], balance: Table, values: Table
) -> tuple[str, ...]:
    counts = found.overlap.counts.sum(1)
    outside = [share(found.overlap.outside[arm] * counts[arm], counts[arm]) for arm in (0, 1)]
    sentences = [
        _balance_words(balance, AFTER["ATE"]),
        f"{outside[1]} of those with ETMI and {outside[0]} of those with usual care had a chance of "
        "being given ETMI at which nobody was given the other kind of care.",
    ]
    sentences += [e.meaning for e in _last(estimates)]
    last = {row[0]: row for row in values.rows}
    sentences += [_e_value_words(*row) for row in last.values()]
    return tuple(sentences)


def _e_value_words(outcome: str, visit: str | None, _: float, size: float, limit: float) -> str:
    when = AT.get(visit, visit) if visit else "over the episode"
    reach = (
        f"{number(limit)} would do for the interval to reach no difference"
        if limit > 1
        else "the interval reaches no difference as it is"
    )
    return (
        f"To explain the difference in {LABELS[outcome]} {when}, something unrecorded would have to go with both the "
        f"choice of care and the outcome, raising the chance of each {number(size)} times; {reach}."
    )


def _balance_words(balance: Table, after: str) -> str:
    before = {row[0]: row[3] for row in balance.rows if row[1] == BEFORE}
    weighted = {row[0]: row[3] for row in balance.rows if row[1] == after}
    if not before or not weighted:
        return "No characteristic at the start varies, so there is nothing to make alike."
    most, left = max(before, key=before.get), max(weighted, key=weighted.get)
    apart = sum(size > LINE for size in before.values())
    still = sum(size > LINE for size in weighted.values())
    return (
        f"At the start the groups lay furthest apart in {most} ({number(before[most], 2)} standard deviations); "
        f"{apart} of {len(before)} characteristics were beyond {LINE}. After weighting to everyone, {still} are; the "
        f"largest gap left is {left} ({number(weighted[left], 2)})."
    )


def _last(estimates: tuple[Estimate, ...]) -> list[Estimate]:
    """The leading estimate of each outcome at its last visit."""
    leading = [e for e in estimates if (e.method, e.estimand) == LEADING]
    return list({e.outcome: e for e in leading}.values())
