"""A patient comes to the clinic, is invited, found, and their details are kept right."""

import pytest
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from amble.care.audit.models import AuditEvent
from amble.care.records.actions import consents, invitations
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def therapist(client, settings):
    settings.STAFF_SECOND_FACTOR = False
    user = factories.member(factories.clinic())
    client.force_login(user)
    return user


@pytest.fixture
def here(therapist):
    return therapist.memberships.get().clinic


NEW = {
    "name": "Ada, with <b>pain</b>",
    "email": "Ada@test.example",
    "birth_date": "1970-02-03",
    "sex": "female",
    "symptom_months": "7",
    "referred_on": "2026-01-05",
    "invite": "on",
}


def test_a_new_patient_is_invited_by_e_mail_and_the_link_is_nowhere_else(
    client, here, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        page = client.post(reverse("patient-new"), NEW, follow=True).content.decode()
    patient = here.patients.get()
    assert (patient.email, patient.episode.symptom_months) == ("ada@test.example", 7)
    mail = DBTaskResult.objects.get().args_kwargs["kwargs"]
    link = next(line for line in mail["body"].splitlines() if "/invitation/" in line)
    token = link.rstrip("/").rsplit("/", 1)[-1]
    assert mail["to"] == "ada@test.example"
    assert invitations.find(token) == (patient.invitations.get(), invitations.LinkState.OPEN)
    assert token not in page and "/invitation/" not in page
    assert "<b>pain</b>" not in page and "&lt;b&gt;pain&lt;/b&gt;" in page


def test_an_address_that_is_taken_saves_nothing_and_keeps_what_was_typed(client, here):
    taken = factories.patient(factories.clinic())
    page = client.post(reverse("patient-new"), {**NEW, "email": taken.email}).content.decode()
    assert "already signs in to Amble for someone else" in page
    assert 'value="7"' in page and not here.patients.exists()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"name": ""}, "Give the patient&#x27;s name."),
        ({"name": "x" * 100_000}, "Please shorten this to 200 characters. It has 100000 now."),
        ({"email": ""}, "An invitation needs an e-mail address."),
        ({"email": "nobody"}, "Check the e-mail address."),
        ({"birth_date": "2999-01-01"}, "This day is in the future."),
        ({"birth_date": "1670-01-01"}, "Check the year of birth."),
        ({"symptom_months": "-1"}, "Give whole months, such as 14."),
        ({"referred_on": ""}, "Give a date."),
    ],
)
def test_bad_input_is_named_and_nothing_is_saved(client, here, wrong, message):
    assert message in client.post(reverse("patient-new"), {**NEW, **wrong}).content.decode()
    assert not here.patients.exists()


def test_a_new_invitation_ends_the_one_before(client, here, django_capture_on_commit_callbacks):
    person = factories.referred(here)
    address = reverse("patient-invite", args=[person.public_id])
    client.get(address)
    assert not person.invitations.exists()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address)
        client.post(address)
    old, new = person.invitations.order_by("pk")
    assert old.expires_at <= new.created_at < new.expires_at


def test_the_sign_in_address_is_not_emptied_or_taken_from_somebody(client, here):
    person, other = factories.patient(here), factories.patient(here)
    address = reverse("patient-edit", args=[person.public_id])
    for email in ("", other.email):
        client.post(address, {"name": person.name, "email": email})
    person.refresh_from_db()
    assert person.user.email == person.email != other.email
    client.post(address, {"name": "New name", "email": "new@test.example"})
    person.user.refresh_from_db()
    assert person.user.email == "new@test.example"


def test_search_finds_by_part_of_a_name_in_this_clinic_only(client, here):
    factories.referred(here, name="Ruth Walker")
    factories.referred(here, name="Somebody else")
    factories.referred(factories.clinic(), name="Ruth Elsewhere")
    found = client.get(reverse("patients"), {"name": "ruth"}).context["page"].object_list
    assert [person.name for person in found] == ["Ruth Walker"]


def test_language_and_deprivation_are_kept_and_the_audit_names_the_fields_only(client, here):
    person = factories.referred(here)
    address = reverse("patient-edit", args=[person.public_id])
    details = {"name": person.name, "email": person.email, "language": "ar", "deprivation_quintile": "1"}
    assert "Select a valid choice" in client.post(address, {**details, "language": "xx"}).content.decode()
    client.post(address, details)
    person.refresh_from_db()
    assert (person.language, person.deprivation_quintile) == ("ar", 1)
    event = AuditEvent.objects.filter(action="patient.corrected").get()
    assert {"language", "deprivation_quintile"} <= set(event.details["fields"])
    client.post(address, {**details, "deprivation_quintile": ""})
    person.refresh_from_db()
    assert person.deprivation_quintile is None


def test_what_a_patient_told_us_of_evaluation_is_kept_until_they_say_it_themselves(client, here, therapist):
    client.post(reverse("patient-new"), {**NEW, "invite": "", "evaluation": "yes"})
    patient = here.patients.get()
    assert consents.told_of_evaluation(patient) is True

    address = reverse("patient-edit", args=[patient.public_id])
    details = {"name": patient.name, "email": patient.email}
    client.post(address, {**details, "evaluation": ""})  # "not asked" takes back nothing
    assert consents.told_of_evaluation(patient) is True
    client.post(address, {**details, "evaluation": "no"})
    assert [d.agreed for d in patient.consent_decisions.all()] == [True, False]
    assert {d.by for d in patient.consent_decisions.all()} == {therapist}

    own = factories.patient(here)  # said yes in Amble
    address = reverse("patient-edit", args=[own.public_id])
    assert 'name="evaluation"' not in client.get(address).content.decode()
    client.post(address, {"name": own.name, "email": own.email, "evaluation": "no"})
    assert consents.told_of_evaluation(own) is True
