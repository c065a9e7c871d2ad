"""The first page names one next step; the story is told one question at a time and can be changed."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from amble.care.journey import next_steps
from amble.care.journey.actions import messages, referrals, story, weeks
from amble.care.journey.weeks import MOST_WEEKS
from amble.care.records.models import Patient
from amble.vocabulary import Arm
from tests import factories

pytestmark = pytest.mark.django_db
STORY = reverse("my-story")


@pytest.fixture
def here():
    return factories.clinic()


@pytest.fixture
def therapist(here):
    return factories.member(here)


def waiting(person) -> list[str]:
    return [step.id for step in next_steps.steps(person.episode, today=timezone.localdate())]


def test_safety_comes_first_then_the_story_then_the_questions(here):
    newcomer = factories.patient(here)
    assert waiting(newcomer) == ["safety", "story", "measures"]
    factories.answer_safety(newcomer)
    assert waiting(newcomer) == ["story", "measures"]


def test_something_new_keeps_asking_until_the_safety_questions_are_answered(here, therapist):
    eight_days_ago = timezone.localdate() - timedelta(days=8)
    person = factories.started(here, therapist, Arm.ETMI, on=eight_days_ago)
    said = {"days_done": 0, "pain": 5, "held_back": 5, "confidence": 5, "anything_new": True}
    weeks.check_in(episode=person.episode, week=1, by=person.user, **said)
    assert waiting(person)[0] == "safety"
    factories.answer_safety(person, occasion="check_in")
    assert "safety" not in waiting(person)


def test_no_week_is_asked_for_after_the_last_one(here, therapist):
    long_ago = timezone.localdate() - timedelta(weeks=MOST_WEEKS + 1)
    person = factories.started(here, therapist, Arm.ETMI, on=long_ago)
    assert "check-in" not in waiting(person)


def test_etmi_adds_the_week_the_beliefs_and_the_activity(here, therapist):
    eight_days_ago = timezone.localdate() - timedelta(days=8)
    person = factories.started(here, therapist, Arm.ETMI, on=eight_days_ago)
    assert waiting(person) == ["story", "measures", "check-in", "beliefs", "goal"]


def test_usual_care_is_asked_for_measures_and_messages_only(client, here, therapist):
    person = factories.started(here, therapist, Arm.USUAL_CARE)
    messages.send(patient=person, body="Hello", from_patient=False, by=therapist)
    assert waiting(person) == ["measures", "message"]
    client.force_login(person.user)
    page = client.get(reverse("my-home")).content.decode()
    for hidden in ("my-activity", "my-beliefs", "my-plan", "my-bad-day", "my-progress", "my-story"):
        assert f'href="{reverse(hidden)}"' not in page, hidden
    assert "opens when your care starts" in client.get(reverse("my-activity")).content.decode()


def test_as_many_queries_after_a_long_story_as_after_a_short_one(
    client, here, therapist, django_assert_max_num_queries
):
    person = factories.started(here, therapist, on=timezone.localdate() - timedelta(days=8))
    for n in range(30):
        story.tell(episode=person.episode, going_on=str(n), worry="", missing="", by=person.user)
        factories.answer_safety(person)
    client.force_login(person.user)
    with django_assert_max_num_queries(20):
        client.get(reverse("my-home"))


def test_the_story_is_told_question_by_question_and_shown_again(client, here):
    person = factories.patient(here)
    client.force_login(person.user)
    assert "What is going on?" in client.get(STORY).content.decode()
    to_worry = client.post(STORY, {"part": "going_on", "going_on": "Two years <b>now</b>"})
    to_missing = client.post(to_worry.headers["Location"], {"worry": "That it never ends 😟"})
    to_activities = client.post(to_missing.headers["Location"], {"missing": "לרקוד"})
    told = client.post(
        to_activities.headers["Location"], {"activity_1": "Dancing", "activity_2": "Gardening"}
    )
    page = client.get(told.headers["Location"]).content.decode()
    for text in (
        "Two years &lt;b&gt;now&lt;/b&gt;",
        "That it never ends 😟",
        "לרקוד",
        "Dancing",
        "Gardening",
    ):
        assert text in page
    assert client.post(f"{STORY}?part=worry&change", {"worry": "Less now"}).headers["Location"] == STORY
    newest = person.episode.stories.latest()
    assert (newest.going_on, newest.worry, newest.missing) == ("Two years <b>now</b>", "Less now", "לרקוד")


def test_the_same_activity_twice_is_pointed_out(client, here):
    person = factories.patient(here)
    client.force_login(person.user)
    response = client.post(f"{STORY}?part=activities", {"activity_1": "Dancing", "activity_2": "dancing"})
    assert "You have named this one already." in response.content.decode()
    assert not person.episode.valued_activities.exists()


def test_a_new_episode_takes_the_place_of_the_measures_that_still_waited(here, therapist):
    person = factories.started(here, therapist)
    earlier = person.episode
    referrals.refer_again(patient=person, referred_on=timezone.localdate(), by=therapist)
    assert not earlier.assessments.filter(completed_at=None, withdrawn_at=None).exists()
    person = Patient.objects.get(pk=person.pk)
    assert [a.visit for a in person.episode.assessments.filter(withdrawn_at=None)] == ["baseline"]
