"""Two pairs of two items; 3 or more on a pair is a positive screen."""

import pytest

from amble.instruments.definition import load
from amble.instruments.scoring import score


@pytest.mark.parametrize(
    ("item_1", "item_2", "item_3", "item_4", "anxiety", "depression", "total"),
    [
        (0, 0, 0, 0, (0, False), (0, False), 0),
        (3, 3, 3, 3, (6, True), (6, True), 12),
        (2, 1, 1, 1, (3, True), (2, False), 5),
        (1, 1, 0, 3, (2, False), (3, True), 5),
        (2, 2, 1, None, (4, True), (None, None), None),
        (None, 0, 1, 1, (None, None), (2, False), None),
    ],
)
def test_pairs_and_total(item_1, item_2, item_3, item_4, anxiety, depression, total):
    row = {"item_1": item_1, "item_2": item_2, "item_3": item_3, "item_4": item_4}
    answers = {item: answer for item, answer in row.items() if answer is not None}
    scales = score(load("phq4"), answers).scales
    pairs = [(scales[s].value, scales[s].screen_positive) for s in ("anxiety", "depression")]
    assert pairs == [anxiety, depression]
    assert (scales["total"].value, scales["total"].screen_positive) == (total, None)
