"""The planners on a night of the simulated service: looked at in every size, used without a mouse and without script.

AMBLE_SCREENSHOTS=folder keeps a picture of each page at 360 and 1280 px.
"""

from pathlib import Path

import pytest

from amble.care.accounts.models import User
from amble.config import demo
from amble.vocabulary import Role
from tests import pseudo, stored_night
from tests.journeys.test_every_page import look, sign_in
from tests.journeys.test_right_to_left import faults_of
from tests.journeys.watch import DESKTOP

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESSES = ["/service/planner/", "/service/planner/stepped-wedge/"]


@pytest.fixture
def lead(settings, tmp_path, a_night):
    settings.VAR = tmp_path
    demo.load()
    stored_night.kept(a_night)
    return User.objects.get(email=demo.STAFF[Role.SERVICE_LEAD][0])


def test_both_planners_are_for_everybody(lead, new_page, live_server, axe):
    page = new_page()
    sign_in(page, lead, live_server)
    for address in ADDRESSES:
        look(page, address, axe, "lead-night")
        look(page, f"{address}?wanted=1000&steps=99", axe, "lead-mistaken")


def test_planners_turn_round(lead, new_page, live_server, translated):
    User.objects.update(language=pseudo.LANGUAGE)
    page = new_page(locale="he-IL")
    sign_in(page, lead, live_server)
    assert [fault for address in ADDRESSES for fault in faults_of(page, address)] == []


def test_a_plan_is_made_changed_and_taken_along_without_script(lead, new_page, live_server):
    page = new_page(viewport=DESKTOP, java_script_enabled=False)
    sign_in(page, lead, live_server)
    page.goto("/service/cost/")
    page.get_by_role("link", name="Plan", exact=True).click()
    assert page.get_by_role("img").count() == 1
    page.get_by_label("How many of 100 should it be?").fill("60")
    page.get_by_label("How many of 100 should it be?").press("Enter")
    assert "60 of 100 from month 12 on" in page.locator("main").inner_text()
    with page.expect_download() as file:
        page.get_by_role("link", name="CSV").first.click()
    assert Path(file.value.path()).read_text("utf-8").startswith("what,number,low,high")
    page.get_by_label("How many of 100 should it be?").fill("5")
    page.get_by_role("button", name="Work it out").click()
    page.get_by_role("link", name="Give more than receive ETMI now").click()
    assert page.url.endswith("#id_wanted") and page.get_by_role("img").count() == 0
    page.get_by_role("link", name="Training in steps").click()
    page.get_by_label("In how many steps").fill("5")
    page.get_by_role("button", name="Work it out").click()
    assert "trained in 5 steps" in page.locator("main").inner_text()
