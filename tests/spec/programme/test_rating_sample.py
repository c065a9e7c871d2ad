"""Which sessions a colleague rates: one in ten by lot, at least two for each physiotherapist, nobody picks."""

from hypothesis import given
from hypothesis import strategies as st

from amble.programme import rating_sample

lots = st.dictionaries(st.integers(), st.floats(0, 1, exclude_max=True), max_size=30)


def test_the_rule_is_one_in_ten_or_two_each():
    rule = rating_sample.rule()
    assert (rule.share, rule.least) == (0.10, 2)
    assert len(rule.source) > 10


@given(lots, st.integers(0, 5))
def test_every_low_lot_is_drawn_and_then_the_lowest_until_there_are_enough(given_lots, rated):
    drawn = rating_sample.drawn(given_lots, rated)
    low = {session for session, lot in given_lots.items() if lot < 0.10}
    assert low <= drawn
    assert len(drawn) == max(len(low), min(len(given_lots), 2 - rated))
    if drawn != given_lots.keys() and drawn:
        assert max(given_lots[s] for s in drawn) <= min(given_lots[s] for s in given_lots.keys() - drawn)


def test_a_session_that_is_added_later_changes_no_lot_of_one_in_ten():
    assert rating_sample.drawn({"a": 0.05, "b": 0.5}, rated=2) == {"a"}
    assert rating_sample.drawn({"a": 0.05, "b": 0.5, "c": 0.01}, rated=2) == {"a", "c"}
