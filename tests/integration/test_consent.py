"""Nothing opens before consent; each choice is kept with the version of the text; a no is as good as a yes."""

from dataclasses import replace

import pytest
from django.urls import reverse

from amble.care.records.actions import consents, invitations
from amble.programme import consent
from tests import factories

pytestmark = pytest.mark.django_db
CONSENT = reverse("my-consent")


@pytest.fixture
def newcomer(client):
    person = factories.referred(factories.clinic())
    invitations.invite(patient=person, by=None)
    client.force_login(person.user)
    return person


def decide(client, version=None, **said):
    return client.post(CONSENT, {"version": version or consent.current().version, **said})


def test_pages_wait_for_consent(client, newcomer):
    for page in ("my-home", "my-story", "my-measures", "my-messages", "my-data", "my-settings"):
        assert client.get(reverse(page)).headers["Location"] == CONSENT, page


def test_yes_opens_the_settings_once_which_can_be_skipped(client, newcomer):
    response = decide(client, use="yes", evaluation="no")
    page = client.get(response.headers["Location"]).content.decode()
    assert f'<a href="{reverse("my-home")}">Skip</a>' in page
    assert consents.current(newcomer) == {"use": True, "evaluation": False}
    assert client.get(reverse("my-home")).status_code == 200


def test_no_is_kept_answered_kindly_and_can_be_changed(client, newcomer):
    decide(client, use="no", evaluation="no")
    assert "goes on just as before" in client.get(CONSENT).content.decode()
    assert client.get(reverse("my-home")).headers["Location"] == CONSENT
    decide(client, use="yes", evaluation="yes")
    assert consents.is_given(newcomer)
    assert newcomer.consent_decisions.count() == 4, "what was decided before stays"


def test_no_choice_is_made_for_the_patient(client, newcomer):
    page = client.get(CONSENT).content.decode()
    assert " checked" not in page
    assert decide(client, use="yes").status_code == 200
    assert decide(client, use="maybe", evaluation="no").status_code == 200
    assert not newcomer.consent_decisions.exists()


def test_a_text_that_changed_meanwhile_is_read_again(client, newcomer, monkeypatch):
    newer = replace(consent.current(), version="99")
    monkeypatch.setattr(consent, "current", lambda: newer)
    page = decide(client, version="1", use="yes", evaluation="yes").content.decode()
    assert "The text has changed" in page
    assert 'name="version" value="99"' in page
    assert not newcomer.consent_decisions.exists()
    decide(client, version="99", use="yes", evaluation="yes")
    assert consents.is_given(newcomer)


def test_consent_to_an_older_text_is_asked_for_again(client, monkeypatch):
    person = factories.patient(factories.clinic())
    client.force_login(person.user)
    newer = replace(consent.current(), version="99")
    monkeypatch.setattr(consent, "current", lambda: newer)
    assert client.get(reverse("my-home")).headers["Location"] == CONSENT


def test_settings_follow_the_clinics_clock_until_changed(client):
    person = factories.patient(factories.clinic(time_zone="Asia/Jerusalem"))
    client.force_login(person.user)
    url = reverse("my-settings")
    assert 'value="Asia/Jerusalem" selected' in client.get(url).content.decode()
    chosen = {"language": "en", "time_zone": "Pacific/Chatham", "reminder_hour": "18", "paused_until": ""}
    client.post(url, chosen)
    person.refresh_from_db()
    assert (person.time_zone, person.reminder_hour) == ("Pacific/Chatham", 18)


@pytest.mark.parametrize(
    ("field", "value"),
    [("time_zone", "Mars/Olympus"), ("language", "xx"), ("reminder_hour", "3"), ("paused_until", "soon")],
)
def test_a_setting_that_does_not_exist_is_refused(client, field, value):
    person = factories.patient(factories.clinic())
    client.force_login(person.user)
    good = {"language": "en", "time_zone": "UTC", "reminder_hour": "18", "paused_until": ""}
    response = client.post(reverse("my-settings"), {**good, field: value})
    assert response.status_code == 200
    assert "nhsuk-error-summary" in response.content.decode()
    person.refresh_from_db()
    assert person.reminder_hour == 9
