"""Choosing an activity and a goal: the person's own choice, made smaller only visibly and with their yes."""

import re
from html import unescape

import pytest
from django.urls import reverse

from amble.care.assessments.models import Assessment, Response, Score
from amble.programme import activities, stages
from amble.vocabulary import Stage, Visit
from tests import factories

pytestmark = pytest.mark.django_db

GOAL = {
    "activity": "gardening",
    "activity_name": "Gardening",
    "days_per_week": "4",
    "minutes": "40",
    "when": "after tea",
    "where": "the allotment",
    "with_whom": "my sister",
    "barrier": "The weather",
    "barrier_own": "",
    "if_then": "If it rains, I pot plants in the shed.",
    "confidence": "8",
}


@pytest.fixture
def person(client):
    here = factories.clinic()
    patient = factories.started(here, factories.member(here))
    client.force_login(patient.user)
    return patient


def names(page) -> list[str]:
    return [activity.name for activity in page.context["found"]]


def at_stage(person, stage: Stage) -> None:
    assessment = Assessment.objects.get(episode=person.episode, visit=Visit.BASELINE)
    response = Response.objects.create(
        assessment=assessment, instrument="stage", version="1", mode="own_device"
    )
    Score.objects.create(
        response=response,
        episode=person.episode,
        instrument="stage",
        scale="stage",
        visit=Visit.BASELINE,
        day=person.episode.start_date,
        value=stage.order,
    )


def test_wishes_narrow_the_catalogue(client, person):
    page = client.get(reverse("my-activity"), {"place": "indoors", "with_music": "on", "all": "yes"})
    assert names(page) == [a.name for a in activities.choose(place="indoors", with_music=True)]
    assert 0 < len(names(page)) < len(activities.all_activities())


def test_at_first_there_is_a_variety_with_brisk_walking_in_front(client, person):
    every = [activity.name for activity in activities.all_activities()]
    few = names(client.get(reverse("my-activity")))
    assert few[0] == every[0] == "Brisk walking"
    assert 6 <= len(few) <= 12
    assert every.index(few[-1]) > len(every) * 3 / 4
    assert names(client.get(reverse("my-activity"), {"all": "yes"})) == every


def test_what_is_near_comes_first_in_ones_own_words_and_goes_into_the_plan(client, person):
    path = reverse("my-activity")
    plain = client.get(path, {"all": "yes"})
    page = client.get(path, {"near": "the park <b>", "all": "yes"})
    assert set(names(page)) == set(names(plain)), "nothing is hidden"
    close = [a.name for a in activities.all_activities() if "park" in f"{a.name} {a.words}".lower()]
    assert names(page)[: len(close)] == close != names(plain)[: len(close)]
    link = re.search(r'"(/my/goal/[?]activity=[^"]+)"', page.content.decode())[1]
    plan = client.get(unescape(link))
    assert plan.context["form"]["where"].value() == "the park <b>"
    assert "<b>" not in plan.content.decode()


def test_an_unknown_wish_hides_nothing(client, person):
    page = client.get(reverse("my-activity"), {"place": "the moon", "all": "yes"})
    assert len(names(page)) == len(activities.all_activities())


@pytest.mark.parametrize("stage", Stage)
def test_the_stage_chooses_the_words_and_hides_nothing(client, person, stage):
    at_stage(person, stage)
    page = client.get(reverse("my-activity"), {"all": "yes"})
    assert stages.words_for(stage).patient_words in page.content.decode()
    assert len(names(page)) == len(activities.all_activities())


def test_a_confident_goal_is_saved_as_it_is(client, person):
    assert client.post(reverse("my-goal"), GOAL)["Location"] == reverse("my-plan")
    goal = person.episode.goals.get()
    assert {name: str(getattr(goal, name)) for name in GOAL if name != "barrier_own"} == {
        name: value for name, value in GOAL.items() if name != "barrier_own"
    }
    assert goal.suggestion == "" and goal.own_choice


def test_a_barrier_in_ones_own_words_wins(client, person):
    client.post(reverse("my-goal"), GOAL | {"barrier_own": "My son's exams"})
    assert person.episode.goals.get().barrier == "My son's exams"


def test_an_activity_of_ones_own_needs_no_catalogue(client, person):
    client.post(reverse("my-goal"), GOAL | {"activity": "no-such-thing", "activity_name": "Bell ringing"})
    goal = person.episode.goals.get()
    assert (goal.activity, goal.activity_name) == ("", "Bell ringing")


def test_a_doubtful_goal_is_first_shown_beside_a_smaller_one(client, person):
    page = client.post(reverse("my-goal"), GOAL | {"confidence": "6"})
    text = page.content.decode()
    assert not person.episode.goals.exists()
    assert "4 days a week, 40 minutes each time" in text
    assert "3 days a week, 30 minutes each time" in text
    assert page.context["smaller"].sentences[0] in text


@pytest.mark.parametrize(
    ("decision", "kept", "own_choice"), [("smaller", (3, 30), False), ("mine", (4, 40), True)]
)
def test_the_person_decides_on_the_size(client, person, decision, kept, own_choice):
    client.post(reverse("my-goal"), GOAL | {"confidence": "6", "decision": decision})
    goal = person.episode.goals.get()
    assert (goal.days_per_week, goal.minutes) == kept
    assert (goal.own_choice, goal.rule, goal.activity_name) == (own_choice, "smaller-start", "Gardening")


def test_changing_something_first_returns_to_the_form_with_everything_in_it(client, person):
    page = client.post(reverse("my-goal"), GOAL | {"confidence": "6", "decision": "change"})
    assert not person.episode.goals.exists()
    assert 'value="the allotment"' in page.content.decode()


def test_the_smallest_goal_is_not_made_smaller(client, person):
    page = client.post(reverse("my-goal"), GOAL | {"days_per_week": "1", "minutes": "5", "confidence": "2"})
    assert "Take the smaller plan" not in page.content.decode()
    assert "Keep my plan" in page.content.decode()


def test_an_unknown_activity_has_no_page(client, person):
    assert client.get(reverse("my-goal"), {"activity": "no-such-thing"}).status_code == 404


def test_changing_the_plan_begins_with_what_it_is_and_asks_anew_how_sure(client, person):
    client.post(reverse("my-goal"), GOAL | {"barrier_own": "My son's exams"})
    page = client.get(reverse("my-goal"), {"change": "yes"})
    initial = page.context["form"].initial
    assert (initial["activity_name"], initial["where"]) == ("Gardening", "the allotment")
    assert initial["barrier_own"] == "My son's exams"
    assert "confidence" not in initial
