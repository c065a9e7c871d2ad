"""Roland-Morris: the ticks are counted. 12 ticks are 50.0 of function (facts/etmi.md, section 7)."""

import pytest

from amble.instruments.definition import load
from amble.instruments.scoring import score


def first(number):
    return {f"item_{n}": "on" for n in range(1, number + 1)}


@pytest.mark.parametrize(
    ("answers", "raw", "function"),
    [
        (first(24), 24, 0.0),
        (first(12), 12, 50.0),
        (first(5), 5, 79.2),
        (first(1), 1, 95.8),
        ({"item_24": True}, 1, 95.8),
        ({"item_1": False, "item_2": "", "item_3": "0", "item_4": "1"}, 1, 95.8),
        ({}, 0, 100.0),  # sent without a tick: nothing applies
    ],
)
def test_ticks(values, answers, raw, function):
    assert values("rmdq", answers) == {"raw": raw, "function": function}


def test_a_sentence_left_blank_is_an_answer():
    assert score(load("rmdq"), {}).missing == ()
