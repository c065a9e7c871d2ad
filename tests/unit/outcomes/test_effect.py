"""The pages' effect sections are the report's answers; the two intervals are told apart and never mixed up."""

import math
from dataclasses import replace
from datetime import date, timedelta

import pytest

from amble.evaluation.analyses.words import DIGITS
from amble.evaluation.estimators.confidence_sequence import TIGHTEST_SE, anytime
from amble.evaluation.report.page import page_table
from amble.evaluation.results import Answer
from amble.evaluation.study.model import Study
from amble.outcomes.figures import effect, for_whom
from amble.outcomes.figures.effect import looks, page
from amble.outcomes.material import Material, Past
from amble.outcomes.told import PAGES, opened

FIRST = date(2025, 1, 31)


def past(
    days: int, outcome: str = "function", estimate: float = 3.0, se: float = 1.0, replayed: bool = False
):
    return Past(
        FIRST + timedelta(days=days), outcome, estimate, se, estimate - 2 * se, estimate + 2 * se, replayed
    )


def material(*history: Past, **more) -> Material:
    return Material(day=FIRST, study=Study(), con=None, history=history, **more)


@pytest.fixture(scope="module")
def told(a_night):
    return {page: [t for t, _ in a_night.sections if t.page == page] for page in PAGES}


def test_function_comes_first_and_pain_is_followed_by_whether_it_differs(told):
    names = [section.answer.name for section in told["effect"]]
    assert names[:4] == [
        "over_time_function",
        "over_time_fear_avoidance",
        "over_time_pain",
        "pain_no_different",
    ]
    assert {"sessions", "two_intervals", "completeness_by_arm", "missing"} < set(names)


def test_cut_into_outcomes_nothing_of_the_reports_answer_is_lost(told):
    cut = [s.answer for s in told["effect"] if s.answer.name.startswith("over_time_")]
    estimates = [e for answer in cut for e in answer.estimates]
    assert len(estimates) == 15 and {e.outcome for e in estimates} == {"function", "fear_avoidance", "pain"}
    for answer in cut:
        assert {e.outcome for e in answer.estimates} == {answer.name.removeprefix("over_time_")}
        assert len(answer.fits) == 1
        assert [t.name.partition("_")[0] for t in answer.tables] == ["mmrm", "means", "moved"]
        average = next(e for e in answer.estimates if e.visit == "average")
        assert answer.sentences[0] == average.meaning
        digits = DIGITS.get(average.outcome, 1)
        ends = anytime(average.estimate, average.se, tightest_se=TIGHTEST_SE[average.outcome])
        assert all(f"{abs(end):.{digits}f}" in answer.sentences[1] for end in ends)
        assert ends[0] < average.ci_low < average.ci_high < ends[1]


def test_everything_that_compares_is_called_observational(a_night):
    for section, content in a_night.sections:
        answer, _pictures, more = opened(content)
        if answer.estimates and section.page in ("effect", "for_whom"):
            headlines = [one["words"] for one in more.get("headline", ())]
            assert headlines or answer.name in ("pain_no_different", "missing", "completeness_by_arm")
            assert all("observational" in words for words in headlines)
            assert "observational" in " ".join((*answer.sentences, *(t.title for t in answer.tables)))


def test_one_look_a_month_is_shown_and_the_newest():
    """What moves from one night to the next may be a single person's answer."""
    year = [past(day, se=30 / (day + 30)) for day in range(0, 300, 3)]
    kept = looks.looks_of(material(*year), "function")
    assert len({(p.day.year, p.day.month) for p in kept}) == len(kept) == 11
    assert kept[-1] == year[-1]


def test_a_young_service_is_shown_week_by_week():
    kept = looks.looks_of(material(*(past(day) for day in range(60))), "function")
    assert len(kept) == 10 and kept[-1].day == FIRST + timedelta(days=59)


def test_looks_that_could_not_be_computed_are_left_out():
    nothing = (past(1, estimate=math.nan), past(2, se=0.0), past(3, outcome="pain"))
    assert looks.looks_of(material(*nothing), "function") == []


def test_sessions_move_as_a_ratio_and_the_picture_begins_with_the_second_look():
    answer = Answer("sessions", "Fewer?")
    one = looks.with_looks(material(past(0, "sessions", math.log(0.7), 0.04)), answer, "sessions")
    assert [t.columns[1] for t in one.tables] == ["ratio"] and one.figures == ()
    assert one.tables[0].rows[0][1] == 0.7
    two = looks.with_looks(
        material(past(0, "sessions", -0.3, 0.1, replayed=True), past(40, "sessions", -0.35, 0.05)),
        answer,
        "sessions",
    )
    assert [figure.kind for figure in two.figures] == ["moved"]
    assert "computed later" in two.tables[0].note
    heads = [column.name for column in page_table(two.tables[0]).columns]
    assert heads == ["Day", "Ratio", "95% interval", "Interval for every look, from", "To"]


def test_before_there_is_a_report_the_pages_say_that_it_is_too_early():
    said = [section.answer.sentences for section in effect.sections(material())]
    assert said == [(page.TOO_EARLY,)]
    assert next(iter(for_whom.sections(material()))).answer == for_whom.TOO_EARLY


def test_the_headline_on_groups_is_of_those_named_beforehand(told, a_night):
    section = next(s for s in told["for_whom"] if s.answer.name == "for_whom")
    words = section.more["headline"][0]["words"]
    levels = [
        e
        for e in section.answer.estimates
        if e.outcome == "function"
        and e.subgroup in ("depression_or_anxiety = no", "depression_or_anxiety = yes")
    ]
    assert all(f"{e.estimate:.1f}" in words for e in levels) and len(levels) == 2
    tested = next(
        e for e in section.answer.estimates if e.contrast == "interaction" and e.outcome == "function"
    )
    assert ("may be chance" in words) == (tested.p > 0.05)
    certain = replace(tested, p=0.001)
    others = tuple(certain if e == tested else e for e in section.answer.estimates)
    assert "more than chance alone" in for_whom.headline(
        material(), replace(section.answer, estimates=others)
    )
