"""A colleague who sat in rates a session on a phone: found, filled in, said what is missing, saved."""

import pytest
from django.utils import timezone

from amble.care.journey.actions import contacts
from amble.care.journey.models import FidelityRating
from amble.programme import fidelity
from tests import factories
from tests.journeys.test_every_page import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_session_is_rated(page, axe, live_server, settings):
    settings.STAFF_SECOND_FACTOR = False
    clinic = factories.clinic()
    rater, holder = factories.member(clinic), factories.member(clinic)
    person = factories.started(clinic, holder)
    items = fidelity.checklist(1).items
    contacts.record_etmi(
        episode=person.episode,
        day=timezone.localdate(),
        minutes=40,
        modalities=[],
        guide_session=1,
        marks={item.id: 2 for item in items},
        breaches=[],
        messages_given=[],
        by=holder,
    )
    sign_in(page, rater, live_server)
    page.goto("/clinic/training/")
    page.get_by_role("link", name="Sessions to rate").click()
    page.wait_for_url("**/ratings/")
    axe(page)
    page.get_by_role("link", name="Session 1").click()
    page.wait_for_url("**/ratings/*/")
    axe(page)
    page.get_by_role("button", name="Save rating").click()
    page.get_by_text("There is something to check").wait_for()
    axe(page)
    page.get_by_label("I was in the room").check()
    for item in items:
        page.locator(f"[name=mark_{item.id}][value='1']").check()
    for one in fidelity.competence():
        page.locator(f"[name=competence_{one.id}][value='4']").check()
    page.get_by_role("button", name="Save rating").click()
    page.get_by_text("Your rating is saved: 50 of 100. Your colleague's own marks came to 100.").wait_for()
    assert FidelityRating.objects.get().rater == rater
