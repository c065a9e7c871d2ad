"""Can the course of a new patient be told? The model that pages use for one person, and how true it was for others."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from amble.evaluation.estimators import people_like_me, people_like_me_check
from amble.evaluation.estimators.people_like_me import LEAST_ANSWERS, LEAST_PEOPLE, Model
from amble.evaluation.estimators.people_like_me_check import TOLERATED
from amble.evaluation.marks import people, share
from amble.evaluation.report.numbers import label, word
from amble.evaluation.results import Answer, Figure
from amble.evaluation.study.model import Disclosure
from amble.outcomes import told
from amble.outcomes.figures import prognosis_people
from amble.outcomes.figures.prognosis_left_out import CHECKS, Found, fifths, moods, sexes
from amble.outcomes.figures.prognosis_tables import by_group, by_visit, calibration, missed
from amble.outcomes.material import Material

PREDICTED = ("discharge", "3m")  # the first later visits: soon enough that most answer
QUESTION = "Can the course of a new patient be told?"
WHAT_IT_IS = (
    "A new patient and their physiotherapist see how it went for the earlier patients of this service who began most "
    "alike: the middle of the group, and the range in which 8 of 10 came out. Both kinds of care are together."
)
ASSUMPTIONS = (
    "People who answered did about as well as those who began alike and did not answer: nothing here can show it.",
    "New patients are treated about as earlier ones were.",
    "It describes people. It says neither what ETMI or usual care would do for one of them nor what one can reach.",
)


def sections(material: Material) -> Iterator[told.Told]:
    used = prognosis_people.instruments(material)
    earlier = prognosis_people.people(material, used)
    model = people_like_me.fit(earlier, PREDICTED) if earlier else None
    if model is None:
        n = len(earlier) if earlier else 0
        yield told.Told("prognosis", _too_early(n), more={"model": {"refused": "too_few"}})
        return
    checks = (people_like_me_check.of_left_out_fifths, people_like_me_check.of_later_patients)
    left_out = {kind: told_by(earlier, PREDICTED) for kind, told_by in zip(CHECKS, checks, strict=True)}
    found = Found(earlier, left_out, material.study.confidence)
    verdicts = {visit: found.verdict(visit) for visit in earlier.visits}
    kept = {
        "refused": "",
        "model": _private(model, material.study.disclosure).kept(),
        "instruments": used,
        "visits": _by_visit(found, verdicts),
        "least_months": material.study.cohort.min_symptom_months,
    }
    more = {"model": kept, "headline": list(_headline(found, verdicts))}
    yield told.Told("prognosis", _answer(found, model, verdicts), more=more)
    yield told.Told("prognosis", _for_everybody(found, verdicts))


def _private(model: Model, rule: Disclosure) -> Model:
    """Where a service hides more than usual: a tenth of those who answered is still more people than it hides."""
    courses = []
    for course in model.courses:
        enough = [n > 10 * rule.suppress_up_to + people_like_me.COUNTS_TO for n in course.n]
        ends = {
            name: tuple(end if e else None for end, e in zip(getattr(course, name), enough, strict=True))
            for name in ("low", "median", "high")
        }
        courses.append(replace(course, **ends))
    return replace(model, courses=tuple(courses))


def _by_visit(found: Found, verdicts: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """For the physiotherapist's page: how it was checked. Counts to the nearest 5, shares in whole hundredths."""
    kept = {}
    for visit, verdict in verdicts.items():
        check = found.check("left_out", visit)
        inside = None if check.inside is None else round(100 * check.inside)
        kept[visit] = {"verdict": verdict, "n": people_like_me.rounded(check.n), "inside": inside}
    return kept


def _too_early(n: int) -> Answer:
    so_far = f"So far {people(n)} have function at the start and a visit three months later that is over."
    needed = (
        f"It is not told yet: too few people are known. It takes {LEAST_PEOPLE} earlier patients. {so_far}"
    )
    return Answer("prognosis", QUESTION, (needed, WHAT_IT_IS))


def _answer(found: Found, model: Model, verdicts: Mapping[str, str]) -> Answer:
    sentences = [WHAT_IT_IS, *_verdict(verdicts)]
    sentences.append(
        "Of patients left out, about 80% should come out in the range told, and half above the middle."
    )
    sentences += [_came_true(found, visit) for visit, verdict in verdicts.items() if verdict != "unchecked"]
    sentences.append(_made_from(found, model))
    figure = Figure(
        "prognosis_inside",
        "Left-out patients within the range told",
        "by_visit",
        "prognosis_by_visit",
        {"x": "visit", "y": "percent_inside", "low": "low", "high": "high", "colour": "told_from"},
        "For each visit, the percentage of left-out patients who came out in the range meant for 8 of 10, with its "
        f"interval. It is told where this lies from {100 * TOLERATED[0]:.0f} to {100 * TOLERATED[1]:.0f}%.",
    )
    table = by_visit(found)
    return Answer(
        "prognosis",
        QUESTION,
        tuple(sentences),
        tables=(table,),
        figures=(figure,) if any(v != "unchecked" for v in verdicts.values()) else (),
        assumptions=ASSUMPTIONS,
        warnings=tuple(_changed(found, verdicts)),
    )


def _verdict(verdicts: Mapping[str, str]) -> Iterator[str]:
    by = {
        kind: [word(v) for v, is_it in verdicts.items() if is_it == kind]
        for kind in ("good", "poor", "unchecked")
    }
    if by["good"]:
        yield f"It can be told for {_listed(by['good'])}: it came true for patients who were left out when it was made."
    if by["poor"]:
        yield (
            f"It is not told for {_listed(by['poor'])}: too many or too few of the patients who were left out came out "
            "in the range."
        )
    if by["unchecked"]:
        yield f"It is not told for {_listed(by['unchecked'])}: fewer than {LEAST_ANSWERS} left-out patients answered."


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _came_true(found: Found, visit: str) -> str:
    check = found.check("left_out", visit)
    inside = share(round(check.inside * check.n), check.n)
    return (
        f"{label(visit)}: of {people(check.n)} left-out patients, {inside} came out in the range and "
        f"{share(round(check.reached * check.n), check.n)} at or above the middle."
    )


def _made_from(found: Found, model: Model) -> str:
    size = people_like_me.group_size(len(found.people))
    newest = len(found.people) >= prognosis_people.MOST_PEOPLE
    return (
        f"It is made from {people(len(found.people))} earlier patients{', the newest ones' if newest else ''}. A group "
        f"is the {size} who began most alike. A course is told only where at least {LEAST_ANSWERS} of them answered: "
        f"for {share(_told_anything(found), len(found.people))} of the left-out patients at one visit or more."
    )


def _told_anything(found: Found) -> int:
    return int(np.isfinite(found.told["left_out"].median).any(axis=1).sum())


def _changed(found: Found, verdicts: Mapping[str, str]) -> Iterator[str]:
    for visit in verdicts:
        check = found.check("later", visit)
        if check.good is False:
            yield (
                f"{label(visit)}: patients who began later did not go the way of earlier ones: "
                f"{share(round(check.inside * check.n), check.n)} came out in the range meant for 80%, and "
                f"{share(round(check.reached * check.n), check.n)} at or above the middle told."
            )


def _for_everybody(found: Found, verdicts: Mapping[str, str]) -> Answer:
    groups = {"outlook": fifths(found), "depression or anxiety": moods(found), "sex": sexes(found)}
    tables = [by_group(found, name, rows) for name, rows in groups.items()]
    warnings = [text for name, rows in groups.items() for text in missed(found, name, rows, verdicts)]
    drawn = next((v for v in ("3m", *verdicts) if verdicts.get(v) not in (None, "unchecked")), None)
    figures = ()
    if drawn:
        tables.insert(0, calibration(found, drawn, groups["outlook"]))
        figures = (
            Figure(
                "prognosis_calibration",
                f"What was told and what came: {word(drawn)}",
                "curve",
                "prognosis_calibration",
                {"x": "told", "y": "function", "colour": "line"},
                "Left-out patients in five groups, from the poorest outlook to the best. Across: the middle told to "
                "them, on average. Up: their function as it came, on average. The nearer the two lines, the better.",
            ),
        )
    looked_at = (
        "Looked at: five groups by outlook, people with and without depression or anxiety, women and men."
    )
    said = (
        "None of these groups came out much otherwise than told."
        if not warnings
        else "Not for all alike: see below. With so many groups, one or two may miss by chance."
    )
    return Answer(
        "prognosis_for_everybody",
        "Does it hold for everybody?",
        (looked_at, said),
        tables=tuple(tables),
        figures=figures,
        warnings=tuple(warnings),
    )


def _headline(found: Found, verdicts: Mapping[str, str]) -> Iterator[dict[str, str]]:
    visit = next((v for v in ("3m", *verdicts) if verdicts.get(v) == "good"), None)
    if visit is None:
        words = "The course of a new patient is not told yet: it did not come true for patients left out."
        yield {"name": "prognosis", "value": "", "words": words}
        return
    check = found.check("left_out", visit)
    words = f"of earlier patients came out in the range they would have been told for {word(visit)}; about 80% should."
    yield {"name": "prognosis", "value": share(round(check.inside * check.n), check.n), "words": words}
