"""What a plan for more reach comes to, told like every other answer: sentences, tables, a picture."""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import Any

from amble.evaluation.analyses.words import interval, number
from amble.evaluation.estimators.rollout import (
    PerPatient,
    Plan,
    break_even,
    by_chance,
    chance_of_paying,
    more_patients,
    to_train,
)
from amble.evaluation.marks import percent
from amble.evaluation.results import Answer, Cell, Figure, Table

GAINS = (("as those until now", 1.0), ("half as much", 0.5))
ASSUMPTIONS = (
    "New patients gain and save what those who had ETMI until now did, against usual care. They may not: those reached "
    "first were chosen, by themselves or by their physiotherapist. So everything stands here twice, once with half the "
    "effect.",
    "What one patient gains or saves is known with the intervals of the report; the plan itself, prices and the number "
    "of eligible patients are taken as they were put in.",
    "The money for training is spent at the start. Nothing is counted for patients after the months looked at.",
    "Every line rests on one estimate of the report by itself. Two lines added up would need to know how far "
    "their errors go together; no line here does that.",
    "Fewer sessions are partly by design: ETMI is meant to need fewer.",
)


def saving(numbers: Mapping[str, Any], name: str) -> PerPatient | None:
    """Usual care minus ETMI for one patient, so that less use counts upwards."""
    found = numbers["per_patient"].get(name)
    return found and PerPatient(-found["estimate"], found["se"], -found["high"], -found["low"])


def gain(numbers: Mapping[str, Any], name: str) -> PerPatient | None:
    found = numbers["per_patient"].get(name)
    return found and PerPatient(found["estimate"], found["se"], found["low"], found["high"])


def needed(numbers: Mapping[str, Any], eligible: float, now: float, wanted: float) -> PerPatient | None:
    """How many to train for this plan, at the pace of those who deliver today."""
    pace, share = numbers["pace"], numbers["delivering_share"]
    if not (pace and share and pace["value"] > 0 and share["value"] > 0):
        return None
    pair = (PerPatient(found["value"], found["se"], 0, 0) for found in (pace, share))
    return to_train(eligible * (wanted - now) / 100, *pair, numbers["confidence"])


def answer(numbers: Mapping[str, Any], asked: Mapping[str, Any]) -> Answer:
    """numbers: those of `figures/cost/planning.py`.  asked: the cleaned form."""
    plan = Plan(asked["eligible"], asked["now"] / 100, asked["wanted"] / 100, asked["ramp"], asked["months"])
    more = more_patients(plan)
    hours = asked["trained"] * asked["hours"]
    outlay = asked["trained"] * asked["fee"] + 60 * hours * numbers["minute_price"]
    cost = saving(numbers, "cost")
    tables = [_results(numbers, name, share, more[-1], outlay, hours) for name, share in GAINS]
    figures: tuple[Figure, ...] = ()
    if cost:
        tables.append(_months(numbers, more, cost, outlay))
        figures = (_figure(numbers["currency"]),)
    return Answer(
        name="plan",
        question="What would this plan bring?",
        sentences=tuple(_sentences(numbers, asked, more, outlay)),
        tables=tuple(tables),
        figures=figures,
        assumptions=ASSUMPTIONS,
        warnings=tuple(_warnings(numbers, asked)),
    )


# Words


def _sentences(numbers: Mapping, asked: Mapping, more: Sequence[float], outlay: float) -> Iterator[str]:
    confidence, currency, end = numbers["confidence"], numbers["currency"], asked["months"]
    low, high = by_chance(more[-1], confidence)
    yield (
        f"In {end} months {number(more[-1], 0)} more people would have ETMI than at today's reach "
        f"({interval(low, high, confidence, 0)}, by chance alone): {_one(asked['now'])} of 100 have it now, "
        f"{_one(asked['wanted'])} of 100 from month {asked['ramp']} on."
    )
    if cost := saving(numbers, "cost"):
        for name, share in GAINS:
            yield _money(name, cost.times(share), more, outlay, currency, confidence)
    if points := gain(numbers, "function"):
        yield (
            f"Each of them would gain {_with(points, confidence)} points of function against usual care, on average "
            f"over the visits, if they gain as those until now; {_with(points.times(0.5), confidence)} if half as much."
        )
    if low_mood := gain(numbers, "function_low_mood"):
        yield (
            f"Reaching people with depression or anxiety first: {_with(low_mood, confidence)} points each, if they "
            "gain as those with depression or anxiety until now."
        )


def _money(
    name: str, cost: PerPatient, more: Sequence[float], outlay: float, currency: str, confidence: float
) -> str:
    net = cost.times(more[-1]).less(outlay)
    balance = f"{number(abs(net.value), 0)} {currency} " + (
        "saved" if net.value >= 0 else "more spent than saved"
    )
    chance = chance_of_paying(more[-1], cost, outlay)
    return (
        f"If new patients gain {name}: {balance} in the end, training ({number(outlay, 0)}) paid "
        f"({interval(net.low, net.high, confidence, 0)}, below zero: spent). "
        f"{_break_even(more, cost, outlay, confidence)} "
        f"The chance that training has paid for itself by then is {_chance(chance)}."
    )


def _break_even(more: Sequence[float], cost: PerPatient, outlay: float, confidence: float) -> str:
    most_likely, soonest, latest = (
        break_even(more, value, outlay) for value in (cost.value, cost.high, cost.low)
    )
    if soonest is None:
        return f"Break-even is not within {len(more)} months, even at the better end of that interval."
    said = f"in month {most_likely}" if most_likely else f"not within {len(more)} months"
    end = f"month {latest}" if latest else f"not within {len(more)} months"
    return f"Break-even is {said} ({_level(confidence)} interval: month {soonest} to {end})."


def _level(confidence: float) -> str:
    return f"{100 * confidence:.3g}%"


def _chance(chance: float) -> str:
    """No chance is said to be none or certain."""
    if 0.001 <= chance <= 0.999:
        return percent(chance)
    return "below 0.1%" if chance < 0.5 else "above 99.9%"


def _warnings(numbers: Mapping, asked: Mapping) -> Iterator[str]:
    confidence = numbers["confidence"]
    found = needed(numbers, asked["eligible"], asked["now"], asked["wanted"])
    if found is None:
        yield "How many to train for this cannot be told yet: too few physiotherapists deliver ETMI."
    else:
        pace, share = numbers["pace"]["value"], numbers["delivering_share"]["value"]
        words = (
            f"At today's pace ({number(pace, 1)} ETMI patients a month for each who delivers, and {percent(share)} of "
            f"the trained deliver) about {ceil(found.value)} would have to be trained for this plan "
            f"({interval(found.low, found.high, confidence, 0)})."
        )
        short = asked["trained"] < found.low
        yield words + (" The plan trains fewer." if short else "")
    left = numbers.get("untrained")
    if left is not None and asked["trained"] > left:
        yield (
            f"Of the physiotherapists invited until now {f'only {left}' if left else 'nobody'} can still be "
            "trained: the plan needs new ones, or trained colleagues who begin to give ETMI."
        )
    missing = [
        words
        for name, words in (("cost", "cost"), ("sessions", "sessions"), ("function", "function"))
        if not numbers["per_patient"].get(name)
    ]
    if missing:
        yield f"Not known yet in this service, and left out: {', '.join(missing)}."


def _with(one: PerPatient, confidence: float) -> str:
    return f"{number(one.value)} ({interval(one.low, one.high, confidence)})"


def _one(value: float) -> str:
    return number(value).removesuffix(".0")


# Tables and picture


def _results(numbers: Mapping, name: str, share: float, people: float, outlay: float, hours: float) -> Table:
    rows: list[tuple[Cell, ...]] = [
        ("more people with ETMI", people, *by_chance(people, numbers["confidence"]))
    ]
    lines = [
        ("fewer sessions", saving(numbers, "sessions"), 0.0),
        ("minutes of contact saved, hours of training taken off", saving(numbers, "minutes"), 60 * hours),
        (f"{numbers['currency']} saved, training paid", saving(numbers, "cost"), outlay),
        ("points of function gained, all people together", gain(numbers, "function"), 0.0),
        (_improved(numbers), gain(numbers, "improved"), 0.0),
    ]
    for words, each, spent in lines:
        if each:
            all_of_them = each.times(share * people).less(spent)
            rows.append((words, all_of_them.value, all_of_them.low, all_of_them.high))
    return Table(
        name=f"plan_{name.replace(' ', '_')}",
        title=f"At the end, if new patients gain {name} (observational)",
        columns=("what", "number", "low", "high"),
        rows=tuple((words, *(float(round(value, 2)) for value in values)) for words, *values in rows),
        note="Below zero: the other way round.",
    )


def _improved(numbers: Mapping) -> str:
    least = numbers["smallest_change"]
    return (
        f"more people better by {_one(least)} points of function or more" if least else "more people better"
    )


def _months(numbers: Mapping, more: Sequence[float], cost: PerPatient, outlay: float) -> Table:
    rows = []
    for name, share in GAINS:
        for month, people in enumerate([0.0, *more]):
            net = cost.times(share * people).less(outlay)
            ends = (float(round(value, 2)) for value in (net.value, net.low, net.high))
            rows.append((month, name, float(round(people, 1)), *ends))
    return Table(
        name="plan_by_month",
        title=f"{numbers['currency'].capitalize()} saved by the end of each month, training paid (observational)",
        columns=("month", "new_patients_gain", "more_people", "saved", "low", "high"),
        rows=tuple(rows),
        folded=True,
    )


def _figure(currency: str) -> Figure:
    return Figure(
        name="plan_by_month",
        title=f"{currency.capitalize()} saved, training paid, month by month",
        kind="curve",
        table="plan_by_month",
        encoding={"x": "month", "y": "saved", "low": "low", "high": "high", "colour": "new_patients_gain"},
        description="Two lines with their intervals, begun below zero by what training costs. Where a line crosses "
        "zero, training has paid for itself.",
    )
