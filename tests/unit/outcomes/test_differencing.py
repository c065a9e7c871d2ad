"""The check that finds what can be subtracted does find it."""

from tests.differencing import worked_out


def test_the_helper_finds_what_can_be_subtracted() -> None:
    truth = {"all": 20, "a": 3, "b": 17}
    sums = [("all", ["a", "b"])]
    assert worked_out({"all": 20, "a": "≤7", "b": 17}, truth, sums, [], 7) == ["a"]
    assert worked_out({"all": 20, "a": "≤7", "b": "hidden"}, truth, sums, [], 7) == []
    assert worked_out({"all": 20, "b": 17}, truth | {"a": 3}, [], [("b", "all")], 7) == [("rest", "b", "all")]
