"""The nightly job: what it stores, what it says when it cannot, and that the last good night stays."""

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from amble.care.audit.models import AuditEvent
from amble.evaluation import commands
from amble.outcomes.bridge import writer
from amble.outcomes.models import Night, StoredEstimate, StoredFile, StoredSection
from amble.outcomes.nightly import job, nights
from amble.outcomes.nightly.latest import latest
from amble.vocabulary import Arm, Role
from tests import factories, night_material

pytestmark = pytest.mark.django_db(transaction=True)
STUDY = "repetitions = 100\n"


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """(snapshot, operations) of a service with 700 episodes."""
    return night_material.write(tmp_path_factory.mktemp("simulated"), episodes=700)


@pytest.fixture
def place(tmp_path, settings):
    """The folder of the nights, with a study file of the service's own."""
    settings.VAR = tmp_path
    (tmp_path / "outcomes").mkdir()
    (tmp_path / "outcomes" / "study.toml").write_text(STUDY)
    return tmp_path / "outcomes"


@pytest.fixture
def large(place, simulated, monkeypatch, time_machine):
    """A service large enough to compare, as if the bridge had written it; it is eleven months old."""

    def write(*, snapshot, operations):
        for new, old in zip((snapshot, operations), simulated, strict=True):
            shutil.copytree(old, new, dirs_exist_ok=True)
        return writer.Written({}, {}, 0, 0)

    monkeypatch.setattr(writer, "write", write)
    time_machine.move_to(datetime(2022, 12, 1, 3, tzinfo=UTC))
    factories.referred(factories.clinic())
    return place


@pytest.fixture
def no_pages(monkeypatch):
    """For what does not depend on the pages: they take most of the time."""
    monkeypatch.setattr(job, "PAGES", ())


def kept() -> dict:
    """All that pages can show."""
    return {
        model.__name__: list(model.objects.order_by("pk").values())
        for model in (StoredEstimate, StoredSection, StoredFile)
    }


def test_a_good_night_stores_what_amble_evaluate_writes_number_for_number(large, simulated, tmp_path):
    night = job.run()
    assert (night.state, night.problem, night.day.isoformat()) == (Night.State.GOOD, "", "2022-11-30")
    page = commands.evaluate(
        snapshot=simulated[0],
        study=large / "study.toml",
        out=tmp_path / "by hand",
        engine="duckdb",
        progress=lambda _: None,
    )
    by_hand = json.loads((page.parent / "results.json").read_text())
    fields = list(by_hand["estimates"][0])
    stored = [{name: getattr(one, name) for name in fields} for one in night.estimates.filter(replayed=False)]
    assert stored == by_hand["estimates"]
    assert night.estimates.filter(replayed=True).dates("day", "month").count() > 1
    assert len(stored) > 50 and any(row["method"] == "mmrm" for row in stored)
    files = dict(StoredFile.objects.values_list("name", "content"))
    assert json.loads(files["results.json"]) == by_hand
    assert files["results.json"] == (large / "report" / "results.json").read_text()
    assert files["report.html"] == page.read_text()
    assert {key: night.provenance[key] for key in by_hand["provenance"]} == by_hand["provenance"]
    assert {"effect", "for_whom", "reach"} <= set(night.sections.values_list("page", flat=True))
    assert AuditEvent.objects.get(action="night.good").actor is None
    shown = latest()
    assert (shown.night, shown.running, shown.alarm) == (night, False, None)


def test_a_study_file_with_a_fault_raises_an_alarm_and_the_last_good_night_stays(
    large, no_pages, time_machine
):
    good = job.run()
    before, report = kept(), (large / "report" / "report.html").read_bytes()

    time_machine.shift(timedelta(days=1))
    (large / "study.toml").write_text('visits = ["3m"]\ncovariates = ["age_years", "shoe_size"]\n')
    failed = job.run()
    assert failed.state == Night.State.FAILED
    assert "study.toml, line 2: covariates: " in failed.problem and "shoe_size" in failed.problem
    assert (kept(), (large / "report" / "report.html").read_bytes()) == (before, report)
    shown = latest()
    assert shown.night == good
    assert "30 November 2022" in shown.alarm.words
    assert shown.alarm.details == (failed.problem,)
    assert AuditEvent.objects.get(action="night.failed").subject == f"night:{failed.pk}"

    time_machine.shift(timedelta(days=1))
    (large / "study.toml").write_text(STUDY)
    mended = job.run()
    shown = latest()
    assert (shown.night, shown.alarm) == (mended, None)
    assert set(StoredFile.objects.values_list("night", flat=True)) == {mended.pk}
    assert set(StoredEstimate.objects.values_list("night", flat=True)) == {good.pk, mended.pk}


def test_a_fault_of_the_program_is_told_without_what_it_was_about(large, monkeypatch):
    def sections(material):
        raise ValueError("Jane Doe, born 1970")
        yield

    monkeypatch.setattr(job, "PAGES", ("effect",))
    monkeypatch.setattr("amble.outcomes.figures.effect.sections", sections)
    failed = job.run()
    assert failed.state == Night.State.FAILED
    assert "ValueError in " in failed.problem and "test_night.py, line " in failed.problem
    assert "Jane" not in failed.problem
    assert not any(kept().values())
    assert latest().night is None and "no figures yet" in latest().alarm.words


def gone() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    process.wait()
    return process.pid


def test_a_night_that_was_killed_counts_as_failed_and_the_next_begins(large, no_pages):
    killed = nights.begin()
    assert latest().running
    killed.provenance["process"] = gone()
    killed.save()
    shown = latest()
    assert not shown.running and "killed" in shown.alarm.details[0]
    good = job.run()
    killed.refresh_from_db()
    assert (killed.state, good.state) == (Night.State.FAILED, Night.State.GOOD)
    assert latest().alarm is None


def test_a_night_of_another_machine_counts_as_failed_after_hours(place, time_machine):
    time_machine.move_to(datetime(2022, 12, 1, 3, tzinfo=UTC))
    factories.referred(factories.clinic())
    other = nights.begin()
    other.provenance = {"host": "another machine", "process": gone()}
    other.save()
    assert latest().running
    time_machine.shift(nights.LONGEST + timedelta(minutes=1))
    assert not latest().running and latest().alarm


def test_of_two_nights_at_once_the_second_refuses(place):
    factories.referred(factories.clinic())
    first = nights.begin()
    with pytest.raises(nights.NotBegun, match="at work"):
        job.run()
    assert list(Night.objects.all()) == [first]
    assert first.state == Night.State.RUNNING


def test_a_night_that_is_told_to_stop_says_so(place, monkeypatch):
    factories.referred(factories.clinic())
    monkeypatch.setattr(writer, "write", lambda **_: sys.exit(1))
    with pytest.raises(SystemExit):
        job.run()
    assert "stopped" in Night.objects.get().problem


def test_a_service_without_patients_has_no_night_and_no_alarm(place):
    factories.clinic()
    with pytest.raises(nights.NotBegun, match="no episode"):
        job.run()
    assert latest().night is None and latest().alarm is None


def few(arms: tuple[Arm, ...]) -> None:
    here = factories.clinic()
    therapist = factories.member(here)
    factories.referred(here)
    for arm in arms:
        factories.started(here, therapist, arm)


@pytest.mark.parametrize("arms", [(), (Arm.ETMI,), (Arm.ETMI, Arm.USUAL_CARE, Arm.USUAL_CARE)])
@pytest.mark.parametrize("study", ["", 'covariates = ["sex", "age_years"]\n'])
def test_a_young_service_has_a_good_night_without_an_alarm(place, arms, study):
    """Nobody in care, one arm empty, everyone of the same sex and age: none of it is anybody's fault."""
    (place / "study.toml").write_text(STUDY + study)
    few(arms)
    night = job.run()
    assert (night.state, night.problem) == (Night.State.GOOD, "")
    assert {"reach"} <= set(night.sections.filter(clinic=None).values_list("page", flat=True))
    assert bool(night.provenance["not_yet"]) == (not arms or bool(study))
    assert not any(
        digit in "".join(night.provenance["not_yet"]) for digit in "123456789"
    )  # it stands on pages
    assert latest().alarm is None


def test_when_no_night_has_begun_for_36_hours_there_is_an_alarm(place, no_pages, time_machine):
    time_machine.move_to(datetime(2026, 3, 2, 4, tzinfo=UTC))
    few(())
    assert latest().alarm is None  # since this morning
    time_machine.shift(timedelta(hours=37))
    assert latest().alarm.words == "There are no figures yet, because the nightly run did not begin."
    assert job.run().state == Night.State.GOOD
    time_machine.shift(timedelta(hours=35))
    assert latest().alarm is None
    time_machine.shift(timedelta(hours=2))
    assert "from 2 March 2026" in latest().alarm.words and "run_worker" in latest().alarm.details[0]


def test_the_pages_ask_little(place, no_pages, django_assert_max_num_queries):
    few(())
    job.run()
    with django_assert_max_num_queries(2):
        latest()


def test_the_administrator_reads_what_went_wrong_and_the_lead_that_it_did(place, no_pages, client):
    few(())
    here = factories.clinic()
    (place / "study.toml").write_text("confidence = 2\n")
    job.run()
    client.force_login(factories.member(role=Role.ADMINISTRATOR))
    page = client.get("/service/nights/").content.decode()
    assert "the last run did not finish" in page and "study.toml, line 1: confidence" in page
    client.force_login(factories.member(here, Role.SERVICE_LEAD))
    page = client.get("/service/").content.decode()
    assert "the last run did not finish" in page and "study.toml" not in page
    assert client.get("/service/nights/").status_code in {403, 404}
