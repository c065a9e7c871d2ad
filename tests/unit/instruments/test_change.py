"""Better or worse, and enough to matter, whichever way the scale runs."""

import pytest

from amble.instruments.change import Change, describe_change, minimal_important_change
from amble.instruments.definition import load


@pytest.mark.parametrize(
    ("instrument_id", "scale_id", "before", "after", "change"),
    [
        ("rmdq", "raw", 12, 7, Change(5, True, "better")),
        ("rmdq", "raw", 12, 8, Change(4, False, "better")),
        ("rmdq", "raw", 7, 12, Change(-5, True, "worse")),
        ("rmdq", "function", 50, 50, Change(0, False, "same")),
        ("rmdq", "function", 50, 75, Change(25, True, "better")),
        ("pain_nrs", "pain", 6, 4, Change(2, True, "better")),
        ("pain_nrs", "pain", 6, 7, Change(-1, False, "worse")),
        ("fear_of_activity", "fear_avoidance", 60, 10, Change(50, None, "better")),
        ("activity_level", "activity_level", 0, 2, Change(2, None, "better")),
    ],
)
def test_direction_and_size(instrument_id, scale_id, before, after, change):
    assert describe_change(load(instrument_id), scale_id, before, after) == change


def test_four_points_of_24_matter_on_the_rescaled_score_too():
    fear = load("fabq_pa")
    assert minimal_important_change(fear, "raw") == 4
    assert minimal_important_change(fear, "fear_avoidance") == 16.7
    assert describe_change(fear, "fear_avoidance", 14 / 24 * 100, 10 / 24 * 100).reaches_mic is True
    assert describe_change(fear, "fear_avoidance", 14 / 24 * 100, 11 / 24 * 100).reaches_mic is False


@pytest.mark.parametrize("value", [25, -1, float("nan")])
def test_a_score_of_another_scale_is_refused(value):
    with pytest.raises(ValueError, match="0 to 24"):
        describe_change(load("rmdq"), "raw", 10, value)


def test_an_unknown_scale_is_refused_with_those_that_exist():
    with pytest.raises(LookupError, match="raw, function"):
        minimal_important_change(load("rmdq"), "total")
