"""Any answers: scores stay in range, and each moves the way its scale declares."""

from hypothesis import given
from hypothesis import strategies as st

from amble.instruments.definition import load_all
from amble.instruments.scoring import check_answer, score


def accepted(item):
    return [False, True] if item.kind == "tick" else [option.value for option in item.options]


@st.composite
def one_answer_changed(draw):
    definition = draw(st.sampled_from(load_all()))
    before = {item.id: draw(st.sampled_from(accepted(item))) for item in definition.items}
    item = draw(st.sampled_from(definition.items))
    return definition, item, before, {**before, item.id: draw(st.sampled_from(accepted(item)))}


@given(one_answer_changed())
def test_scores_stay_in_range_and_follow_the_answer(case):
    definition, item, before, after = case
    first, second = score(definition, before).scales, score(definition, after).scales
    step = item.points(check_answer(item, after[item.id])) - item.points(before[item.id])
    for scale in definition.scales:
        low, high = scale.range
        old, new = first[scale.id].value, second[scale.id].value
        assert low <= old <= high
        assert low <= new <= high
        # The first scale runs with the points; one that declares the opposite runs against them.
        sign = 1 if scale.higher_is == definition.scales[0].higher_is else -1
        expected = sign * step if item.id in scale.items else 0
        assert (new > old, new < old) == (expected > 0, expected < 0)
