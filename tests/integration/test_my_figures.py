"""A physiotherapist's own figures beside the clinic's and the service's, and nobody else's."""

import json
import re

import pytest
from django.urls import reverse

from amble.evaluation.study.model import Study
from amble.outcomes import pseudonyms
from amble.outcomes.figures import reach
from amble.outcomes.material import Material, opened
from amble.outcomes.told import stored
from tests import factories, night_material, stored_night

pytestmark = pytest.mark.django_db
CLINIC = "c00001"


@pytest.fixture(scope="module")
def sections(tmp_path_factory):
    with opened(*night_material.write(tmp_path_factory.mktemp("night"))) as con:
        material = Material(night_material.LAST_DAY, Study(), con, {CLINIC: "Here"})
        return [(told, stored(told, Study().disclosure)) for told in reach.sections(material)]


@pytest.fixture
def here(settings):
    settings.STAFF_SECOND_FACTOR = False
    return factories.clinic()


def by_clinician(sections) -> list[list]:
    (content,) = (content for told, content in sections if told.clinic == CLINIC)
    return next(t["rows"] for t in content["answer"]["tables"] if t["name"] == "reach_by_clinician")


def keep(sections, here, people: dict) -> None:
    """In the database, with the pseudonyms of these users in the place of those of the material."""
    text = json.dumps([content for _, content in sections])
    for code, user in people.items():
        text = text.replace(f'"{code}"', f'"{pseudonyms.clinician(user.pk, here.pk)}"')
    contents = json.loads(text)
    made = [(told, content) for (told, _), content in zip(sections, contents, strict=True)]
    stored_night.kept(stored_night.Made(made, {}, {}), {CLINIC: here})


def test_a_physiotherapist_sees_the_own_row_the_clinic_and_the_service_and_no_colleague(
    client, here, sections
):
    the_clinic, the_service, mine, *others = by_clinician(sections)
    me, colleague = factories.member(here), factories.member(here)
    keep(sections, here, {mine[0]: me, others[0][0]: colleague})
    client.force_login(me)
    page = client.get(reverse("my-figures"))
    (found,) = page.context["found"]
    eligible = next(cells for name, cells in found.rows if name == "Eligible patients")
    assert [text.replace(",", "") for text, _ in eligible] == [
        str(row[2]) for row in (mine, the_clinic, the_service)
    ]
    assert found.sums == ["The clinic", "The whole service"]
    html = page.content.decode()
    assert colleague.name not in html and pseudonyms.clinician(colleague.pk, here.pk) not in html
    assert not re.search(r"\b(rank|best|worst|league)", html)


def test_who_has_no_row_is_told_kindly_and_another_clinics_night_is_not_theirs(client, here, sections):
    me, there = factories.member(here), factories.clinic()
    client.force_login(me)
    assert "There are no figures yet" in client.get(reverse("my-figures")).content.decode()
    keep(sections, there, {by_clinician(sections)[2][0]: me})
    page = client.get(reverse("my-figures"))
    assert page.context["found"] == [] and "There are no figures of yours yet." in page.content.decode()


def test_hidden_cells_stay_hidden(client, here, sections):
    rows = by_clinician(sections)
    few = next(row for row in rows[2:] if "≤7" in row)
    me = factories.member(here)
    keep(sections, here, {few[0]: me})
    client.force_login(me)
    (found,) = client.get(reverse("my-figures")).context["found"]
    shown = [cells[0] for _, cells in found.rows]
    assert ("≤7", True) in shown
