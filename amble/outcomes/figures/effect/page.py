"""Whether it works: the report's own answers, outcome by outcome, and how each estimate moved as data came in."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from amble.evaluation.analyses.words import DIGITS
from amble.evaluation.report.numbers import MINUS, number
from amble.evaluation.report.page import in_short
from amble.evaluation.results import Answer, Estimate
from amble.evaluation.study.model import LABELS
from amble.outcomes.figures.effect.looks import ORDER, always, said, two_intervals, with_looks
from amble.outcomes.material import Material
from amble.outcomes.told import Told

QUESTIONS = {
    "function": "Can people do more?",
    "fear_avoidance": "Are people less afraid of being active?",
    "pain": "Does pain change?",
}


def sections(material: Material) -> Iterator[Told]:
    answers = {answer.name: answer for answer in material.report.answers} if material.report else {}
    short = _headlines(material, answers)
    for outcome in ORDER:
        found = answers.get("sessions") if outcome == "sessions" else about(answers, outcome)
        if found and found.estimates:
            looked = replace(found, sentences=(*found.sentences, *however_often(material, found)))
            more = {"headline": [short[outcome]]} if outcome in short else None
            yield Told("effect", with_looks(material, looked, outcome), more=more)
        if outcome == "pain" and "pain_no_different" in answers:
            yield Told("effect", answers["pain_no_different"])
    if not short:
        yield Told("effect", Answer("too_early", "Does it work?", (TOO_EARLY,)))
    else:
        yield Told("effect", two_intervals())
    if "who" in answers:
        yield Told("effect", _completeness(answers["who"]))
    if "missing" in answers:
        yield Told("effect", answers["missing"])


TOO_EARLY = (
    "It is too early to compare ETMI with usual care: both need people whose measures are known at the start and at a "
    "later visit."
)


def about(answers: Mapping[str, Answer], outcome: str) -> Answer | None:
    """What the report says of one outcome over time, cut from its answer on all of them."""
    whole = answers.get("over_time")
    if whole is None:
        return None
    estimates = tuple(e for e in whole.estimates if e.outcome == outcome)
    mine = (f"mmrm_{outcome}", f"means_{outcome}")
    tables = tuple(replace(t, folded=True) for t in whole.tables if t.name in mine)
    return replace(
        whole,
        name=f"over_time_{outcome}",
        question=QUESTIONS[outcome],
        sentences=tuple(text for text in whole.sentences if text in {e.meaning for e in estimates}),
        estimates=estimates,
        tables=tables,
        figures=tuple(f for f in whole.figures if f.table in {t.name for t in tables}),
        warnings=tuple(text for text in whole.warnings if text.startswith(LABELS[outcome])),
        fits=tuple(fit for fit in whole.fits if fit.model.endswith(f" {outcome}")),
    )


def speaking(estimates: tuple[Estimate, ...]) -> Estimate | None:
    """The estimate that is followed from night to night: averaged over the visits, or the sessions' log rate ratio."""
    for e in estimates:
        if (e.method, e.visit) == ("mmrm", "average") or e.contrast == "log_rate_ratio":
            return e
    return None


def however_often(material: Material, answer: Answer) -> tuple[str, ...]:
    """The interval that stays true at every look, in the units of the outcome."""
    wide = _for_every_look(material, speaking(answer.estimates))
    if not wide:
        return ()
    return (
        f"Looking every night, go by the wider interval: {wide} (observational). It stays true at every look.",
    )


def _for_every_look(material: Material, e: Estimate | None) -> str:
    if e is None or e.estimate is None or not e.se:
        return ""
    digits = 2 if e.outcome == "sessions" else DIGITS.get(e.outcome, 1)
    low, high = (number(said(end, e.outcome), digits) for end in always(e, material.study.confidence))
    return f"{low} to {high} {'times as many sessions' if e.outcome == 'sessions' else 'points'}"


def _headlines(material: Material, answers: Mapping[str, Answer]) -> dict[str, dict]:
    """Outcome -> the number that speaks for it and the first sentence of the report's answer in short."""
    found = {}
    estimates = [e for answer in answers.values() for e in answer.estimates]
    for one in in_short(material.study, estimates):
        shown = one.estimate
        if one.outcome == "sessions":  # a difference in sessions says more than a ratio
            asked = ("sessions", "negative_binomial", "difference")
            shown = next((e for e in estimates if (e.outcome, e.method, e.contrast) == asked), None)
        if shown is None or shown.estimate is None:
            continue
        words = shown.meaning if one.outcome == "sessions" else one.sentences[0]
        if wide := _for_every_look(material, one.estimate):
            words += f" However often you look: {wide}."
        value = _signed(shown.estimate, DIGITS.get(one.outcome, 1))
        value += "" if one.outcome == "sessions" else " points"
        found[one.outcome] = {"name": one.outcome, "value": value, "words": words}
    return found


def _signed(value: float, digits: int) -> str:
    text = number(value, digits)
    return text if text.startswith(MINUS) or value == 0 else f"+{text}"


def _completeness(who: Answer) -> Answer:
    """Of the report's first answer, what is known of the two kinds of care at each visit."""
    tables = tuple(t for t in who.tables if t.name.startswith("completeness"))
    names = {t.name for t in tables}
    return replace(
        who,
        name="completeness_by_arm",
        question="How much is known of people with ETMI and with usual care?",
        sentences=tuple(
            text for text in who.sentences if " is known at the start and at every visit" in text
        ),
        tables=tables,
        figures=tuple(f for f in who.figures if f.table in names),
    )
