"""Every address x every role x another clinic's patient. Written from the URL map, so a new page is in it at once."""

import uuid

import pytest

from amble.care.journey.actions import story
from amble.care.records.actions import staff
from amble.vocabulary import Role
from tests import factories
from tests.address_map import OPENS, address, guarded

pytestmark = pytest.mark.django_db
PLACES = guarded()
# An administrator serves all clinics, and sees no patient.
OF_A_CLINIC = [place for place in PLACES if place.holds_an_id and place.role is not Role.ADMINISTRATOR]
OF_STAFF = [place for place in PLACES if place.role in {Role.PHYSIOTHERAPIST, Role.SERVICE_LEAD}]
every_place = pytest.mark.parametrize("place", PLACES, ids=[place.name for place in PLACES])
both_methods = pytest.mark.parametrize("method", ["get", "post"])


class World:
    """A clinic with all roles, and a patient in care who has an alert, an experiment and a session."""

    def __init__(self):
        self.clinic = factories.clinic()
        self.users = {role: factories.member(self.clinic, role) for role in Role if role is not Role.PATIENT}
        self.patient = factories.started(self.clinic, self.users[Role.PHYSIOTHERAPIST])
        self.users[Role.PATIENT] = self.patient.user
        factories.answer_safety(self.patient, "past-cancer", occasion="check_in")
        story.plan_experiment(
            episode=self.patient.episode,
            belief="bending-harms",
            plan="a",
            prediction="b",
            by=self.patient.user,
        )
        factories.etmi_session(self.patient, by=self.users[Role.PHYSIOTHERAPIST])

    def address(self, place) -> str:
        return address(place.route, patient=self.patient, clinic=self.clinic)


@pytest.fixture
def here():
    return World()


@pytest.fixture
def there():
    return World()


def test_every_page_says_whom_it_is_for():
    assert [place.route for place in PLACES if place.rule not in OPENS] == []


@every_place
@both_methods
def test_a_stranger_is_sent_to_sign_in(place, method, here, client):
    response = getattr(client, method)(here.address(place))
    assert response.status_code == 302
    assert response["Location"].startswith("/account/login/")


@every_place
@both_methods
def test_other_roles_are_refused(place, method, here, client):
    for role, user in here.users.items():
        if role is not place.role:
            client.force_login(user)
            assert getattr(client, method)(here.address(place)).status_code == 403, role


@pytest.mark.parametrize("place", OF_A_CLINIC, ids=[place.name for place in OF_A_CLINIC])
@both_methods
def test_what_belongs_to_another_clinic_is_not_found(place, method, here, there, client):
    """The right role with the ids of the other clinic: nothing is shown and nothing is changed."""
    assert here.address(place) != there.address(place)
    client.force_login(here.users[place.role])
    assert getattr(client, method)(there.address(place)).status_code == 404


@pytest.mark.parametrize("place", OF_STAFF, ids=[place.name for place in OF_STAFF])
def test_someone_who_left_is_refused(place, here, client):
    user = here.users[place.role]
    client.force_login(user)
    staff.leave(membership=user.memberships.get(), by=here.users[Role.ADMINISTRATOR])
    assert client.get(here.address(place)).status_code == 403


def test_an_id_that_does_not_exist_is_not_found(here, client):
    client.force_login(here.users[Role.PHYSIOTHERAPIST])
    assert client.get(f"/clinic/patients/{uuid.uuid4()}/").status_code == 404
