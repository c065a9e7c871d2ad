import pytest


@pytest.mark.parametrize(
    ("answers", "importance", "confidence"),
    [
        ({"importance": 0, "confidence": 10}, 0, 10),
        ({"importance": "8", "confidence": "3"}, 8, 3),
        ({"confidence": 6}, None, 6),
    ],
)
def test_each_ruler_stands_alone(values, answers, importance, confidence):
    assert values("rulers", answers) == {"importance": importance, "confidence": confidence}
