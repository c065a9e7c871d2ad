import pytest

from amble.instruments.definition import load
from amble.vocabulary import Stage


@pytest.mark.parametrize("stage", Stage)
def test_the_score_is_the_order_of_the_stage(values, stage):
    assert values("stage", {"stage": stage}) == {"stage": stage.order}


def test_every_stage_can_be_chosen():
    assert [option.value for option in load("stage").item("stage").options] == list(Stage)
