"""People like me, in a browser: the simulated service has had a night; a patient and their physiotherapist look."""

import pytest
from django.utils import timezone

from amble.care.assessments.models import Score
from amble.care.records.models import Patient
from amble.config import demo
from amble.evaluation.study.model import Study
from amble.outcomes import material
from amble.outcomes.figures import prognosis
from amble.outcomes.models import Night
from amble.outcomes.told import stored
from amble.vocabulary import Role
from tests import night_material
from tests.journeys.test_every_page import look, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def contents(tmp_path_factory):
    snapshot, operations = night_material.write(tmp_path_factory.mktemp("prognosis"))
    with material.opened(snapshot, operations) as con:
        clinics = {c: c for (c,) in con.execute("SELECT DISTINCT clinic_id FROM episodes").fetchall()}
        made = material.Material(night_material.LAST_DAY, Study(), con, clinics)
        return [stored(told, made.study.disclosure) for told in prognosis.sections(made)]


@pytest.fixture
def patient(settings, tmp_path, contents):
    settings.VAR = tmp_path
    demo.load()
    now = timezone.now()
    night = Night.objects.create(state=Night.State.GOOD, day=timezone.localdate(), finished_at=now)
    for position, content in enumerate(contents):
        name = content["answer"]["name"]
        night.sections.create(page="prognosis", position=position, name=name, content=content)
    found = Patient.objects.get(name="Demo patient, week six")
    Score.objects.filter(episode=found.episode, visit="baseline", scale="function").update(value=50)
    return found


def test_a_patient_looks_from_my_progress(patient, new_page, live_server, axe):
    page = new_page()
    sign_in(page, patient.user, live_server)
    page.goto("/my/progress/")
    page.get_by_role("link", name="How did it go for people like me?").click()
    page.get_by_role("heading", name="What this is not").wait_for()
    assert page.get_by_role("img", name="What people who began much alike could do").is_visible()
    look(page, "/my/progress/people-like-me/", axe, "patient")


def test_a_physiotherapist_looks_from_the_record(patient, new_page, live_server, axe):
    page = new_page()
    sign_in(page, patient.episode.clinician, live_server)
    page.goto(f"/clinic/patients/{patient.public_id}/")
    page.get_by_role("link", name="How it went for people who began alike").click()
    page.get_by_text("no reason to withhold, shorten or end care").wait_for()
    look(page, f"/clinic/patients/{patient.public_id}/prognosis/", axe, "physiotherapist")


def test_a_service_lead_reads_how_true_it_was(patient, new_page, live_server, axe):
    page = new_page()
    sign_in(page, patient.clinic.memberships.get(role=Role.SERVICE_LEAD).user, live_server)
    look(page, "/service/prognosis/", axe, "lead")
    assert page.get_by_text("came out in the range").first.is_visible()
