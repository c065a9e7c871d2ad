import pytest


@pytest.mark.parametrize(
    ("answers", "pain"),
    [({"pain": 0}, 0), ({"pain": "7"}, 7), ({"pain": 10}, 10), ({}, None)],
)
def test_pain_is_the_answer(values, answers, pain):
    assert values("pain_nrs", answers) == {"pain": pain}
