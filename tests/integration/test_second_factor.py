"""Outside the demo, staff open nothing before they have a second factor. Patients are not asked for one."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.urls import reverse
from django.utils import timezone

from amble.vocabulary import Role
from tests import factories

pytestmark = pytest.mark.django_db
FIRST_PAGE = {
    Role.PHYSIOTHERAPIST: "today",
    Role.SERVICE_LEAD: "figures",
    Role.ADMINISTRATOR: "staff",
}


@pytest.fixture(autouse=True)
def a_real_service(settings):
    settings.STAFF_SECOND_FACTOR = True


@pytest.mark.parametrize("role", FIRST_PAGE)
def test_staff_set_up_a_second_factor_first(client, role):
    user = factories.member(factories.clinic(), role)
    client.force_login(user)
    assert client.get(reverse(FIRST_PAGE[role])).headers["Location"] == reverse("mfa_index")
    TOTP.activate(user, generate_totp_secret())
    assert client.get(reverse(FIRST_PAGE[role])).status_code == 200


def test_a_patient_needs_none(client):
    person = factories.patient(factories.clinic())
    client.force_login(person.user)
    assert client.get(reverse("my-home")).status_code == 200


def test_staff_are_signed_out_after_a_quiet_half_hour(client, time_machine):
    user = factories.member(factories.clinic())
    TOTP.activate(user, generate_totp_secret())
    time_machine.move_to(timezone.now(), tick=False)
    client.force_login(user)
    assert client.get(reverse("today")).status_code == 200
    time_machine.shift(29 * 60)
    assert client.get(reverse("today")).status_code == 200
    time_machine.shift(31 * 60)
    assert client.get(reverse("today")).headers["Location"].startswith("/account/login/")
