import pytest

from amble.instruments.definition import load


@pytest.mark.parametrize(("answer", "change"), [(3, 3), ("2", 2), (0, 0), ("-1", -1), (-3, -3)])
def test_above_nought_is_better(values, answer, change):
    assert values("impression_of_change", {"change": answer}) == {"change": change}


def test_seven_levels_with_no_change_in_the_middle():
    options = load("impression_of_change").item("change").options
    assert [option.value for option in options] == [3, 2, 1, 0, -1, -2, -3]
    assert options[3].label == "About the same"
