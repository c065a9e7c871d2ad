"""The weekly check-in: when it is open, what is kept, and what the plan says next."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from amble.care.journey.actions import weeks
from amble.vocabulary import Arm
from tests import factories

pytestmark = pytest.mark.django_db

WEEK = {
    "days_done": "2",
    "minutes_done": "10",
    "held_back": "3",
    "pain": "5",
    "confidence": "8",
    "anything_new": "no",
    "note": "",
}


@pytest.fixture
def clinic():
    return factories.clinic()


def in_care_for(days: int, clinic, arm: Arm = Arm.ETMI):
    start = timezone.localdate(timezone=ZoneInfo(clinic.time_zone)) - timedelta(days=days)
    return factories.started(clinic, factories.member(clinic), arm, on=start)


def with_goal(person, days_per_week=2, minutes=10):
    weeks.choose_goal(
        episode=person.episode,
        activity_name="Walking",
        days_per_week=days_per_week,
        minutes=minutes,
        where="by the river",
        by=person.user,
    )
    return person


def post_week(client, person, **changes):
    client.force_login(person.user)
    return client.post(reverse("my-check-in"), WEEK | changes)


@pytest.mark.parametrize(
    ("days_since_start", "week_told"), [(6, None), (7, 1), (13, 1), (14, 2), (26 * 7, 26), (27 * 7, None)]
)
def test_each_week_is_open_from_its_day_until_the_next_one(client, clinic, days_since_start, week_told):
    person = in_care_for(days_since_start, clinic)
    post_week(client, person)
    assert [c.week for c in person.episode.checkins.all()] == ([week_told] if week_told else [])


def test_before_the_first_week_the_page_says_when_it_opens(client, clinic):
    person = in_care_for(3, clinic)
    client.force_login(person.user)
    page = client.get(reverse("my-check-in"))
    assert "It is not time for a check-in" in page.content.decode()
    assert page.context["next_day"] == person.episode.start_date + timedelta(days=7)


def test_the_week_is_kept_as_told(client, clinic):
    person = in_care_for(8, clinic)
    response = post_week(client, person, note="Rain all week")
    told = person.episode.checkins.get()
    assert response["Location"] == reverse("my-plan")
    assert (told.days_done, told.minutes_done, told.held_back, told.pain, told.confidence) == (2, 10, 3, 5, 8)
    assert (told.anything_new, told.note, told.by) == (False, "Rain all week", person.user)


def test_a_second_tab_finds_the_first_answers_kept(client, clinic):
    person = in_care_for(8, clinic)
    post_week(client, person, pain="5")
    response = post_week(client, person, pain="9")
    assert response.status_code == 302
    assert person.episode.checkins.get().pain == 5
    assert "You have told us about this week" in client.get(reverse("my-check-in")).content.decode()


def test_something_new_leads_to_the_safety_questions_before_the_plan(client, clinic):
    person = in_care_for(8, clinic)
    response = post_week(client, person, anything_new="yes")
    assert response["Location"] == f"{reverse('my-safety', args=['check_in'])}?next=%2Fmy%2Fplan%2F"


@pytest.mark.parametrize(
    ("told", "plan"),
    [
        ({"days_done": "2", "confidence": "8"}, (3, 10)),  # all of it, and sure: one more day
        ({"days_done": "2", "confidence": "8", "pain": "10"}, (3, 10)),  # pain does not choose the plan
        ({"days_done": "1", "confidence": "8"}, (2, 10)),  # half of it: the same again
        ({"days_done": "0", "confidence": "8"}, (1, 5)),  # none of it: smaller
    ],
)
def test_the_plan_follows_the_rules_and_is_the_patients_to_take(client, clinic, told, plan):
    person = with_goal(in_care_for(8, clinic))
    post_week(client, person, **told)
    suggestion = client.get(reverse("my-plan")).context["suggestion"]
    assert (suggestion.goal.days_per_week, suggestion.goal.minutes) == plan
    client.post(reverse("my-plan"), {"days_per_week": plan[0], "minutes": plan[1]})
    goal = person.episode.goals.last()
    assert (goal.days_per_week, goal.minutes, goal.where, goal.own_choice) == (*plan, "by the river", False)
    assert goal.rules_version == suggestion.rules_version


def test_the_patient_has_the_last_word(client, clinic):
    person = with_goal(in_care_for(8, clinic))
    post_week(client, person)
    client.get(reverse("my-plan"))
    client.post(reverse("my-plan"), {"days_per_week": "7", "minutes": "60"})
    goal = person.episode.goals.last()
    assert (goal.days_per_week, goal.minutes, goal.own_choice, goal.suggestion) == (7, 60, True, "grow")


def test_a_wish_outside_the_bounds_is_refused_in_words(client, clinic):
    person = with_goal(in_care_for(8, clinic))
    post_week(client, person)
    page = client.post(reverse("my-plan"), {"days_per_week": "3", "minutes": "500"})
    assert "Write whole minutes, from 5 to 120." in page.content.decode()
    assert person.episode.goals.count() == 1


def test_usual_care_has_no_check_in(client, clinic):
    person = in_care_for(8, clinic, Arm.USUAL_CARE)
    post_week(client, person)
    assert not person.episode.checkins.exists()
