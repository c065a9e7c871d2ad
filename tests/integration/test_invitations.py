"""From the link in the e-mail to the first page, and every way in which a link does not open."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from amble.care.records.actions import invitations
from amble.care.records.models import Invitation
from tests import factories

pytestmark = pytest.mark.django_db
CONFIRM = reverse("account_confirm_login_code")


@pytest.fixture
def newcomer():
    return factories.referred(factories.clinic(name="North clinic"))


@pytest.fixture
def link(newcomer):
    return reverse("invitation", args=[invitations.invite(patient=newcomer, by=None)])


def code_sent() -> str:
    return re.search(r"^([A-Z0-9-]{4,})$", mail.outbox[-1].body, re.MULTILINE)[1]


def sign_in(client, link):
    client.post(link)
    return client.post(CONFIRM, {"code": code_sent()}, follow=True)


def test_the_link_and_the_code_lead_to_consent_and_the_link_is_used_up(client, newcomer, link):
    page = client.get(link)
    assert "North clinic" in page.content.decode()
    assert newcomer.name not in page.content.decode()
    assert client.get(link).status_code == 200, "looking at the link uses nothing up: mail scanners look too"
    assert not mail.outbox
    arrived = sign_in(client, link)
    assert mail.outbox[0].to == [newcomer.email]
    assert arrived.redirect_chain[-1][0] == reverse("my-consent")
    assert Invitation.objects.get().used_at
    again = Client().get(link)
    assert again.status_code == 410
    assert "used this link before" in again.content.decode()


def test_a_guessed_code_does_not_use_the_link_up(client, link):
    client.post(link)
    page = client.post(CONFIRM, {"code": "WRONG1"})
    assert page.content.decode().count("error-summary__title") == 1
    assert "_auth_user_id" not in client.session
    assert not Invitation.objects.get().used_at


def test_a_second_factor_is_still_asked_for(client, newcomer, link):
    Authenticator.objects.create(user=newcomer.user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    arrived = sign_in(client, link)
    assert arrived.redirect_chain[-1][0] == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session
    assert not Invitation.objects.get().used_at


@pytest.mark.parametrize("token", ["nobody-has-this", "x" * 3000, "%3Cscript%3E", "..%2F..", "é"])
def test_a_wrong_link_says_so(client, token):
    page = client.get(f"/invitation/{token}/")
    assert page.status_code == 404
    assert "<script>" not in page.content.decode().replace("<script src", "")


def test_an_old_link_says_whom_to_ask(client, newcomer, link):
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    for response in (client.get(link), client.post(link)):
        assert response.status_code == 410
        assert newcomer.clinic.phone in response.content.decode()
    assert not mail.outbox


def test_a_newer_link_replaces_an_older_one(client, newcomer, link):
    newer = reverse("invitation", args=[invitations.invite(patient=newcomer, by=None)])
    assert client.get(link).status_code == 410
    assert client.get(newer).status_code == 200


def test_a_link_for_someone_else_opens_nothing_until_they_sign_out(client, link, newcomer):
    other = factories.patient(factories.clinic())
    client.force_login(other.user)
    page = client.get(link)
    assert page.status_code == 403
    assert "for someone else" in page.content.decode()
    assert newcomer.name not in page.content.decode()
    assert client.post(link).headers["Location"] == link
    assert "_auth_user_id" not in client.session
    assert not Invitation.objects.get(patient=newcomer).used_at


def test_one_who_signed_in_another_way_does_not_use_up_another_persons_link(client, link, newcomer):
    """The link was opened on a shared device, then somebody else signed in there."""
    client.post(link)
    other = factories.patient(factories.clinic())
    client.force_login(other.user)
    client.get(reverse("my-home"))
    assert not Invitation.objects.get(patient=newcomer).used_at
