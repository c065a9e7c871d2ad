"""Whatever is answered, one more yes never asks for less help."""

from hypothesis import given
from hypothesis import strategies as st

from amble.programme import safety
from amble.vocabulary import SafetyLevel

IDS = [question.id for question in safety.questions()]
ORDER = list(SafetyLevel)

all_answered = st.fixed_dictionaries({id: st.booleans() for id in IDS})


@given(all_answered, st.sampled_from(IDS))
def test_one_more_yes_never_lowers_the_level(answers, id):
    before, after = safety.assess(answers | {id: False}), safety.assess(answers | {id: True})
    assert ORDER.index(after.level) >= ORDER.index(before.level)
    assert set(after.flags) == {*before.flags, safety.question(id)}


@given(all_answered)
def test_the_level_is_that_of_some_flag_and_the_advice_begins_with_it(answers):
    result = safety.assess(answers)
    assert result.level in ({flag.level for flag in result.flags} or {SafetyLevel.NONE})
    assert safety.advice_for(result)[0].level is result.level


@given(all_answered)
def test_an_emergency_is_always_shown_as_one(answers):
    result = safety.assess(answers)
    asked_for = {flag.level for flag in result.flags} & {SafetyLevel.EMERGENCY, SafetyLevel.CRISIS}
    assert asked_for <= {advice.level for advice in safety.advice_for(result)}
