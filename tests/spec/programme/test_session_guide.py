"""The guide for sessions 1 to 4, and when a fourth session is worth offering."""

import re

import pytest

from amble.programme import content, session_guide
from amble.vocabulary import Stage

STEPS = [step for session in session_guide.all_sessions() for step in session.steps]

OUTLINE = {
    1: """hear-the-story examine-and-explain answer-the-worry one-belief-one-test talk-about-activity
          walk-together three-messages choose-activity card-and-next-time""",
    2: """look-back expected-and-real most-feared-task solve-problems ask-readiness-again next-step-up
          draft-bad-day-plan""",
    3: """an-active-person finish-bad-day-plan prevent-slipping-back goal-ahead decide-together
          measures-before-leaving""",
    4: "what-stands-in-the-way back-to-the-reasons try-it-here smaller-plan go-on-alone",
}


def test_the_steps_of_each_session():
    found = {each.number: [step.id for step in each.steps] for each in session_guide.all_sessions()}
    assert found == {number: steps.split() for number, steps in OUTLINE.items()}
    assert len({step.id for step in STEPS}) == len(STEPS)


def test_only_the_fourth_is_optional_and_there_is_no_fifth():
    assert [session_guide.session(number).optional for number in (1, 2, 3, 4)] == [False, False, False, True]
    with pytest.raises(KeyError):
        session_guide.session(5)


@pytest.mark.parametrize("session", session_guide.all_sessions(), ids=lambda session: session.number)
def test_a_session_has_a_purpose_minutes_and_a_source(session):
    assert session.title
    assert session.when
    assert session.purpose.endswith(".")
    assert len(session.source) > 10
    shortest, longest = map(int, re.fullmatch(r"(\d+)-(\d+)", session.minutes).groups())
    assert 0 < shortest < longest


def test_the_minutes_are_said_to_be_a_default():
    assert "lengths are not published: the minutes are a default" in session_guide.notice()


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.id)
def test_a_step_can_be_read_at_a_glance(step):
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", step.id)
    assert step.title
    assert len(step.source) > 10
    assert 1 <= len(step.prompts) <= 4
    assert all(prompt[-1] in ".?" for prompt in step.prompts)
    assert all(len(prompt) <= 95 for prompt in step.prompts)
    assert any("?" in prompt for prompt in step.prompts)


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_every_session_asks_the_safety_questions_when_anything_is_new(number):
    first_two = session_guide.session(number).steps[:2]
    assert any("ask the safety questions" in step.title for step in first_two)


@pytest.mark.parametrize(
    "words", ["manual therapy", "electrotherapy", "heat", "needling", "exercise sheet", "scans"]
)
def test_what_does_not_belong(words):
    assert sum(words in each for each in session_guide.must_not()) == 1


def test_every_rule_names_its_source():
    file = content.read("session_guide")
    rules = [file, file["fourth_session"], file["too_many_sessions"], *file["must_not"]]
    assert all(len(rule["source"]) > 10 for rule in rules)


@pytest.mark.parametrize(("so_far", "next_one"), [(0, 1), (1, 2), (2, 3), (3, 4), (4, 4), (9, 4)])
def test_suggested_session(so_far, next_one):
    assert session_guide.suggested_session(so_far) == next_one


@pytest.mark.parametrize(("count", "too_many"), [(0, False), (3, False), (4, False), (5, True), (6, True)])
def test_too_many_sessions(count, too_many):
    assert session_guide.too_many_sessions(count) is too_many


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
        (None, None, False, False),  # what is not known is no reason
        (None, 6, False, True),
        (None, 7, False, False),
        (Stage.PREPARATION, None, False, True),
        (Stage.ACTION, None, False, False),
        (None, None, True, True),
    ],
)
def test_a_fourth_session_needs_one_reason(stage, confidence, new_barrier, needed):
    found = session_guide.needs_fourth_session(stage=stage, confidence=confidence, new_barrier=new_barrier)
    assert found is needed
