"""A page asks the database as often in a clinic of 50 patients as in one of 5: every page, from the URL map."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from amble.care.audit.actions import record_opening
from amble.care.journey.actions import messages
from amble.vocabulary import Role
from tests import address_map, crowd, factories

pytestmark = pytest.mark.django_db
FEW, MANY = 5, 50
ROLES = (Role.PATIENT, Role.PHYSIOTHERAPIST, Role.SERVICE_LEAD, Role.ADMINISTRATOR)


@pytest.fixture
def here():
    return factories.clinic()


@pytest.fixture
def people(here):
    """One person of each role; the patient has told nothing yet."""
    staff = {role: factories.member(here, role) for role in ROLES if role is not Role.PATIENT}
    patient = factories.started(here, staff[Role.PHYSIOTHERAPIST])
    record_opening(by=staff[Role.PHYSIOTHERAPIST], patient=patient, page="patient")
    return staff | {Role.PATIENT: patient.user}


def grow(here, clinician, count: int) -> None:
    """That many more patients: in care, of past years, waiting to start, and with something to read or resolve."""
    crowd.in_care(here, clinician, count, weeks=4)
    crowd.long_discharged(here, [clinician], count)
    for _ in range(count):
        factories.referred(here)
        person = factories.started(here, clinician)
        messages.send(patient=person, body="Hello", from_patient=True, by=person.user)
        factories.answer_safety(person, "past-cancer", occasion="check_in")


def queries_of_every_page(client, role: Role, patient) -> dict[str, int]:
    counts = {}
    for place in address_map.guarded():
        if place.role is not role:
            continue
        try:
            address = address_map.address(place.route, patient=patient)
        except LookupError:
            continue
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code < 500, address
        counts[place.name] = len(captured)
    return counts


@pytest.mark.parametrize("role", ROLES)
def test_queries_do_not_grow_with_the_clinic(role, here, people, client, settings):
    settings.STAFF_SECOND_FACTOR = False
    patient, clinician = people[Role.PATIENT].patient, people[Role.PHYSIOTHERAPIST]
    client.force_login(people[role])
    grow(here, clinician, FEW)
    queries_of_every_page(client, role, patient)  # the first round fills what is kept between requests
    few = queries_of_every_page(client, role, patient)
    grow(here, clinician, MANY - FEW)
    many = queries_of_every_page(client, role, patient)
    assert few, "no page was looked at"
    assert {name: (few[name], many[name]) for name in few if many[name] > few[name]} == {}
