"""Safety comes first: what is asked, what a yes leads to on the page, for the clinic, and for the programme."""

import pytest
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from amble.care.accounts.forms import sign_owner
from amble.care.journey.actions import safety as actions
from amble.care.journey.models import SafetyAlert, SafetyScreen
from amble.programme import safety
from amble.vocabulary import SafetyLevel
from tests import factories

pytestmark = pytest.mark.django_db
START = reverse("my-safety", args=["start"])
CHECK_IN = reverse("my-safety", args=["check_in"])


@pytest.fixture
def here():
    return factories.clinic()


@pytest.fixture
def therapist(here):
    return factories.member(here)


@pytest.fixture
def person(here, therapist):
    return factories.started(here, therapist)


@pytest.fixture
def phone(client, person):
    client.force_login(person.user)
    return client


def queued() -> list[dict]:
    """The e-mails that wait for the worker."""
    return [task.args_kwargs["kwargs"] for task in DBTaskResult.objects.all()]


def answer_page(phone, url: str, page, yes=(), **more):
    post = {question.id: "yes" if question.id in yes else "no" for question in page.questions}
    return phone.post(url, {**post, "page": page.id, **more})


def answer_all(phone, url: str, *yes: str, **more):
    """Answer page after page until something other than the next page comes."""
    for page in safety.pages():
        response = answer_page(phone, url, page, yes, **more)
        if "page=" not in response.headers["Location"]:
            break
    return response


def test_no_flag_goes_on_and_says_what_to_watch_for(phone, person):
    response = answer_all(phone, CHECK_IN, next=reverse("my-data"))
    assert response.headers["Location"] == reverse("my-data")
    assert person.clinic.emergency_number in phone.get(reverse("my-data")).content.decode()
    screen = person.episode.safetyscreens.get(occasion="check_in")
    assert screen.level == SafetyLevel.NONE
    assert screen.rules_version == safety.VERSION
    assert not SafetyAlert.objects.exists()


def test_a_weak_flag_is_for_the_clinician_and_never_an_alarm(
    phone, person, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        response = answer_all(phone, CHECK_IN, "past-cancer", next=reverse("my-data"))
    page = phone.get(response.headers["Location"]).content.decode()
    assert "Your physiotherapist will look at this" in page
    assert "nhsuk-card--care" not in page
    assert f'href="{reverse("my-data")}"' in page
    assert phone.get(reverse("my-home")).status_code == 200
    assert person.episode.safetyalerts.get().level == SafetyLevel.REVIEW
    assert not queued()


@pytest.mark.parametrize(
    ("flag", "level", "numbers"),
    [
        ("saddle-numbness", SafetyLevel.EMERGENCY, ["emergency_number"]),
        ("sudden-severe", SafetyLevel.EMERGENCY, ["emergency_number"]),
        ("life-or-self-harm", SafetyLevel.CRISIS, ["emergency_number", "crisis_line"]),
    ],
)
def test_a_grave_answer_stops_the_programme_until_a_clinician_has_resolved_it(
    phone, person, therapist, flag, level, numbers
):
    response = answer_all(phone, CHECK_IN, flag)
    advice = phone.get(response.headers["Location"]).content.decode()
    assert "nhsuk-card--care" in advice
    assert "Do this now" in advice
    assert all(getattr(person.clinic, number) in advice for number in numbers)
    alert = person.episode.safetyalerts.get()
    assert (alert.level, alert.screen.rules_version) == (level, safety.VERSION)
    for page in (
        "my-home",
        "my-story",
        "my-measures",
        "my-activity",
        "my-check-in",
        "my-bad-day",
        "my-beliefs",
    ):
        assert phone.get(reverse(page)).headers["Location"] == reverse("my-advice"), page
    assert phone.get(reverse("my-data")).status_code == 200
    actions.resolve(alert=alert, note="Spoke with the patient, seen in hospital.", by=therapist)
    assert phone.get(reverse("my-home")).status_code == 200


def test_an_answer_that_cannot_wait_is_acted_on_before_the_next_page(phone, person):
    response = answer_page(phone, START, safety.pages()[0], ["bladder-or-bowel"])
    assert response.headers["Location"].startswith(reverse("my-advice"))
    screen = SafetyScreen.objects.filter(episode=person.episode).latest()
    # Only what was answered is kept: the questions that were not asked are not taken for a no.
    assert screen.answers == {q.id: q.id == "bladder-or-bowel" for q in safety.pages()[0].questions}


def test_questions_cut_short_at_the_start_are_asked_in_full_once_the_alert_is_resolved(
    client, here, therapist
):
    newcomer = factories.patient(here)
    client.force_login(newcomer.user)
    answer_page(client, START, safety.pages()[0], ["bladder-or-bowel"])
    actions.resolve(alert=newcomer.episode.safetyalerts.get(), note="Seen and cleared.", by=therapist)
    assert f'class="amble-next" href="{START}"' in client.get(reverse("my-home")).content.decode()


def test_urgent_advice_names_whom_to_call_today_and_lets_the_person_go_on(phone, person):
    response = answer_all(phone, CHECK_IN, "fever", next=reverse("my-data"))
    advice = phone.get(response.headers["Location"]).content.decode()
    assert "nhsuk-card--care--urgent" in advice
    assert person.clinic.urgent_line in advice
    assert phone.get(reverse("my-home")).status_code == 200


def test_the_clinics_physiotherapists_are_called_without_a_word_about_whom_or_why(
    phone, person, therapist, django_capture_on_commit_callbacks
):
    elsewhere = factories.member(factories.clinic())
    with django_capture_on_commit_callbacks(execute=True):
        answer_all(phone, CHECK_IN, "saddle-numbness")
    (email,) = queued()
    assert email["to"] == therapist.email != elsewhere.email
    text = f"{email['subject']} {email['body']}".lower()
    assert reverse("today") in text
    for secret in (
        person.name,
        person.email,
        str(person.public_id),
        "numb",
        "bladder",
        "emergency",
        "suicid",
    ):
        assert secret.lower() not in text


def test_silence_is_not_a_no(phone, person):
    page = safety.pages()[0]
    response = phone.post(CHECK_IN, {page.questions[0].id: "no", "page": page.id})
    assert response.status_code == 200
    assert response.content.decode().count("Choose yes or no.") >= 2
    assert not person.episode.safetyscreens.filter(occasion="check_in").exists()


def test_going_back_to_say_yes_after_all_counts(phone, person):
    last = safety.pages()[-1]
    key = {"submission": "7d9fd5e2-61c2-4b3b-8d5c-4a8ba1b0a111"}
    carried = {q.id: "no" for page in safety.pages()[:-1] for q in page.questions}
    answer_page(phone, CHECK_IN, last, **carried, **key)
    answer_page(phone, CHECK_IN, last, **carried, **key)
    assert person.episode.safetyscreens.filter(occasion="check_in").count() == 1
    answer_page(phone, CHECK_IN, last, ["life-or-self-harm"], **carried, **key)
    assert actions.stopping_alert(person.episode)


def test_answers_return_after_a_session_that_ended_half_way(person):
    phone = Client()
    second = safety.pages()[1]
    carried = {q.id: "no" for q in safety.pages()[0].questions}
    response = answer_page(phone, START, second, **carried, owner=sign_owner(person.user))
    assert "/account/login/" in response.headers["Location"]
    phone.force_login(person.user)
    page = phone.get(START).content.decode()
    assert all(f'name="{id}" value="no"' in page for id in carried)
    assert safety.pages()[2].title in page


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_the_way_on_stays_inside_amble(phone, target):
    assert answer_all(phone, CHECK_IN, next=target).headers["Location"] == reverse("my-home")


def test_an_occasion_that_does_not_exist_is_not_found(phone):
    assert phone.get(reverse("my-safety", args=["whenever"])).status_code == 404
