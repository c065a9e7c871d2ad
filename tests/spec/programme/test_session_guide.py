"""The guide: what is in each session, when a fourth is offered, and when sessions become too many."""

import pytest

from amble.programme import session_guide
from amble.vocabulary import Stage

STEPS = {
    1: ["story", "examination", "reassurance", "belief", "readiness", "walk", "messages", "plan", "close"],
    2: [
        "review",
        "expected-against-actual",
        "most-feared",
        "problem-solving",
        "readiness-again",
        "next-step",
        "bad-day-draft",
    ],
    3: ["bad-day-plan", "identity", "keep-going", "lasting-goal", "discharge"],
    4: ["reason", "work-on-it", "finish"],
}


def test_the_guide_has_these_sessions_and_steps():
    assert {s.number: [step.id for step in s.steps] for s in session_guide.sessions()} == STEPS


@pytest.mark.parametrize(("number", "minutes"), [(1, (30, 45)), (2, (20, 30)), (3, (20, 30)), (4, (20, 30))])
def test_usual_length(number, minutes):
    assert session_guide.session(number).minutes == minutes


def test_only_the_fourth_session_is_optional():
    assert [bool(s.optional_when) for s in session_guide.sessions()] == [False, False, False, True]


def test_there_is_no_fifth():
    with pytest.raises(KeyError):
        session_guide.session(5)


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_every_step_has_prompts_and_a_source(number):
    for step in session_guide.session(number).steps:
        assert step.prompts, step.id
        assert len(step.source) > 10, step.id


def test_what_no_session_contains():
    assert [each.id for each in session_guide.must_not()] == [
        "manual-therapy",
        "electrotherapy",
        "heat",
        "needling",
        "prescribed-exercise",
        "alarming-talk",
    ]
    assert all(len(each.source) > 10 for each in session_guide.must_not())


@pytest.mark.parametrize(
    ("stage", "confidence", "new_barrier", "needed"),
    [
        (Stage.PRECONTEMPLATION, 10, False, True),
        (Stage.CONTEMPLATION, 10, False, True),
        (Stage.PREPARATION, 10, False, True),
        (Stage.ACTION, 10, False, False),
        (Stage.MAINTENANCE, 10, False, False),
        (Stage.ACTION, 7, False, False),
        (Stage.ACTION, 6, False, True),
        (Stage.MAINTENANCE, 0, False, True),
        (Stage.MAINTENANCE, 10, True, True),
        (None, None, False, False),
        (None, 6, False, True),
        (Stage.PREPARATION, None, False, True),
        (None, None, True, True),
    ],
)
def test_when_a_fourth_session_is_offered(stage, confidence, new_barrier, needed):
    assert (
        session_guide.needs_fourth_session(stage=stage, confidence=confidence, new_barrier=new_barrier)
        is needed
    )


@pytest.mark.parametrize(("count", "too_many"), [(0, False), (3, False), (4, False), (5, True), (6, True)])
def test_when_sessions_become_too_many(count, too_many):
    assert session_guide.too_many_sessions(count) is too_many


def test_three_sessions_are_aimed_for():
    assert session_guide.TARGET_MEDIAN == 3
