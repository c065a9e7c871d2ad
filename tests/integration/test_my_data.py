"""My data: all of it goes along, nobody else's does, who looked is shown, and stopping stops."""

import csv
import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.urls import reverse
from django.utils import timezone

from amble.care.audit.actions import record_opening
from amble.care.audit.models import RecordOpening
from amble.care.journey import letters, my_data
from amble.care.journey.actions import messages, story, weeks
from amble.care.records.models import EpisodeState
from amble.care.records.states import EpisodeStatus
from amble.vocabulary import Role
from tests import factories

pytestmark = pytest.mark.django_db

NOT_ABOUT_A_PATIENT = {
    *("records.clinic", "records.membership", "records.training", "audit.submission"),
    *("outcomes.night", "outcomes.storedestimate", "outcomes.storedsection", "outcomes.storedfile"),
}


@pytest.fixture
def clinic():
    return factories.clinic()


@pytest.fixture
def therapist(clinic):
    return factories.member(clinic)


@pytest.fixture
def person(client, clinic, therapist):
    patient = factories.started(clinic, therapist)
    client.force_login(patient.user)
    return patient


def exported(client) -> dict[str, list[dict]]:
    return json.loads(client.get(reverse("my-data-json")).content)["tables"]


def test_every_model_is_in_the_download_or_named_here_as_not_about_a_patient():
    of_a_patient = {model._meta.label_lower for model in my_data.models_of_a_patient()}
    every = {
        model._meta.label_lower
        for config in apps.get_app_configs()
        if config.name.startswith("amble.")
        for model in config.get_models()
    }
    assert every - of_a_patient == NOT_ABOUT_A_PATIENT


def test_what_was_written_comes_along_word_for_word(client, person):
    words = 'היי "quoted", <b>bold</b>\nsecond line'
    story.tell(
        episode=person.episode, going_on=words, worry="", missing="", activities=["Gardening"], by=person.user
    )
    tables = exported(client)
    assert tables["journey.story"][0]["going_on"] == words
    assert tables["assessments.valuedactivity"][0]["name"] == "Gardening"
    assert tables["records.patient"][0]["name"] == person.name


def test_every_row_of_the_patient_and_no_row_of_another_comes_along(client, clinic, therapist, person):
    """Two patients with the same history: the tables of each have the same lengths and different rows."""
    other = factories.started(clinic, therapist)
    for each in (person, other):
        story.rate_beliefs(episode=each.episode, convictions={"bending-harms": 8}, by=each.user)
        messages.send(patient=each, body="Hello", from_patient=True, by=each.user)
        record_opening(by=therapist, patient=each, page="record")
    mine, theirs = my_data.tables(person), my_data.tables(other)
    assert {name: len(rows) for name, rows in mine.items()} == {
        name: len(rows) for name, rows in theirs.items()
    }
    for name, rows in mine.items():
        key = "key" if rows and "key" in rows[0] else "id"
        assert {row[key] for row in rows}.isdisjoint({row[key] for row in theirs[name]}), name
    assert str(other.public_id) not in json.dumps(mine, cls=DjangoJSONEncoder)


def test_keys_to_the_record_stay_out_of_the_download(client, person):
    tables = exported(client)
    assert "password" not in tables["accounts.user"][0]
    assert "token_hash" not in tables["records.invitation"][0]


def test_a_spreadsheet_gets_every_table_and_runs_no_formula(client, person):
    weeks.choose_goal(
        episode=person.episode, activity_name="=1+1", days_per_week=2, minutes=10, where="שוק", by=person.user
    )
    archive = zipfile.ZipFile(io.BytesIO(client.get(reverse("my-data-csv")).content))
    assert {f"{name}.csv" for name, rows in exported(client).items() if rows} == set(archive.namelist())
    text = archive.read("journey.goal.csv").decode("utf-8-sig")
    (goal,) = csv.DictReader(io.StringIO(text))
    assert (goal["activity_name"], goal["where"], goal["minutes"]) == ("'=1+1", "שוק", "10")


def test_the_page_for_the_gp_is_one_tagged_page(client, person):
    story.tell(episode=person.episode, going_on="", worry="worry " * 800, missing="", by=person.user)
    pdf = client.get(reverse("my-data-pdf")).content
    assert pdf.startswith(b"%PDF-")
    assert b"/Type/Pages/Count 1/" in pdf
    assert b"StructTreeRoot" in pdf


def test_what_a_person_wrote_cannot_act_in_the_letter(person):
    nasty = '#panic() $x$ *b* @ref <label> \\ "quotes" // end'
    story.tell(episode=person.episode, going_on="", worry=nasty, missing="", by=person.user)
    assert letters.for_the_gp(person).startswith(b"%PDF-")


def test_the_patient_sees_who_opened_the_record_in_which_role_and_where(client, clinic, therapist, person):
    lead = factories.member(clinic, Role.SERVICE_LEAD)
    for at_a_page in ("record", "session", "messages"):
        record_opening(by=therapist, patient=person, page=at_a_page)
    yesterday = RecordOpening.objects.order_by("pk").first()
    RecordOpening.objects.filter(pk=yesterday.pk).update(at=timezone.now() - timedelta(days=1))
    record_opening(by=lead, patient=person, page="record")
    record_opening(by=therapist, patient=factories.started(clinic, therapist), page="record")
    page = client.get(reverse("my-data-opened"))
    shown = [(e["name"], [str(role) for role in e["roles"]], e["pages"]) for e in page.context["openings"]]
    assert shown == [
        (lead.name, ["service lead"], 1),
        (therapist.name, ["physiotherapist"], 2),
        (therapist.name, ["physiotherapist"], 1),
    ], "one line for each person and day"
    assert clinic.name in page.content.decode()


def test_the_list_of_openings_costs_the_same_however_long(
    client, clinic, therapist, person, django_assert_max_num_queries
):
    def open_record():
        record_opening(by=therapist, patient=person, page="record")

    open_record()
    with django_assert_max_num_queries(50) as few:
        client.get(reverse("my-data-opened"))
    for days in range(1, 61):
        open_record()
        newest = RecordOpening.objects.order_by("pk").last()
        RecordOpening.objects.filter(pk=newest.pk).update(at=timezone.now() - timedelta(days=days))
    with django_assert_max_num_queries(len(few)):
        page = client.get(reverse("my-data-opened"))
    assert len(page.context["openings"]) == 50
    assert len(client.get(reverse("my-data-opened"), {"page": 2}).context["openings"]) == 11


def test_stopping_needs_a_clear_yes(client, person):
    page = client.post(reverse("my-withdraw"), {"reason": "too busy"})
    assert "Tick the box if you want to stop." in page.content.decode()
    assert EpisodeState.objects.get(episode=person.episode, status=EpisodeStatus.STARTED)
    assert not EpisodeState.objects.filter(status=EpisodeStatus.WITHDRAWN).exists()


def test_after_stopping_only_the_data_remain(client, person):
    client.post(reverse("my-withdraw"), {"sure": "on", "reason": "too busy"})
    assert EpisodeState.objects.get(status=EpisodeStatus.WITHDRAWN).reason == "too busy"
    assert not person.episode.assessments.filter(completed_at=None, withdrawn_at=None).exists()
    for name in (
        "my-progress",
        "my-check-in",
        "my-activity",
        "my-beliefs",
        "my-bad-day",
        "my-messages",
        "my-withdraw",
    ):
        assert client.get(reverse(name))["Location"] == reverse("my-data"), name
    for name in ("my-data", "my-data-json", "my-data-csv", "my-data-pdf", "my-data-opened"):
        assert client.get(reverse(name)).status_code == 200, name


def test_stopping_twice_is_stopping_once(client, person):
    for _ in range(2):
        assert client.post(reverse("my-withdraw"), {"sure": "on"})["Location"] == reverse("my-data")
    assert EpisodeState.objects.filter(status=EpisodeStatus.WITHDRAWN).count() == 1


def test_data_stay_open_while_the_programme_waits_for_safety(client, person):
    factories.answer_safety(person, "saddle-numbness", occasion="check_in")
    assert client.get(reverse("my-data")).status_code == 200
    assert client.get(reverse("my-data-json")).status_code == 200
