"""Who works where, the clinics, and the audit as an administrator sees it."""

import pytest
from django.urls import reverse

from amble.care.journey.actions import messages
from amble.care.records.models import Clinic, Membership
from amble.vocabulary import Role
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client, settings):
    settings.STAFF_SECOND_FACTOR = False
    user = factories.member(role=Role.ADMINISTRATOR)
    client.force_login(user)
    return user


def test_a_person_joins_a_clinic_and_leaves_it(client, administrator):
    here = factories.clinic(language="en", time_zone="Asia/Jerusalem")
    new = {"name": "New", "email": "New@Test.example", "role": "physiotherapist"}
    assert "Choose the clinic they work in." in client.post(reverse("staff"), new).content.decode()
    client.post(reverse("staff"), {**new, "clinic": here.pk})
    membership = Membership.objects.get(user__email="new@test.example")
    assert (membership.clinic, membership.user.time_zone) == (here, "Asia/Jerusalem")

    address = reverse("staff-end", args=[membership.pk])
    client.get(address)
    membership.refresh_from_db()
    assert membership.ended_at is None
    client.post(address)
    membership.refresh_from_db()
    assert membership.ended_by == administrator
    assert client.post(address).status_code == 404


def test_a_patients_address_or_the_same_role_twice_is_refused_with_the_reason(client, administrator):
    here = factories.clinic()
    person, member = factories.patient(here), factories.member(here)
    for email, reason in ((person.email, "belongs to a patient"), (member.email, "already has this role")):
        new = {"name": "New", "email": email, "role": "physiotherapist", "clinic": here.pk}
        assert reason in client.post(reverse("staff"), new).content.decode()
    assert not Membership.objects.filter(user=person.user).exists()


def test_an_administrator_cannot_lock_themselves_out(client, administrator):
    client.post(reverse("staff-end", args=[administrator.memberships.get().pk]))
    assert administrator.memberships.current().exists()


def test_a_clinic_is_added_and_its_numbers_changed(client, administrator):
    details = {
        "name": "North clinic",
        "phone": "1",
        "emergency_number": "2",
        "urgent_line": "3",
        "crisis_line": "4",
        "time_zone": "Europe/London",
        "language": "en",
    }
    missing = client.post(reverse("clinic-new"), {**details, "crisis_line": ""})
    assert "Say where to get help in a crisis." in missing.content.decode()
    client.post(reverse("clinic-new"), details)
    again = client.post(reverse("clinic-new"), details)
    assert "Another clinic has this name." in again.content.decode()
    clinic = Clinic.objects.get(slug="north-clinic")
    client.post(reverse("clinic-edit", args=[clinic.pk]), {**details, "emergency_number": "222"})
    clinic.refresh_from_db()
    assert clinic.emergency_number == "222"


def test_the_audit_names_staff_but_no_patient_and_nothing_they_wrote(client, administrator):
    here = factories.clinic()
    person = factories.patient(here, name="Somebody Private")
    messages.send(patient=person, body="A secret", from_patient=True, by=person.user)
    page = client.get(reverse("audit"), {"action": "message"}).content.decode()
    assert "message.sent" in page and "patient.registered" not in page
    assert "Somebody Private" not in page and "A secret" not in page
    assert not client.get(reverse("audit"), {"actor": person.email}).context["page"].object_list


def test_someone_in_two_clinics_changes_between_them(client, settings):
    settings.STAFF_SECOND_FACTOR = False
    first, second, other = factories.clinic(), factories.clinic(), factories.clinic()
    user = factories.member(first)
    Membership.objects.create(user=user, clinic=second, role=Role.PHYSIOTHERAPIST)
    there = factories.referred(second)
    client.force_login(user)
    record = reverse("patient", args=[there.public_id])
    assert client.get(record).status_code == 404
    assert client.post(reverse("choose-clinic"), {"clinic": other.pk}).status_code == 404
    client.post(reverse("choose-clinic"), {"clinic": second.pk})
    assert client.get(record).status_code == 200
