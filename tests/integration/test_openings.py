"""Every opening of a record is noted, once: not again for what is sent from the page that was opened."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from amble.care.assessments.questions import sheet
from amble.care.audit.models import RecordOpening
from amble.vocabulary import Role
from tests import factories
from tests.address_map import address, guarded
from tests.integration.test_measures_saving import filled

pytestmark = pytest.mark.django_db
OF_A_PATIENT = [place for place in guarded() if place.holds_an_id and place.role is Role.PHYSIOTHERAPIST]


@pytest.fixture
def therapist(client):
    user = factories.member(factories.clinic())
    client.force_login(user)
    return user


@pytest.fixture
def person(therapist):
    return factories.started(therapist.memberships.get().clinic, therapist)


def noted() -> list[str]:
    return list(RecordOpening.objects.order_by("pk").values_list("page", flat=True))


@pytest.mark.parametrize("place", OF_A_PATIENT, ids=[place.name for place in OF_A_PATIENT])
def test_every_page_of_a_patient_is_noted_exactly_once(client, therapist, person, place):
    factories.answer_safety(person, "past-cancer", occasion="check_in")
    factories.etmi_session(person, by=factories.member(person.clinic))
    client.get(address(place.route, patient=person))
    assert noted() == [place.name]


def test_a_sitting_with_a_paper_questionnaire_is_one_opening(client, therapist, person):
    asked = sheet(person.episode.assessments.get(visit="baseline"))
    for step in asked.steps:
        page = reverse("patient-question", args=[person.public_id, "baseline", step.number]) + "?mode=paper"
        client.get(page)
        client.post(page, filled(step))
    assert len(asked.steps) > 10
    assert noted() == ["patient-question"]


def test_a_saved_form_is_no_second_opening_but_one_sent_blindly_is_noted(client, therapist, person):
    page = reverse("patient-edit", args=[person.public_id])
    client.post(page, {"name": ""})
    assert noted() == ["patient-edit"]
    client.post(page, {"name": ""})
    assert noted() == ["patient-edit"]
    client.get(page)
    assert noted() == ["patient-edit", "patient-edit"]


def test_after_an_hour_or_by_a_colleague_it_is_a_new_opening(client, therapist, person):
    page = reverse("patient-edit", args=[person.public_id])
    client.get(page)
    RecordOpening.objects.update(at=timezone.now() - timedelta(minutes=61))
    client.post(page, {"name": ""})
    assert len(noted()) == 2
    client.force_login(factories.member(person.clinic))
    client.post(page, {"name": ""})
    assert len(noted()) == 3
