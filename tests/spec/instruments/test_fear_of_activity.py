"""The mean of four answers times ten: 0 no fear, 100 most fear."""

import pytest


@pytest.mark.parametrize(
    ("item_1", "item_2", "item_3", "item_4", "fear"),
    [
        (0, 0, 0, 0, 0.0),
        (10, 10, 10, 10, 100.0),
        (10, 0, 0, 0, 25.0),
        (3, 4, 7, 5, 47.5),
        (3, 4, 7, None, None),
        (None, None, None, None, None),
    ],
)
def test_mean_times_ten(values, item_1, item_2, item_3, item_4, fear):
    row = {"item_1": item_1, "item_2": item_2, "item_3": item_3, "item_4": item_4}
    answers = {item: answer for item, answer in row.items() if answer is not None}
    assert values("fear_of_activity", answers) == {"fear_avoidance": fear}
