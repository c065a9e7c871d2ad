"""Any answers: scores stay in range, and each moves the way its scale declares."""

from hypothesis import given
from hypothesis import strategies as st

from amble.instruments.definition import load_all
from amble.instruments.model import Missing
from amble.instruments.scoring import check_answer, score

# What more points of an answer mean to the person, said apart from the definitions.
MORE_POINTS_ARE = {
    "activity_level": "better",
    "fabq_pa": "worse",
    "fear_of_activity": "worse",
    "impression_of_change": "better",
    "pain_nrs": "worse",
    "phq4": "worse",
    "psfs": "better",
    "rmdq": "worse",
    "rulers": "better",
    "stage": "better",
}


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
        sign = 1 if scale.higher_is == MORE_POINTS_ARE[definition.id] else -1
        expected = sign * step if item.id in scale.items else 0
        assert (new > old, new < old) == (expected > 0, expected < 0)


@st.composite
def partly_filled(draw):
    definition = draw(st.sampled_from(load_all()))
    answered = draw(st.sets(st.sampled_from(definition.items)))
    return definition, {item.id: draw(st.sampled_from(accepted(item))) for item in answered}


@given(partly_filled())
def test_a_form_partly_filled_has_only_the_scores_its_rule_allows(case):
    definition, answers = case
    result = score(definition, answers)
    for scale in definition.scales:
        answered = [item_id in answers for item_id in scale.items]
        may_have_score = {
            Missing.ALL_NEEDED: all(answered),
            Missing.MEAN_OF_ANSWERED: any(answered),
            Missing.BLANK_IS_NO: True,
        }[definition.missing]
        found = result.scales[scale.id]
        assert (found.value is not None, found.why_none == "") == (may_have_score, may_have_score)
