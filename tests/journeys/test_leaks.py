"""From a service lead's list to the patient: the lead reads a code, the physiotherapist finds the record with it."""

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from amble.care.records.actions import staff
from amble.outcomes.pages.leaks import LEAKS
from amble.vocabulary import Arm, Role
from tests import factories
from tests.journeys.test_every_page import sign_in
from tests.journeys.watch import DESKTOP, PHONE

pytestmark = pytest.mark.django_db(transaction=True)
PICTURES = os.environ.get("AMBLE_SCREENSHOTS")


@pytest.fixture
def here():
    return factories.clinic(name="Riverside clinic")


@pytest.fixture
def able(here):
    """A trained physiotherapist who has not begun ETMI, with a patient in usual care."""
    user = factories.member(here)
    day = timezone.localdate()
    staff.record_training(
        clinician=user, clinic=here, invited_on=day - timedelta(90), trained_on=day - timedelta(60), by=user
    )
    for ago in (5, 12):
        factories.started(here, user, Arm.USUAL_CARE, on=day - timedelta(ago), name="Zebedee Surname")
    return user


def look(page, axe, name: str) -> None:
    for size, viewport in (("360", PHONE), ("1280", DESKTOP)):
        page.set_viewport_size(viewport)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
        axe(page)
        if PICTURES:
            page.screenshot(path=Path(PICTURES, f"leaks-{name}-{size}.png"), full_page=True)


def test_from_the_list_to_the_patient(here, able, new_page, live_server, axe):
    new = factories.member(here)
    factories.started(here, new, Arm.ETMI, on=timezone.localdate() - timedelta(47))
    lead = new_page()
    sign_in(lead, factories.member(here, Role.SERVICE_LEAD), live_server)
    lead.goto("/service/leaks/")
    look(lead, axe, "index")
    for leak in LEAKS:
        lead.goto(f"/service/leaks/{leak.code}/")
        look(lead, axe, leak.code)
    lead.goto("/service/leaks/remind/")
    lead.get_by_role("button", name="Send a reminder").click()
    assert lead.get_by_text(f"The e-mail to {able.name} is on its way.").is_visible()
    assert lead.get_by_role("button", name="Send a reminder").count() == 0
    look(lead, axe, "reminded")
    lead.goto("/service/leaks/offer/")
    code = re.search(r"\b[A-Z2-7]{4}-[A-Z2-7]{4}\b", lead.locator("main").inner_text())[0]

    physiotherapist = new_page()
    sign_in(physiotherapist, able, live_server)
    physiotherapist.goto("/clinic/patients/")
    physiotherapist.get_by_role("link", name="Find by code").click()
    look(physiotherapist, axe, "find")
    physiotherapist.get_by_label("Code").fill(code.lower())
    physiotherapist.get_by_role("button", name="Find").click()
    assert physiotherapist.get_by_role("heading", level=1).inner_text() == "Zebedee Surname"
    physiotherapist.goto("/clinic/")
    look(physiotherapist, axe, "today")
    physiotherapist.goto("/clinic/figures/")
    look(physiotherapist, axe, "mine-empty")
