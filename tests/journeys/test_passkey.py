"""A patient adds a passkey and signs in with it, with an authenticator that Chromium plays."""

import pytest
from allauth.mfa.models import Authenticator

from tests import factories
from tests.journeys.test_every_page import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
A_PHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_signs_in_without_code_or_password(page, live_server, axe):
    person = factories.patient(factories.clinic())
    sign_in(page, person.user, live_server)
    phone = page.context.new_cdp_session(page)
    phone.send("WebAuthn.enable")
    phone.send("WebAuthn.addVirtualAuthenticator", {"options": A_PHONE})

    page.goto("/account/2fa/webauthn/add/")
    axe(page)
    page.locator("#id_name").fill("My phone")
    page.locator("#id_passwordless").check()
    with page.expect_navigation():
        page.locator("#mfa_webauthn_add").click()
    assert Authenticator.objects.filter(user=person.user, type="webauthn").exists()

    page.context.clear_cookies()
    page.goto("/account/login/")
    with page.expect_navigation(url="**/my/**"):
        page.get_by_role("button", name="Sign in with a passkey").click()
    assert page.locator("h1").inner_text().startswith("Hello")
