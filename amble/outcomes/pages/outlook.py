"""One person's outlook: what is known of them at the start, and the course of those who began most alike.

The night's model is read as it was stored; nothing is computed from other people's records here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from amble.care.records.models import Episode
from amble.evaluation.estimators.people_like_me import Known, Model, opened
from amble.outcomes.bridge.scales import SCREENS, measured
from amble.outcomes.models import Night
from amble.vocabulary import ActivityLevel, Visit


class Refusal(StrEnum):
    """Why no course is told. Pages say each in their reader's words."""

    NOT_YET = "not_yet"  # no night, or too few earlier patients
    NO_START = "no_start"  # function at the start is not known
    OTHER_WAY = "other_way"  # function was measured by another questionnaire
    RECENT = "recent"  # pain of fewer months than that of the earlier patients
    UNLIKE = "unlike"  # too few began alike, or were of that age
    POOR = "poor"  # it did not come true for patients left out


@dataclass(frozen=True)
class Refused:
    reason: Refusal


@dataclass(frozen=True)
class Step:
    """A visit of the group. n: how many answered, of `over` whose visit is over; both to the nearest 5.

    A tenth of them was below low, half below the middle, a tenth above high. checked, inside: how many left-out
    patients it was checked on, and what percentage of them came out from low to high.
    """

    visit: str
    n: int
    over: int
    low: int
    middle: int
    high: int
    checked: int
    inside: int


@dataclass(frozen=True)
class Outlook:
    """size: people in the group.  people: earlier patients it was chosen from.  steps: the visits that can be told.

    visits: all that are asked about, in order.  start: own function then.  own: by visit.
    known: what was matched on; None where it is not known.
    """

    size: int
    people: int
    steps: tuple[Step, ...]
    visits: tuple[str, ...]
    start: float
    own: Mapping[str, float]
    known: Known


def of(episode: Episode, night: Night | None) -> Outlook | Refused:
    """Two queries: the night's model, the person's scores."""
    kept = night and night.sections.filter(page="prognosis", clinic=None, name="prognosis").first()
    about = kept.content["more"].get("model") if kept else None
    if not about or about["refused"]:
        return Refused(Refusal.NOT_YET)
    scores = list(episode.scores.all())
    known = at_start(episode, scores, about["instruments"])
    if known["function"] is None:
        elsewise = any(score.scale == "function" and score.visit == Visit.BASELINE for score in scores)
        return Refused(Refusal.OTHER_WAY if elsewise else Refusal.NO_START)
    if episode.symptom_months is not None and episode.symptom_months < about["least_months"]:
        return Refused(Refusal.RECENT)
    return _told(opened(about["model"]), about["visits"], known, _function(scores, about["instruments"]))


def at_start(episode: Episode, scores, instruments: Mapping[str, str]) -> Known:
    """By the same names as in the model; a measure by another instrument than the model's is not known."""
    found: dict[str, float | str | None] = dict.fromkeys(("function", "pain", "fear_avoidance"))
    used = _scales(instruments)
    screens = {(instrument, scale) for instrument, scales in SCREENS.items() for scale in scales}
    found |= dict.fromkeys(("activity_level", "depression", "anxiety"))
    for score in scores:
        scale = (score.instrument, score.scale)
        if score.visit != Visit.BASELINE:
            continue
        if scale in screens and score.screen_positive is not None:
            found[score.scale] = "yes" if score.screen_positive else "no"
        elif used.get(scale) == "activity_level":
            found["activity_level"] = list(ActivityLevel)[int(score.value)].value
        elif scale in used:
            found[used[scale]] = score.value
    age = episode.patient.age_on(episode.start_date or episode.referred_on)
    return found | {"age_years": age, "sex": episode.patient.sex or None}


def _scales(instruments: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """(instrument, scale) as in the record -> measure, for the instruments that the model is made from."""
    return {
        (instrument, scale): measure
        for instrument, scale, measure, spelt in measured()
        if instruments.get(measure) == spelt
    }


def _function(scores, instruments: Mapping[str, str]) -> dict[str, float]:
    used = _scales(instruments)
    return {
        score.visit: score.value
        for score in scores
        if used.get((score.instrument, score.scale)) == "function"
    }


def _told(
    model: Model, checks: Mapping[str, Mapping[str, Any]], known: Known, own: Mapping[str, float]
) -> Outlook | Refused:
    ages = model.numbers["age_years"]
    course = model.course(model.predicted(known))
    if course is None or (known["age_years"] is not None and not ages.low <= known["age_years"] <= ages.high):
        return Refused(Refusal.UNLIKE)
    steps, poor = [], False
    for v, visit in enumerate(model.visits):
        if course.median[v] is None:
            continue
        check = checks[visit]
        poor = poor or check["verdict"] == "poor"
        if check["verdict"] == "good":
            ends = (int(course.low[v]), int(course.median[v]), int(course.high[v]))
            steps.append(Step(visit, course.n[v], course.over[v], *ends, check["n"], check["inside"]))
    if not steps:
        return Refused(Refusal.POOR if poor else Refusal.UNLIKE)
    return Outlook(course.size, model.people, tuple(steps), model.visits, known["function"], own, known)
