"""A tablet in a patient's hands: one questionnaire, nobody signed in, no way to anywhere else."""

import time

import pytest
from django.urls import reverse

from amble.care.assessments import tablet
from amble.care.assessments.models import Answer
from amble.care.assessments.questions import sheet
from amble.care.records.actions import staff
from amble.vocabulary import Mode
from tests import factories
from tests.integration.test_measures_saving import filled

pytestmark = pytest.mark.django_db


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
def baseline(person):
    return person.episode.assessments.get(visit="baseline")


@pytest.fixture
def handed(client, therapist, person, settings):
    """The clinician's tablet after "hand it over"."""
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(therapist)
    client.get(reverse("patient", args=[person.public_id]))
    client.post(reverse("tablet-start", args=[person.public_id, "baseline"]))
    return client


def question(number: int) -> str:
    return reverse("tablet-question", args=[number])


def test_the_clinician_is_signed_out_and_the_session_holds_the_questionnaire_only(handed):
    assert set(handed.session.keys()) == {tablet.KEY}


def test_everything_else_leads_back_to_the_questions(handed, person):
    for path in (
        reverse("home"),
        reverse("today"),
        reverse("patients"),
        reverse("patient", args=[person.public_id]),
        reverse("my-home"),
        reverse("my-data"),
        reverse("account_login"),
        "/health/",
        "/no-such-page/",
    ):
        assert handed.get(path).headers["Location"] == question(1), path
        assert handed.post(path).headers["Location"] == question(1), path


def test_the_browser_keeps_no_page_to_go_back_to(client, therapist, person, settings, handed):
    assert "no-store" in handed.get(question(1)).headers["Cache-Control"]
    client.force_login(therapist)
    assert "no-store" in client.get(reverse("patient", args=[person.public_id])).headers["Cache-Control"]


def test_the_page_shows_no_name_and_no_menu(handed, person):
    page = handed.get(question(1)).content.decode()
    assert person.name not in page
    assert "amble-nav" not in page


def test_answers_are_kept_with_how_they_came_and_the_tablet_forgets_them(handed, therapist, baseline):
    asked = sheet(baseline)
    for step in asked.steps:
        handed.post(question(step.number), filled(step))
    sent = handed.post(question(asked.check_number), {"send": "yes"})
    assert not handed.session.keys()
    assert "hand the tablet back" in handed.get(sent.headers["Location"]).content.decode()
    assert set(baseline.responses.values_list("mode", flat=True)) == {Mode.CLINIC_TABLET}
    assert set(baseline.responses.values_list("submitted_by", flat=True)) == {therapist.pk}
    assert handed.get(question(1)).headers["Location"] == reverse("home")


def test_stopping_half_way_keeps_the_answers(handed, baseline):
    step = sheet(baseline).steps[0]
    handed.post(question(step.number), filled(step))
    assert "Stop here?" in handed.get(reverse("tablet-done")).content.decode()
    handed.post(reverse("tablet-done"))
    assert not handed.session.keys()
    assert Answer.objects.filter(response__assessment=baseline).count() == 1


def test_after_an_hour_it_closes(handed, monkeypatch, baseline):
    later = time.time() + tablet.OPEN_SECONDS + 1
    monkeypatch.setattr(tablet.time, "time", lambda: later)
    step = sheet(baseline).steps[0]
    assert "has closed" in handed.post(question(step.number), filled(step)).content.decode()
    assert not handed.session.keys()
    assert not Answer.objects.filter(response__assessment=baseline).exists()


def test_it_closes_when_the_colleague_has_left_the_clinic(handed, therapist):
    staff.leave(membership=therapist.memberships.get(), by=None)
    assert "has closed" in handed.get(question(1)).content.decode()
    assert not handed.session.keys()


def test_without_a_hand_over_there_are_no_questions(client):
    assert client.get(question(1)).headers["Location"] == reverse("home")


def test_a_session_of_the_patients_own_is_not_touched(client, person):
    client.force_login(person.user)
    assert client.get(reverse("my-home")).status_code == 200
