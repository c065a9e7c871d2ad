"""The service lead's pages: everything the night stored is there, as it was released, for those whom it is for."""

import csv
import gzip
import json
import re
from dataclasses import replace
from io import StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from amble.care.accounts.models import User
from amble.care.audit.models import AuditEvent
from amble.care.records.models import Clinic
from amble.evaluation.report import numbers
from amble.evaluation.results import Answer, Figure, Table
from amble.evaluation.study.model import Disclosure
from amble.outcomes import pseudonyms
from amble.outcomes.models import Night
from amble.outcomes.nightly.latest import latest
from amble.outcomes.pages.figures import PAGES
from amble.outcomes.told import Told, opened, stored
from amble.vocabulary import Role
from tests import factories, pseudo, stored_night

pytestmark = pytest.mark.django_db
MOST_BYTES = 120_000  # compressed
MOST_QUERIES = 16
every_page = pytest.mark.parametrize("about", PAGES, ids=[page.code for page in PAGES])


@pytest.fixture
def here():
    return factories.clinic()


@pytest.fixture
def own(a_night):
    """The pseudonym, in the material, of a clinic with figures of its own."""
    return next(told.clinic for told, _content in a_night.sections if told.clinic)


@pytest.fixture
def night(a_night, here, own):
    return stored_night.kept(a_night, {own: here})


@pytest.fixture
def lead(here, client, settings):
    settings.STAFF_SECOND_FACTOR = False
    user = factories.member(here, Role.SERVICE_LEAD)
    client.force_login(user)
    return user


def text_of(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def released(night, about, clinic):
    return [opened(kept.content) for kept in night.sections.filter(page=about.code, clinic=clinic)]


@every_page
@pytest.mark.parametrize("own_clinic", [False, True], ids=["service", "clinic"])
def test_a_page_shows_all_that_was_stored_for_it(about, own_clinic, night, here, lead, client):
    address = reverse(f"figures-{about.slug}{'-clinic' * own_clinic}")
    page = text_of(client.get(address))
    for answer, pictures, _more in released(night, about, here if own_clinic else None):
        for text in (answer.question, *answer.sentences, *answer.warnings, *answer.assumptions):
            assert escape(text) in page
        for figure in answer.figures:
            drawn = pictures[figure.name] and f'aria-labelledby="about-{figure.name}"' in page
            assert drawn or not pictures[figure.name]
            assert not drawn or f'id="about-{figure.name}"' in page
        for table in answer.tables:
            assert escape(table.title) in page
            assert_file_equals(client.get(f"{address}{table.name}.csv"), table)
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def assert_file_equals(response, table):
    """The CSV has every cell of the released table, numbers in full; but for names in the place of pseudonyms."""
    head, *rows = csv.reader(StringIO(text_of(response)))
    assert (tuple(head), len(rows)) == (table.columns, len(table.rows))
    for r, (said, row) in enumerate(zip(rows, table.rows, strict=True)):
        for column, text, cell in zip(head, said, row, strict=True):
            replaced = column == "clinician" and r not in table.total_rows
            assert (text == ("" if cell is None else str(cell))) is not replaced


def test_every_table_of_every_page_was_looked_at(night):
    """The test above is not empty: the pages that stand have tables."""
    assert {"effect", "for_whom", "reach"} <= {kept.page for kept in night.sections.all()}


TELLTALE = Table(
    "telltale",
    "A small group",
    ("group", "people", "mean"),
    (("many", 100, 50.0), ("some", 40, 60.0), ("few", 3, 4321.5), ("all", 143, 52.0)),
    counts=("people",),
    derived={"mean": "people"},
    total_rows={3: (0, 1, 2)},
)


def test_what_is_hidden_is_on_no_page_in_no_file_and_in_no_picture(night, lead, client):
    figure = Figure("telltale", "Means", "bars", "telltale", {"x": "mean", "y": "group"}, "A bar each.")
    more = {"headline": [{"name": "few", "value": "⟦3⟧", "words": "There are ⟦3⟧ of them, and ⟦40⟧ others."}]}
    answer = Answer("telltale", "How are few?", ("⟦3⟧ people.",), tables=(TELLTALE,), figures=(figure,))
    content = stored(Told("cost", answer, more=more), Disclosure())
    night.sections.create(page="cost", position=99, name="telltale", content=content)
    assert "4321" not in json.dumps(content) and "⟦" not in json.dumps(content)
    page, file = text_of(client.get("/service/cost/")), text_of(client.get("/service/cost/telltale.csv"))
    for text in (page, file, text_of(client.get("/service/"))):
        assert "4321" not in text and "4,321" not in text
    assert "≤7" in page and "7 or fewer people" in page and "few,≤7,hidden" in file
    assert 'aria-labelledby="about-telltale"' in page
    assert "some,hidden,hidden" in file  # it would give the few away


def test_a_clinics_figures_name_its_people_to_its_own_leads_only(a_night, here, own, lead, client):
    """Whoever works there is named; who left is not; another clinic's lead sees neither tables nor names."""
    told, content = next(
        (told, content)
        for told, content in a_night.sections
        if told.clinic == own and any("clinician" in table.columns for table in told.answer.tables)
    )
    table = next(t for t in told.answer.tables if "clinician" in t.columns)
    key = next(row[0] for row in table.rows if pseudonym_like(row[0]))
    worker = factories.member(here)
    named = json.loads(json.dumps(content).replace(key, pseudonyms.clinician(worker.pk, here.pk)))
    stored_night.kept(replace(a_night, sections=[(told, named)]), {own: here})
    slug = told.page.replace("_", "-")
    mine, file = f"/service/{slug}/clinic/", f"/service/{slug}/clinic/{table.name}.csv"
    assert worker.name in text_of(client.get(mine)) and worker.name in text_of(client.get(file))
    assert "Has left the clinic" in text_of(client.get(mine))
    assert text_of(client.get(file)).find(worker.name) < text_of(client.get(file)).find("has left the clinic")
    assert client.get(f"/service/{slug}/{table.name}.csv").status_code == 404
    client.force_login(factories.member(factories.clinic(), Role.SERVICE_LEAD))
    assert worker.name not in text_of(client.get(mine)) and table.title not in text_of(client.get(mine))
    assert client.get(file).status_code == 404


def pseudonym_like(cell) -> bool:
    return isinstance(cell, str) and bool(re.fullmatch(r"\w*\d\w*", cell))


def test_no_picture_names_a_clinician(a_night):
    for told, _content in a_night.sections:
        assert "clinician" not in {c for figure in told.answer.figures for c in figure.encoding.values()}


def test_tables_by_clinician_are_for_one_clinic(a_night):
    for told, _content in a_night.sections:
        assert told.clinic or not any("clinician" in table.columns for table in told.answer.tables)


@pytest.mark.parametrize("slug", ["effect", "nothing"])
def test_a_table_that_is_not_there_is_not_found(slug, night, lead, client):
    assert client.get(f"/service/{slug}/nothing.csv").status_code == 404


def test_the_pages_say_what_the_report_says(a_night, night, lead, client):
    """The overview, the effect page, report.html and results.json hold the same numbers."""
    results = json.loads(text_of(client.get("/service/report/results.json")))
    report = text_of(client.get("/service/report/report.html"))
    assert report == a_night.files["report.html"]
    key = ("outcome", "visit", "contrast", "method", "subgroup")
    reported = {tuple(e[name] for name in key): e for e in results["estimates"]}
    shown = [
        e for about in PAGES[2:4] for answer, *_ in released(night, about, None) for e in answer.estimates
    ]
    assert len(shown) > 100
    for e in shown:
        same = reported[tuple(getattr(e, name) for name in key)]
        assert all(
            getattr(e, name) == same[name] for name in ("estimate", "se", "ci_low", "ci_high", "n_etmi")
        )
    overview = text_of(client.get("/service/"))
    function = reported["function", "average", "difference", "mmrm", None]
    assert f"<strong>+{numbers.number(function['estimate'], 1)} points</strong>" in overview
    assert function["meaning"] in overview and function["meaning"] in report
    reached = results["implementation"]["patients_receiving"]["share"]
    assert f"<strong>{numbers.percent(reached)}</strong>" in overview


def test_looking_is_noted_once_a_sitting_and_an_administrator_sees_it(night, here, lead, client):
    for address in (
        "/service/",
        "/service/",
        "/service/effect/",
        "/service/effect/clinic/",
        "/service/effect/",
    ):
        client.get(address)
    seen = AuditEvent.objects.filter(action="figures.opened", actor=lead, clinic_id=here.pk)
    assert sorted((event.details["page"], event.details["scope"]) for event in seen) == [
        ("effect", "clinic"),
        ("effect", "service"),
        ("overview", "service"),
    ]
    client.force_login(factories.member(role=Role.ADMINISTRATOR))
    page = text_of(client.get("/service/audit/?action=figures"))
    assert page.count("figures.opened") == 3 and lead.name in page and "effect (clinic)" in page


def test_what_is_not_translated_says_that_it_is_english(night, here, lead, client, translated):
    """Figures speak English, as the report does; all around them is in the reader's language."""
    Clinic.objects.update(name="מרפאה")
    User.objects.update(language=pseudo.LANGUAGE)
    for address in ("/service/", *(reverse(f"figures-{about.slug}") for about in PAGES)):
        assert pseudo.Page(text_of(client.get(address))).plain == []


@every_page
def test_pages_are_light_and_ask_the_database_little(about, night, lead, client):
    address = reverse(f"figures-{about.slug}")
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(address)
    assert len(asked) <= MOST_QUERIES
    assert len(gzip.compress(page.content)) < MOST_BYTES


@every_page
def test_before_the_first_night_a_page_says_when_figures_come(about, lead, client):
    for address in ("/service/", reverse(f"figures-{about.slug}"), reverse(f"figures-{about.slug}-clinic")):
        assert "The first appear tomorrow morning" in text_of(client.get(address))


def test_a_failed_night_raises_an_alarm_and_leaves_the_last_good_figures(night, lead, client):
    Night.objects.create(state=Night.State.FAILED, day=night.day, problem="The disk is full.")
    page = text_of(client.get("/service/effect/"))
    assert escape(latest().alarm.words) in page and "Can people do more?" in page
