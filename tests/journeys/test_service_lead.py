"""The service lead in the morning: who is reached and why not more, whether it works, for whom; and the same numbers
in the report. On a night of the simulated service.

AMBLE_SCREENSHOTS=folder keeps a picture of each page at 360 and 1280 px.
"""

import json
import re
from pathlib import Path

import pytest

from amble.care.accounts.models import User
from amble.care.records.models import Clinic
from amble.config import demo
from amble.evaluation.report import numbers
from amble.outcomes.pages.figures import PAGES
from amble.vocabulary import Role
from tests import pseudo, stored_night
from tests.journeys.people import Person
from tests.journeys.test_every_page import look, sign_in
from tests.journeys.test_right_to_left import faults_of
from tests.journeys.watch import DESKTOP

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESSES = ["/service/", *(f"/service/{page.slug}/" for page in PAGES)]


@pytest.fixture
def night(settings, tmp_path, a_night):
    settings.VAR = tmp_path
    demo.load()
    own = next(told.clinic for told, _content in a_night.sections if told.clinic)
    return stored_night.kept(a_night, {own: Clinic.objects.get()})


@pytest.fixture
def lead(night):
    return User.objects.get(email=demo.STAFF[Role.SERVICE_LEAD][0])


def test_the_lead_reads_the_service_in_the_morning(lead, new_page, live_server, axe):
    page = new_page(viewport=DESKTOP)
    sign_in(page, lead, live_server)
    person = Person(page, axe)
    person.go("/")
    assert page.url.endswith("/service/")
    with page.expect_download() as results:
        page.get_by_role("link", name="results.json").click()
    found = json.loads(Path(results.value.path()).read_text("utf-8"))

    reach = page.get_by_role("region", name="Reach")
    reached = numbers.percent(found["implementation"]["patients_receiving"]["share"])
    assert reached in reach.inner_text()
    assert "not offered ETMI though their physiotherapist gives it" in reach.inner_text()  # and why not more
    function = average(found, "function")
    effect = page.get_by_role("region", name="Effect")
    assert function["meaning"] in effect.inner_text() and function["ci_low"] > 0
    assert "Pain on average over the visits differs by less than the margin" in effect.inner_text()
    assert "depression or anxiety" in page.get_by_role("region", name="For whom").inner_text()
    person.click_through(reach.get_by_role("link", name=re.compile("next step")))

    person.go("/service/")
    person.follow("Effect")
    assert page.get_by_role("heading", level=2).first.inner_text().startswith("Can people do more?")
    page.get_by_text(re.compile("^The numbers: 3 tables")).first.click()
    with page.expect_download() as table:
        page.get_by_role("link", name=re.compile("CSV.*Function: ETMI minus usual care, adjusted")).click()
    rows = Path(table.value.path()).read_text("utf-8").splitlines()
    assert rows[-1].startswith(f"average,{function['estimate']},")
    with page.expect_download() as report:
        page.get_by_role("link", name="report.html").click()
    assert function["meaning"] in Path(report.value.path()).read_text("utf-8")


def average(found: dict, outcome: str) -> dict:
    wanted = {"outcome": outcome, "visit": "average", "method": "mmrm", "subgroup": None}
    return next(e for e in found["estimates"] if wanted.items() <= e.items())


@pytest.mark.parametrize("scope", ["", "clinic/"], ids=["service", "clinic"])
def test_every_page_of_figures_is_for_everybody(scope, lead, new_page, live_server, axe):
    page = new_page()
    sign_in(page, lead, live_server)
    for address in ADDRESSES:
        look(page, f"{address}{scope}", axe, "lead-night")


def test_pages_of_figures_turn_round(lead, new_page, live_server, translated):
    User.objects.update(language=pseudo.LANGUAGE)
    page = new_page(locale="he-IL")
    sign_in(page, lead, live_server)
    assert [fault for address in ADDRESSES for fault in faults_of(page, address)] == []


def test_figures_can_be_read_with_the_keyboard_alone(lead, new_page, live_server):
    """The menu, the folded tables and their files come one after the other."""
    page = new_page(viewport=DESKTOP)
    sign_in(page, lead, live_server)
    page.goto("/service/effect/")
    seen = []
    for _ in range(24):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate("document.activeElement.innerText || document.activeElement.value || ''").strip()
        )
    assert seen.index("Overview") < seen.index("Effect") < seen.index("Whole service")
    folded = next(k for k, text in enumerate(seen) if text.startswith("The numbers: 3 tables"))
    assert folded > seen.index("Whole service")
    page.goto("/service/effect/")
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "region"
