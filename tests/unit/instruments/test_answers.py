"""What counts as an answer, as a web form or a JSON file sends it."""

import math

import pytest

from amble.instruments.definition import load
from amble.instruments.scoring import AnswerError, check_answer, score

PAIN = load("pain_nrs").item("pain")
TICK = load("rmdq").item("item_1")
LEVEL = load("activity_level").item("activity_level")
FEELING = load("phq4").item("item_1")


@pytest.mark.parametrize(
    ("item", "raw", "stored"),
    [
        (PAIN, "3", 3),
        (PAIN, " 10 ", 10),
        (PAIN, 0, 0),
        (TICK, True, True),
        (TICK, "on", True),
        (TICK, False, False),
        (LEVEL, "1-2", "1-2"),
        (FEELING, "2", 2),
    ],
)
def test_accepted(item, raw, stored):
    answer = check_answer(item, raw)
    assert (answer, type(answer)) == (stored, type(stored))


@pytest.mark.parametrize(
    ("item", "raw"),
    [
        (PAIN, "3.5"),
        (PAIN, 3.5),
        (PAIN, 11),
        (PAIN, -1),
        (PAIN, ""),
        (PAIN, None),
        (PAIN, True),
        (PAIN, math.nan),
        (PAIN, "nan"),
        (PAIN, "1_0"),
        (PAIN, "٣"),
        (PAIN, [3]),
        (PAIN, {"value": 3}),
        (TICK, "perhaps"),
        (TICK, 2),
        (TICK, None),
        (LEVEL, "4+"),
        (LEVEL, 1),
        (FEELING, 4),
        (FEELING, "Not at all"),
    ],
)
def test_refused(item, raw):
    with pytest.raises(AnswerError):
        check_answer(item, raw)


def test_the_message_says_what_is_accepted_and_stays_short():
    with pytest.raises(AnswerError, match="whole number from 0 to 10") as refused:
        check_answer(PAIN, "x" * 100_000)
    assert len(str(refused.value)) < 200


def test_every_wrong_answer_is_named_at_once():
    with pytest.raises(AnswerError) as refused:
        score(load("fear_of_activity"), {"item_1": 11, "item_2": 5, "nose": 1, "ear": 2})
    for named in ("item_1", "nose", "ear"):
        assert named in str(refused.value)


def test_an_unknown_item_is_refused_with_those_that_exist():
    with pytest.raises(AnswerError, match=r"no item 'mood'.*activity_1, activity_2, activity_3"):
        load("psfs").item("mood")
