"""A bad day: safety questions first, then one's own plan, then a call. And messages, which are for no emergency."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from amble.care.journey.actions import bad_days
from amble.care.journey.models import Message, SafetyScreen
from amble.programme import flare_up
from tests import factories

pytestmark = pytest.mark.django_db
PATH = "my-bad-day"


@pytest.fixture
def person(client):
    here = factories.clinic()
    patient = factories.started(here, factories.member(here))
    client.force_login(patient.user)
    return patient


def text_of(client, name: str = PATH) -> str:
    return client.get(reverse(name)).content.decode()


def begin(client, person):
    factories.answer_safety(person, occasion="flare_up")
    client.post(reverse(PATH))


def test_the_safety_questions_come_first(client, person):
    text = text_of(client)
    assert f"{reverse('my-safety', args=['flare_up'])}?next=%2Fmy%2Fbad-day%2F" in text
    assert "telephone me" not in text
    client.post(reverse(PATH), {"body": "Please call"})
    assert not Message.objects.exists() and not person.episode.baddays.exists()


def test_after_the_questions_come_a_few_words_and_then_the_plan(client, person):
    bad_days.write_plan(
        episode=person.episode,
        in_48_hours="Short walks",
        keep_doing="My tea",
        seek_help="New fever",
        by=person.user,
    )
    factories.answer_safety(person, occasion="flare_up")
    assert flare_up.opening() in text_of(client)
    assert not person.episode.baddays.exists(), "opening a page changes nothing"
    client.post(reverse(PATH))
    client.post(reverse(PATH))
    assert person.episode.baddays.count() == 1
    text = text_of(client)
    assert (
        text.index("Short walks")
        < text.index("My tea")
        < text.index("New fever")
        < text.index("telephone me")
    )


def test_the_warning_signs_are_shown_whatever_the_plan_says(client, person):
    """Also before the plan is written, and when its author left them out."""
    assert all(escape(sign) in text_of(client) for sign in flare_up.warning_signs())
    bad_days.write_plan(
        episode=person.episode, in_48_hours="Rest a little", keep_doing="", seek_help="", by=person.user
    )
    assert "Rest a little" not in text_of(client), "the safety questions come before the plan"
    begin(client, person)
    text = text_of(client)
    assert "Rest a little" in text
    assert len(flare_up.warning_signs()) == 4
    for sign in flare_up.warning_signs():
        assert escape(sign) in text
    assert "000 emergency" in text and "000 crisis" in text


def test_the_questions_of_yesterday_do_not_count_today(client, person):
    begin(client, person)
    SafetyScreen.objects.filter(occasion="flare_up").update(at=timezone.now() - timedelta(days=1))
    assert "Start with the questions" in text_of(client)


def test_a_stopping_answer_shows_advice_and_no_plan(client, person):
    factories.answer_safety(person, "saddle-numbness", occasion="flare_up")
    assert client.get(reverse(PATH))["Location"] == reverse("my-advice")


def test_a_call_is_asked_for_last_and_the_clinic_sees_it(client, person):
    begin(client, person)
    client.post(reverse(PATH), {"body": "It is worse than last time."})
    message = Message.objects.get()
    assert (message.patient, message.asks_for_call, message.from_patient) == (person, True, True)
    assert person.episode.baddays.get().asked_for_call
    assert "You have asked your clinic to telephone you." in text_of(client)


def test_a_new_plan_begins_with_every_warning_sign_ticked(client, person):
    text = text_of(client, "my-bad-day-plan")
    help_part = next(part for part in flare_up.parts() if part.id == "seek_help")
    assert text.count("checked") == len(help_part.suggestions)


def test_a_plan_is_what_was_ticked_and_ones_own_words_and_opens_again_the_same(client, person):
    part = flare_up.parts()[0]
    path = reverse("my-bad-day-plan")
    client.post(path, {f"{part.id}_ideas": [part.suggestions[1]], part.id: "I call my sister.\nWe laugh."})
    plan = person.episode.flareupplans.get()
    assert plan.in_48_hours == f"{part.suggestions[1]}\nI call my sister.\nWe laugh."
    assert plan.seek_help == ""
    form = client.get(path).context["form"]
    assert form[f"{part.id}_ideas"].initial == [part.suggestions[1]]
    assert form[part.id].initial == "I call my sister.\nWe laugh."
    assert form["seek_help_ideas"].initial == []


def test_a_plan_is_kept_when_it_changes(client, person):
    for words in ("first", "second"):
        client.post(reverse("my-bad-day-plan"), {"keep_doing": words})
    assert [plan.keep_doing for plan in person.episode.flareupplans.all()] == ["first", "second"]


# --- messages --------------------------------------------------------------------------------------------


def test_messages_say_whom_to_call_instead(client, person):
    text = text_of(client, "my-messages")
    for number in ("000 clinic", "000 emergency", "000 urgent", "000 crisis"):
        assert number in text


def test_messages_stay_open_while_the_programme_waits(client, person):
    factories.answer_safety(person, "saddle-numbness", occasion="check_in")
    assert client.post(reverse("my-messages"), {"body": "I am at the hospital."}).status_code == 302
    assert Message.objects.get().body == "I am at the hospital."


def test_an_answer_of_the_clinic_is_read_when_it_is_opened(client, person):
    Message.objects.create(
        patient=person,
        clinic=person.clinic,
        from_patient=False,
        body="Come on Monday.",
        by=person.episode.clinician,
    )
    assert "Come on Monday." in text_of(client, "my-messages")
    assert Message.objects.get().read_by == person.user
