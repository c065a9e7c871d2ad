"""A patient and a physiotherapist go through ETMI together: two sessions and three check-ins."""

import pytest

from amble.care.accounts.models import User
from amble.care.journey.models import Contact, SafetyAlert
from amble.care.records.models import Patient as PatientRecord
from amble.config import demo
from amble.vocabulary import Role
from tests.journeys.people import Patient, Physiotherapist
from tests.journeys.test_every_page import sign_in
from tests.journeys.watch import DESKTOP

pytestmark = pytest.mark.django_db(transaction=True)
NAME, EMAIL = "Story patient", "story@test.example"


@pytest.fixture
def people(settings, tmp_path, new_page, live_server, axe):
    """The demo clinic, its physiotherapist at a large screen, and a patient with a phone."""
    settings.VAR = tmp_path
    demo.load()
    large = new_page(viewport=DESKTOP)
    sign_in(large, User.objects.get(email=demo.STAFF[Role.PHYSIOTHERAPIST][0]), live_server)
    return Patient(new_page(), axe), Physiotherapist(large, axe)


def test_two_sessions_and_three_check_ins(people):
    patient, therapist = people

    # Given a referral and an invitation
    therapist.adds_a_patient(name=NAME, email=EMAIL)
    patient.comes_by_link_and_code(EMAIL)
    assert patient.sees("not for emergencies")

    # When the patient prepares for the first session
    patient.agrees()
    patient.go("/my/safety/start/")
    patient.answers_the_safety_questions()
    patient.go("/my/story/")
    patient.tells_the_story(activity="Walking with friends")
    patient.go("/my/measures/baseline/")
    patient.answers_the_measures()

    # And the physiotherapist starts ETMI and holds it
    therapist.starts_etmi(NAME)
    therapist.opens(NAME)
    assert therapist.sees("That one wrong move will make it worse.")
    therapist.holds_an_etmi_session(minutes="40")
    assert therapist.sees("not validated")

    # And the patient sets a goal they are not sure of
    patient.sets_a_goal(confidence=5)
    patient.press("Take the smaller plan")

    # And three weeks go by
    for days, confidence in ((2, 7), (3, 8), (3, 8)):
        patient.let_a_week_go_by()
        patient.tells_the_week(days=days, confidence=confidence)
        assert patient.sees("Your plan for next week")
        patient.press("Yes, this is my plan")

    # Then the second session finds it all on one screen
    therapist.opens(NAME)
    assert therapist.sees("Brisk walking")
    therapist.holds_an_etmi_session(minutes="25")
    record = PatientRecord.objects.get(name=NAME)
    assert [c.number for c in Contact.objects.filter(episode__patient=record)] == [1, 2]
    assert record.episode.checkins.count() == 3
    assert record.episode.contacts.get(number=1).etmi.fidelity == 100

    # And the patient sees progress with function first, and who opened the record
    patient.go("/my/progress/")
    assert patient.page.locator("h2").first.inner_text() == "What I can do"
    patient.go("/my/data/opened/")
    assert patient.sees("Demo physiotherapist")


def test_an_emergency_stops_the_programme_until_a_clinician_has_resolved_it(people):
    patient, therapist = people
    therapist.adds_a_patient(name=NAME, email=EMAIL)
    patient.comes_by_link_and_code(EMAIL)
    patient.agrees()
    patient.go("/my/safety/start/")
    patient.answers_the_safety_questions("bladder")
    assert patient.sees("your local emergency number")
    patient.go("/my/story/")
    assert "/my/advice/" in patient.page.url

    therapist.go("/clinic/")
    therapist.page.get_by_role("link", name=NAME).first.click()
    alert = SafetyAlert.objects.get(episode__patient__name=NAME)
    assert alert.screen.rules_version
    therapist.go(f"/clinic/alerts/{alert.pk}/")
    therapist.page.locator("main textarea").fill("Telephoned, seen at the hospital, nothing found.")
    therapist.click_through(therapist.page.locator("main form button[type=submit]").first)

    patient.go("/my/story/")
    assert "/my/story/" in patient.page.url


def test_the_story_works_without_scripts(people, new_page):
    _, therapist = people
    therapist.adds_a_patient(name=NAME, email=EMAIL)
    patient = Patient(new_page(java_script_enabled=False))
    patient.comes_by_link_and_code(EMAIL)
    patient.agrees()
    patient.go("/my/safety/start/")
    patient.answers_the_safety_questions()
    patient.go("/my/story/")
    patient.tells_the_story(activity="Gardening")
    patient.go("/my/measures/baseline/")
    patient.answers_the_measures()
    assert PatientRecord.objects.get(name=NAME).episode.scores.filter(scale="function").exists()
