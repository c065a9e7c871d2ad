"""The mean over the activities that the person named: one, two or three."""

import pytest

from amble.instruments.definition import load
from amble.instruments.scoring import score


@pytest.mark.parametrize(
    ("answers", "mean", "missing"),
    [
        ({"activity_1": 4}, 4.0, ()),
        ({"activity_1": 4, "activity_2": 7}, 5.5, ()),
        ({"activity_1": 0, "activity_2": 5, "activity_3": 5}, 3.3, ()),
        ({"activity_1": 10, "activity_3": 9}, 9.5, ()),
        ({}, None, ("activity_1", "activity_2", "activity_3")),
    ],
)
def test_mean_of_the_activities_in_use(values, answers, mean, missing):
    assert values("psfs", answers) == {"patient_specific": mean}
    assert score(load("psfs"), answers).missing == missing
