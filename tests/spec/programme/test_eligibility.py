"""Adult, more than three months, no open flag; what is unknown stays unknown."""

import pytest

from amble.programme.eligibility import assess

FITS = {"age_years": 44, "symptom_months": 20, "unresolved_flags": 0, "safety_answered": True}


@pytest.mark.parametrize(
    ("different", "eligible", "unmet", "unknown"),
    [
        ({}, True, set(), set()),
        ({"age_years": 18}, True, set(), set()),
        ({"age_years": 17}, False, {"adult"}, set()),
        ({"age_years": None}, None, set(), {"adult"}),
        ({"symptom_months": 3}, True, set(), set()),  # three completed months
        ({"symptom_months": 2}, False, {"long-lasting"}, set()),
        ({"symptom_months": 0}, False, {"long-lasting"}, set()),
        ({"symptom_months": None}, None, set(), {"long-lasting"}),
        ({"unresolved_flags": 1}, False, {"no-open-flag"}, set()),
        ({"unresolved_flags": 1, "safety_answered": False}, False, {"no-open-flag"}, set()),
        ({"safety_answered": False}, None, set(), {"no-open-flag"}),
        ({"age_years": 17, "symptom_months": None}, False, {"adult"}, {"long-lasting"}),
    ],
)
def test_who_fits(different, eligible, unmet, unknown):
    result = assess(**FITS | different)
    assert result.eligible is eligible
    assert {reason.id for reason in result.reasons if reason.met is False} == unmet
    assert {reason.id for reason in result.reasons if reason.met is None} == unknown


def test_each_answer_has_its_own_words():
    said = {
        reason.words
        for case in ({}, {"age_years": 3, "symptom_months": 1, "unresolved_flags": 1})
        for reason in assess(**FITS | case).reasons
    } | {
        reason.words
        for reason in assess(
            age_years=None, symptom_months=None, unresolved_flags=0, safety_answered=False
        ).reasons
    }
    assert len(said) == 9
