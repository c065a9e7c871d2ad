"""Every page of every role, on the demo clinic: no axe violation, no sideways scroll, one heading.

AMBLE_SCREENSHOTS=folder keeps a picture of each page at 360 and 1280 px.
"""

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from amble.care.accounts.models import User
from amble.care.records.models import Patient
from amble.config import demo
from amble.vocabulary import Role
from tests.address_map import address, guarded
from tests.journeys.watch import DESKTOP, PHONE

pytestmark = pytest.mark.django_db(transaction=True)

# Files and parts, not pages.
SKIP = {"my-data-json", "my-data-csv", "my-data-pdf", "letter", "session-score"} | {
    f"figures-{kind}" for kind in ("report", "results", "table", "table-clinic")
}
SKIP |= {"planner-table", "planner-stepped-wedge-table"}
ZOOMED = {"width": 320, "height": 256}  # 1280 by 1024 at 400%
PICTURES = os.environ.get("AMBLE_SCREENSHOTS")
PATIENTS = ["Demo patient", "Demo patient, week six", "Demo patient, usual care", "Demo patient, discharged"]
ACCOUNT_PAGES = [
    "/account/login/",
    "/account/login/code/",
    "/account/password/reset/",
    "/account/logout/",
    "/account/2fa/",
    "/account/2fa/totp/activate/",
    "/account/2fa/webauthn/add/",
    "/account/password/change/",
]


@pytest.fixture
def demo_clinic(settings, tmp_path):
    settings.VAR = tmp_path
    demo.load()


def sign_in(page, user, live_server) -> None:
    """Put a real session into the browser, as a sign-in would."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["account_authentication_methods"] = [{"method": "password", "at": 9_999_999_999}]
    session.save()
    page.context.add_cookies(
        [{"name": "amble_session", "value": session.session_key, "url": live_server.url}]
    )


def look(page, path: str, axe, who: str) -> None:
    """One page at three sizes."""
    for name, viewport in (("360", PHONE), ("1280", DESKTOP), ("zoom", ZOOMED)):
        page.set_viewport_size(viewport)
        response = page.goto(path)
        assert response.status < 400, f"{response.status} for {path}"
        assert page.locator("h1").count() == 1, f"{path} has {page.locator('h1').count()} main headings"
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (
            f"{path} is wider than {viewport['width']} px"
        )
        if name != "zoom":
            axe(page)
            if PICTURES:
                file = path.strip("/").replace("/", "_").split("?")[0] or "home"
                page.screenshot(path=Path(PICTURES, f"{who}-{file}-{name}.png"), full_page=True)


def pages_of(role: Role, patient):
    for place in guarded():
        if place.role is role and place.name not in SKIP:
            try:
                yield address(place.route, patient=patient)
            except LookupError:
                continue


@pytest.mark.parametrize("name", PATIENTS)
def test_the_patients_pages(demo_clinic, new_page, live_server, axe, name):
    page, patient = new_page(), Patient.objects.get(name=name)
    sign_in(page, patient.user, live_server)
    for path in pages_of(Role.PATIENT, patient):
        look(page, path, axe, name.split(", ")[-1].replace(" ", "-").lower())


STAFF = [role for role in Role if role is not Role.PATIENT]


@pytest.mark.parametrize("role", STAFF)
def test_the_pages_of_staff(demo_clinic, new_page, live_server, axe, role):
    page, patient = new_page(), Patient.objects.get(name="Demo patient, week six")
    sign_in(page, User.objects.get(email=demo.STAFF[role][0]), live_server)
    for path in pages_of(role, patient):
        look(page, path, axe, role)


def test_the_pages_of_an_account(demo_clinic, new_page, live_server, axe):
    page = new_page()
    for path in ACCOUNT_PAGES[:3]:
        look(page, path, axe, "stranger")
    sign_in(page, User.objects.get(email=demo.PATIENT[0]), live_server)
    for path in ACCOUNT_PAGES[3:]:
        look(page, path, axe, "account")
