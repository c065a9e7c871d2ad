"""Every address x every role x another clinic's patient. Written from the URL map, so a new page is in it at once."""

import uuid

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from amble.care.journey.actions import story
from amble.care.journey.models import SafetyAlert
from amble.vocabulary import Role, Visit
from tests import factories

pytestmark = pytest.mark.django_db

OPEN = {"home", "about", "accessibility", "health", "invitation", "demo-mailbox", "demo-week", "tablet-done"}
"""Pages anybody may ask for: they show no record, or carry their own secret."""

OPENS = {
    "own_record": Role.PATIENT,
    "clinic_records": Role.PHYSIOTHERAPIST,
    "service_figures": Role.SERVICE_LEAD,
    "staff_and_clinics": Role.ADMINISTRATOR,
}


def amble_views(resolver=None, prefix="", name_prefix=""):
    """(name, route, view) of every page that is ours; the sign-in library tests its own."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            if not route.startswith("account/"):
                yield from amble_views(entry, route)
        elif isinstance(entry, URLPattern):
            yield entry.name, route, entry.callback


VIEWS = sorted(amble_views(), key=lambda view: view[1])
GUARDED = [view for view in VIEWS if view[0] not in OPEN and not view[1].startswith("tablet/")]
NAMES = [name for name, _, _ in GUARDED]


@pytest.fixture
def world():
    """Two clinics, each with all roles, a patient in care, an alert and an experiment."""
    return [_a_clinic(), _a_clinic()]


def _a_clinic():
    here = factories.clinic()
    staff = {role: factories.member(here, role) for role in Role if role is not Role.PATIENT}
    person = factories.started(here, staff[Role.PHYSIOTHERAPIST])
    factories.answer_safety(person, "past-cancer", occasion="check_in")
    experiment = story.plan_experiment(
        episode=person.episode, belief="bending-harms", plan="a", prediction="b", by=person.user
    )
    staff[Role.PATIENT] = person.user
    return {
        "clinic": here,
        "users": staff,
        "patient": person,
        "alert": SafetyAlert.objects.get(episode=person.episode),
        "experiment": experiment,
    }


def address(route: str, there: dict) -> str:
    """The route filled with the ids of what belongs to a clinic."""
    membership = there["users"][Role.PHYSIOTHERAPIST].memberships.get()
    values = {
        "public_id": there["patient"].public_id,
        "visit": Visit.BASELINE.value,
        "step": 1,
        "occasion": "check_in",
        "belief_id": "bending-harms",
        "belief": "bending-harms",
    }
    parts = []
    for part in route.split("/"):
        if part.startswith("<"):
            name = part.strip("<>").split(":")[-1]
            if name in values:
                part = str(values[name])
            elif "alert" in name or ("alert" in route and name in {"pk", "id"}):
                part = str(there["alert"].pk)
            elif "experiment" in route:
                part = str(there["experiment"].pk)
            elif "membership" in name or "staff" in route:
                part = str(membership.pk)
            elif "clinic" in name:
                part = str(there["clinic"].pk)
            else:
                raise AssertionError(f"say what {name!r} is in {route}")
        parts.append(part)
    return "/" + "/".join(parts)


def test_every_page_says_whom_it_is_for():
    without = [route for name, route, view in GUARDED if getattr(view, "rule", None) not in OPENS]
    assert without == []


@pytest.mark.parametrize(("name", "route", "view"), GUARDED, ids=NAMES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_is_sent_to_sign_in(name, route, view, method, world, client):
    response = getattr(client, method)(address(route, world[0]))
    assert response.status_code == 302
    assert response["Location"].startswith("/account/login/")


@pytest.mark.parametrize(("name", "route", "view"), GUARDED, ids=NAMES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_other_roles_are_refused(name, route, view, method, world, client):
    here = world[0]
    for role, user in here["users"].items():
        if OPENS[view.rule] == role:
            continue
        client.force_login(user)
        response = getattr(client, method)(address(route, here))
        assert response.status_code == 403, (role, response.status_code)


@pytest.mark.parametrize(("name", "route", "view"), GUARDED, ids=NAMES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_belongs_to_another_clinic_is_not_found(name, route, view, method, world, client):
    """The right role, but the ids of the other clinic: nothing is shown and nothing is changed."""
    here, there = world
    if address(route, here) == address(route, there) or OPENS[view.rule] == Role.ADMINISTRATOR:
        pytest.skip("this address holds no id of a clinic; the administrator serves all clinics")
    client.force_login(here["users"][OPENS[view.rule]])
    response = getattr(client, method)(address(route, there))
    assert response.status_code in {403, 404}, response.status_code


def test_an_id_that_does_not_exist_is_not_found(world, client):
    client.force_login(world[0]["users"][Role.PHYSIOTHERAPIST])
    assert client.get(f"/clinic/patients/{uuid.uuid4()}/").status_code == 404
