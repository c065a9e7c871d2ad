"""Pages on a phone in a language that is longer than English and read from right to left.

AMBLE_SCREENSHOTS=folder keeps a picture of each.
"""

import os
from pathlib import Path

import pytest

from amble.care.accounts.models import User
from amble.care.records.models import Patient
from amble.config import demo
from amble.vocabulary import Role
from tests import pseudo
from tests.journeys.test_every_page import pages_of, sign_in

pytestmark = pytest.mark.django_db(transaction=True)

PICTURES = os.environ.get("AMBLE_SCREENSHOTS")
WEEK_SIX = "Demo patient, week six"


@pytest.fixture
def page(new_page, settings, tmp_path, translated):
    settings.VAR = tmp_path
    demo.load()
    User.objects.update(language=pseudo.LANGUAGE)
    return new_page(locale="he-IL")


def faults_of(page, path: str) -> list[str]:
    assert page.goto(path).status < 400, path
    if PICTURES:
        page.screenshot(path=Path(PICTURES, f"rtl-{path.strip('/').replace('/', '_')}.png"), full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    name = page.locator(".amble-header__name").bounding_box()
    faults = [f"{path} is {wide} px too wide"] if wide > 0 else []
    if name["x"] < page.viewport_size["width"] / 2:
        faults.append(f"{path}: the page does not begin on the right")
    return faults


@pytest.mark.parametrize("role", [Role.PATIENT, Role.PHYSIOTHERAPIST])
def test_pages_turn_round_and_fit_a_phone(role, page, live_server):
    patient = Patient.objects.get(name=WEEK_SIX)
    staff = User.objects.get(email=demo.STAFF[Role.PHYSIOTHERAPIST][0])
    sign_in(page, patient.user if role is Role.PATIENT else staff, live_server)
    paths = [path for path in pages_of(role, patient) if "session-score" not in path]  # a part of a page
    assert [fault for path in paths for fault in faults_of(page, path)] == []
