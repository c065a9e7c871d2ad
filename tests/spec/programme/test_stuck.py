"""Who shows up as stuck on the physiotherapist's day, and for what."""

import pytest

from amble.programme.stuck import reasons
from amble.vocabulary import Stage

P, C, R, A, M = Stage


@pytest.mark.parametrize(("missed", "listed"), [(0, False), (1, False), (2, True), (5, True)])
def test_two_check_ins_missed_in_a_row(missed, listed):
    found = reasons(missed_check_ins=missed, confidences=[], stages=[])
    assert [reason.id for reason in found] == (["check-ins-missed"] if listed else [])


@pytest.mark.parametrize(
    ("confidences", "listed"),
    [
        ([], False),
        ([2], False),
        ([8, 7], False),
        ([8, 7, 6], True),  # two falls in a row
        ([8, 7, 7], False),
        ([9, 8, 7, 8], False),  # fell, then rose
        ([8, 5], True),  # a fall of three
        ([8, 6], False),
        ([8, 5, 5], True),  # still down
        ([8, 4, 5], False),  # on the way up
        ([9, 5, 5, 5], False),  # a low that has lasted is no longer a fall
        ([5, 8, 8, 8], False),
    ],
)
def test_confidence_falling(confidences, listed):
    found = reasons(missed_check_ins=0, confidences=confidences, stages=[])
    assert [reason.id for reason in found] == (["confidence-falling"] if listed else [])


@pytest.mark.parametrize(
    ("stages", "listed"),
    [
        ([], False),
        ([P], False),
        ([C, R], False),
        ([A, A], False),
        ([A, R], True),
        ([M, P], True),
        ([A, C, R], False),  # moving forward again
    ],
)
def test_stage_moving_back(stages, listed):
    found = reasons(missed_check_ins=0, confidences=[], stages=stages)
    assert [reason.id for reason in found] == (["stage-moving-back"] if listed else [])


def test_every_reason_that_holds_is_given():
    found = reasons(missed_check_ins=3, confidences=[9, 4], stages=[A, C])
    assert [reason.id for reason in found] == ["check-ins-missed", "confidence-falling", "stage-moving-back"]
    assert all(reason.words.endswith(".") for reason in found)
