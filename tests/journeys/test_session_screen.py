"""The session on one screen at 1280 px: what to look at, the guide beside the form, fidelity in a few clicks."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from amble.vocabulary import Role
from tests import factories
from tests.journeys.test_every_page import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
LAPTOP = {"width": 1280, "height": 800}


@pytest.fixture
def session(new_page, live_server):
    clinic = factories.clinic()
    therapist = factories.member(clinic, Role.PHYSIOTHERAPIST)
    person = factories.started(clinic, therapist)
    page = new_page(viewport=LAPTOP)
    sign_in(page, therapist, live_server)
    page.goto(reverse("session", args=[person.public_id]))
    return page


def test_the_prompts_stay_in_view_beside_whatever_is_written_down(session):
    prompt = session.locator(".amble-guide li li").first
    form = session.locator("#session")
    for part in ("#id_minutes", "#id_predicted", "#id_goal_activity_name", "#fidelity"):
        session.locator(part).evaluate("element => element.scrollIntoView()")
        expect(prompt).to_be_in_viewport()
        guide, beside = prompt.bounding_box(), form.bounding_box()
        assert guide["x"] + guide["width"] <= beside["x"], part


def test_a_session_done_as_meant_is_marked_with_one_click_a_part_and_scored_at_once(session):
    score = session.locator("#score")
    expect(score).to_contain_text("items are not answered yet")
    parts = session.get_by_role("button", name="All fully")
    assert parts.count() == 8
    for part in parts.all():
        part.click()
    expect(score.locator(".amble-score__value")).to_have_text("100")
    expect(score).to_contain_text("not validated")
    session.get_by_role("group", name="Invited the person's story").get_by_role(
        "radio", name="Partly"
    ).check()
    expect(score.locator(".amble-score__value")).to_have_text("98")
