"""FABQ, physical activity: items 2 to 5. A sum of 14 is 58.3 of 100 (facts/etmi.md, section 7)."""

import pytest

from amble.instruments.definition import load


@pytest.mark.parametrize(
    ("item_2", "item_3", "item_4", "item_5", "raw", "fear"),
    [
        (0, 0, 0, 0, 0, 0.0),
        (6, 6, 6, 6, 24, 100.0),
        (5, 4, 3, 2, 14, 58.3),
        (1, 1, 1, 1, 4, 16.7),
        (5, 4, 3, None, None, None),
    ],
)
def test_sum_and_rescaled(values, item_2, item_3, item_4, item_5, raw, fear):
    row = {"item_2": item_2, "item_3": item_3, "item_4": item_4, "item_5": item_5}
    answers = {item: answer for item, answer in row.items() if answer is not None}
    assert values("fabq_pa", answers) == {"raw": raw, "fear_avoidance": fear}


def test_it_ships_without_its_words():
    assert not load("fabq_pa").available
    assert [item.text for item in load("fabq_pa").items] == [""] * 4
