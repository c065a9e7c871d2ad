"""Whatever was marked, the fidelity score keeps its promises."""

from hypothesis import assume, example, given
from hypothesis import strategies as st

from amble.programme import fidelity

BREACHES = [breach.id for breach in fidelity.checklist(1).breaches]
sessions = st.integers(1, 4)
breaches = st.sets(st.sampled_from(BREACHES))


@st.composite
def answers(draw):
    """A session and a mark for every one of its items."""
    number = draw(sessions)
    mark = st.sampled_from([0, 1, 2, None])
    return number, {item.id: draw(mark) for item in fidelity.checklist(number).items}


@given(answers(), breaches)
def test_the_score_stays_between_0_and_100(answered, happened):
    number, marks = answered
    found = fidelity.score(marks, happened, number)
    if set(marks.values()) == {None}:
        assert (found.value, found.adherent) == (None, None)
        assert found.why_none
    else:
        assert 0 <= found.value <= 100
        assert found.adherent is (found.value >= 80 and not happened)
        assert not found.why_none


@given(answers(), breaches, st.data())
def test_raising_a_mark_raises_the_score(answered, happened, data):
    number, marks = answered
    can_rise = [id for id, mark in marks.items() if mark in (0, 1)]
    assume(can_rise)
    id = data.draw(st.sampled_from(can_rise))
    before = fidelity.score(marks, happened, number)
    after = fidelity.score({**marks, id: marks[id] + 1}, happened, number)
    assert after.value > before.value
    assert after.adherent >= before.adherent


@given(answers())
@example((1, {item.id: 1 for item in fidelity.checklist(1).items}))
def test_an_item_that_does_not_apply_does_not_count(answered):
    """The score is the mean of the marks that were given, as a share of a full mark."""
    number, marks = answered
    given_marks = [mark for mark in marks.values() if mark is not None]
    assume(given_marks)
    found = fidelity.score(marks, [], number)
    assert found.applicable == len(given_marks)
    assert abs(found.value - 50 * sum(given_marks) / len(given_marks)) < 1e-9


@given(answers(), st.data())
def test_one_unanswered_item_and_there_is_no_score(answered, data):
    number, marks = answered
    left_out = data.draw(st.sampled_from(sorted(marks)))
    found = fidelity.score({id: mark for id, mark in marks.items() if id != left_out}, [], number)
    assert (found.value, found.adherent) == (None, None)
    assert found.missing == (left_out,)
