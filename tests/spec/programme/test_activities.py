"""The catalogue: wide, walking first, every first goal a goal the planner accepts."""

import re

import pytest

from amble.programme.activities import activity, all_activities, choose
from amble.programme.planning import Goal


def ids(**wishes: str | bool) -> set[str]:
    return {each.id for each in choose(**wishes)}


def test_there_are_many_and_brisk_walking_is_first():
    found = [each.id for each in all_activities()]
    assert len(found) >= 44
    assert found[0] == "brisk-walking"
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("each", all_activities(), ids=lambda each: each.id)
def test_an_entry_is_complete_and_begins_small(each):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", each.id)
    assert each.place in {"indoors", "outdoors", "either"}
    assert each.company in {"alone", "others", "either"}
    assert each.cost in {"free", "low", "higher"}
    assert each.source
    assert re.fullmatch(r"[A-Z][^.!?]*\.", each.words), "one sentence"
    assert len(each.words.split()) <= 32
    assert re.search(r"\b(begin|start|try|first)\b", each.words), "a way to begin small"
    first_week = Goal(each.start_days, each.start_minutes)
    assert first_week.days_per_week <= 3
    assert first_week.minutes <= 30


def test_an_activity_is_found_by_its_id():
    assert activity("swimming").name == "Swimming"
    with pytest.raises(KeyError, match="levitation"):
        activity("levitation")


def test_no_preference_is_the_whole_catalogue_in_its_order():
    assert choose() == all_activities()
    assert choose(place="either", company="either", cost="higher") == all_activities()


@pytest.mark.parametrize(
    ("wishes", "kept", "left_out"),
    [
        ({"place": "indoors"}, {"mall-walking", "tai-chi"}, {"hill-walking"}),
        ({"place": "outdoors"}, {"hill-walking", "tai-chi"}, {"mall-walking"}),
        ({"company": "alone"}, {"walk-with-music", "swimming"}, {"walking-group"}),
        ({"company": "others"}, {"walking-group", "swimming"}, {"walk-with-music"}),
        ({"cost": "free"}, {"dancing-at-home"}, {"swimming", "climbing"}),
        ({"cost": "low"}, {"dancing-at-home", "swimming"}, {"climbing"}),
        ({"at_home": True}, {"chair-dancing", "gardening"}, {"swimming"}),
        ({"on_water": True}, {"paddling", "swimming"}, {"chair-dancing"}),
        ({"with_music": True}, {"folk-dance", "aqua-class"}, {"swimming"}),
        ({"on_water": True, "with_music": True}, {"aqua-class"}, {"swimming", "folk-dance"}),
        ({"place": "outdoors", "cost": "free", "on_water": True}, {"sea-dip"}, {"fishing", "swimming"}),
    ],
)
def test_choosing(wishes, kept, left_out):
    found = ids(**wishes)
    assert kept <= found
    assert not left_out & found


@pytest.mark.parametrize("place", ["indoors", "outdoors"])
@pytest.mark.parametrize("company", ["alone", "others"])
def test_nobody_without_money_is_left_without_a_choice(place, company):
    assert len(choose(place=place, company=company, cost="free")) >= 3


def test_a_choice_keeps_the_order_of_the_catalogue():
    chosen = choose(cost="low", place="outdoors")
    assert list(chosen) == [each for each in all_activities() if each in chosen]
