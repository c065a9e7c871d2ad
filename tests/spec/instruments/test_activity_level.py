import pytest

from amble.instruments.definition import load
from amble.vocabulary import ActivityLevel


@pytest.mark.parametrize(("answer", "level"), [("none", 0), ("1-2", 1), ("3+", 2)])
def test_three_levels(values, answer, level):
    assert values("activity_level", {"activity_level": answer}) == {"activity_level": level}


def test_the_answers_are_the_levels_that_all_of_amble_knows():
    options = load("activity_level").item("activity_level").options
    assert [option.value for option in options] == list(ActivityLevel)
