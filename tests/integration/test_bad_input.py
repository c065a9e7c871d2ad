"""Whatever a browser sends: a clear message at the right place, nothing lost, nothing leaked, nothing twice."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from amble.care.audit.models import AuditEvent
from amble.care.journey.models import CheckIn, Message
from tests import factories

pytestmark = pytest.mark.django_db

WEEK = {
    "days_done": "3",
    "minutes_done": "15",
    "held_back": "4",
    "pain": "5",
    "confidence": "7",
    "anything_new": "no",
    "note": "",
}
NASTY = {
    "html": "<script>alert('x')</script><b>bold</b>",
    "emoji": "🚶‍♀️ 💪🏽 my back",
    "right-to-left": "הגב שלי כואב",
    "direction override": "abc\u202edef",
    "template": "{{ request.user }} {% url 'home' %}",
}


@pytest.fixture
def here():
    return factories.clinic()


@pytest.fixture
def therapist(here):
    return factories.member(here)


@pytest.fixture
def person(here, therapist):
    """In ETMI for eight days: the first week can be told."""
    return factories.started(here, therapist, on=timezone.localdate() - timedelta(days=8))


def a_form(client, path: str) -> dict:
    """The hidden values of the form on a page, as a browser would send them."""
    page = client.get(path).content.decode()
    return dict(re.findall(r'<input type="hidden" name="(submission|owner)" value="([^"]*)"', page))


# --- sign-in ---------------------------------------------------------------------------------------------


def ask_for_a_code(client, email: str) -> str:
    client.post(reverse("account_request_login_code"), {"email": email})
    if not mail.outbox:
        return ""
    return re.search(r"^([A-Z0-9-]{4,})$", mail.outbox[-1].body, re.MULTILINE)[1]


def test_a_code_that_is_guessed_five_times_stops_working(client, person):
    code = ask_for_a_code(client, person.user.email)
    for _ in range(5):
        client.post(reverse("account_confirm_login_code"), {"code": "WRONG1"})
    client.post(reverse("account_confirm_login_code"), {"code": code})
    assert "_auth_user_id" not in client.session


def test_the_code_itself_works(client, person):
    code = ask_for_a_code(client, person.user.email)
    client.post(reverse("account_confirm_login_code"), {"code": code})
    assert client.session["_auth_user_id"] == str(person.user.pk)


def test_an_unknown_address_is_answered_like_a_known_one(person):
    known, unknown = Client(), Client()
    answers = [
        c.post(reverse("account_request_login_code"), {"email": email}, follow=True)
        for c, email in ((known, person.user.email), (unknown, "nobody@test.example"))
    ]
    texts = [
        re.sub(r"[\w.]+@test\.example|name=\"csrfmiddlewaretoken\" value=\"\w+\"", "", a.content.decode())
        for a in answers
    ]
    assert texts[0] == texts[1]


# --- answers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("pain", "11", "Choose a number from 0 to 10."),
        ("pain", "-1", "Choose a number from 0 to 10."),
        ("pain", "5.5", "Choose a number from 0 to 10."),
        ("pain", "", "Choose a number from 0 to 10."),
        ("days_done", "8", "Choose how many days."),
        ("minutes_done", "many", "Write whole minutes, such as 15."),
        ("anything_new", "", "Choose yes or no."),
    ],
)
def test_a_wrong_answer_is_named_at_its_place_and_the_others_are_kept(client, person, field, value, says):
    client.force_login(person.user)
    path = reverse("my-check-in")
    page = client.post(path, {**a_form(client, path), **WEEK, "note": "a good week", field: value})
    text = page.content.decode()
    assert page.status_code == 200
    assert text.count(says) >= 2, "once in the summary, once at the field"
    assert f'href="#id_{field}' in text
    assert "a good week" in text
    assert not CheckIn.objects.exists()


def test_a_doubled_answer_counts_once_and_a_foreign_field_not_at_all(client, person):
    client.force_login(person.user)
    path = reverse("my-check-in")
    client.post(path, {**a_form(client, path), **WEEK, "pain": ["2", "5"], "week": "40", "episode": "1"})
    told = CheckIn.objects.get()
    assert (told.pain, told.week, told.episode) == (5, 1, person.episode)


def test_a_replayed_post_is_saved_once_and_ends_at_the_same_page(client, person):
    client.force_login(person.user)
    path = reverse("my-check-in")
    form = {**a_form(client, path), **WEEK}
    first, second = client.post(path, form), client.post(path, form)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert CheckIn.objects.count() == 1
    assert AuditEvent.objects.filter(action="week.told").count() == 1


def test_a_message_sent_twice_is_one_message(client, person):
    client.force_login(person.user)
    path = reverse("my-messages")
    form = {**a_form(client, path), "body": "When is my next visit?"}
    client.post(path, form)
    client.post(path, form)
    assert Message.objects.count() == 1


def test_a_text_of_100000_characters_is_refused_in_words_and_kept_on_the_page(client, person):
    client.force_login(person.user)
    path, text = reverse("my-messages"), "back " * 20_000
    page = client.post(path, {**a_form(client, path), "body": text})
    assert "Please shorten this to 5000 characters." in page.content.decode()
    assert text.strip() in page.content.decode()
    assert not Message.objects.exists()


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
def test_any_text_comes_back_as_it_was_written_and_acts_on_nothing(client, person, therapist, text):
    client.force_login(person.user)
    path = reverse("my-messages")
    client.post(path, {**a_form(client, path), "body": text})
    assert Message.objects.get().body == text
    for user, address in (
        (person.user, path),
        (therapist, reverse("patient-messages", args=[person.public_id])),
    ):
        client.force_login(user)
        page = client.get(address).content.decode()
        assert "<script>alert" not in page
        assert text in page or "&lt;script&gt;" in page or "&#x27;" in page


# --- sessions --------------------------------------------------------------------------------------------


def test_answers_sent_after_the_session_ended_return_after_sign_in(client, person):
    client.force_login(person.user)
    path = reverse("my-check-in")
    form = {**a_form(client, path), **WEEK, "note": "written before the session ended"}
    client.logout()
    refused = client.post(path, form)
    assert refused["Location"].startswith("/account/login/")
    assert not CheckIn.objects.exists()

    client.force_login(person.user)
    page = client.get(path).content.decode()
    assert "written before the session ended" in page
    assert re.search(r'name="pain" value="5" id="id_pain_5" checked', page)
    client.post(path, {**a_form(client, path), **WEEK})
    assert CheckIn.objects.count() == 1


def test_nobody_else_gets_the_answers_that_waited(client, here, therapist, person):
    someone = factories.started(here, therapist, on=timezone.localdate() - timedelta(days=8))
    client.force_login(person.user)
    path = reverse("my-check-in")
    form = {**a_form(client, path), **WEEK, "note": "only mine"}
    client.logout()
    client.post(path, form)
    client.force_login(someone.user)
    assert "only mine" not in client.get(path).content.decode()


def test_a_form_older_than_the_sign_in_keeps_its_answers(person):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person.user)
    path = reverse("my-check-in")
    form = {**a_form(browser, path), **WEEK, "note": "from the old tab", "csrfmiddlewaretoken": "x" * 64}
    answer = browser.post(path, form)
    assert answer.status_code == 302
    assert "from the old tab" in browser.get(path).content.decode()
    assert not CheckIn.objects.exists()


def test_a_clinician_who_left_saves_nothing_with_a_form_still_open(client, here, therapist, person):
    from amble.care.records.actions import staff

    client.force_login(therapist)
    path = reverse("patient-messages", args=[person.public_id])
    form = {**a_form(client, path), "body": "I have left"}
    staff.leave(membership=therapist.memberships.get(), by=None)
    answer = client.post(path, form)
    assert answer.status_code == 403
    assert "Nothing has been changed" in answer.content.decode()
    assert not Message.objects.exists()


def test_an_error_page_shows_no_record(client, person):
    client.force_login(person.user)
    page = client.get("/my/no-such-page/")
    assert page.status_code == 404
    assert person.name not in page.content.decode()
