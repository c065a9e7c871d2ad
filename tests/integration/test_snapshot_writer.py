"""The record becomes the snapshot: what is in it, who is not, and that the evaluation can work with it."""

import json
import threading
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from django.db import connection
from django.utils import timezone

from amble.care.accounts.models import User
from amble.care.assessments.models import Assessment
from amble.care.journey.actions import contacts, ratings, referrals
from amble.care.journey.models import Reminder
from amble.care.records.actions import consents, staff
from amble.care.records.models import Episode, Patient
from amble.cli import main
from amble.config.demo_patients import Health, fill
from amble.evaluation.commands import evaluate
from amble.evaluation.engine import DuckDB
from amble.evaluation.snapshot.faults import faults
from amble.evaluation.snapshot.reader import open_snapshot
from amble.outcomes import pseudonyms
from amble.outcomes.bridge import live, shaping
from amble.outcomes.bridge.writer import write
from amble.programme import consent, fidelity, timetable
from amble.vocabulary import Arm, Modality, Mode, Visit
from tests import factories

UNWELL = Health(pain=6, ticks=12, fear=7, mood=2, activity="1-2", stage="contemplation", confidence=5)
WELL = Health(pain=6, ticks=3, fear=2, mood=0, activity="3+", stage="action", confidence=8)


@pytest.mark.django_db
def test_an_episode_is_written_as_it_was_lived(tmp_path: Path) -> None:
    today = timezone.localdate()
    here = factories.clinic(language="he")
    trained, never_invited = factories.member(here), factories.member(here)
    staff.record_training(clinician=trained, clinic=here, invited_on=date(2025, 1, 2), by=None)
    staff.record_training(
        clinician=trained, clinic=here, invited_on=date(2025, 2, 2), trained_on=date(2025, 3, 4), by=None
    )
    birthday_tomorrow = timetable.add_months(today, -12 * 55) + timedelta(days=1)
    person = factories.started(here, trained, birth_date=birthday_tomorrow, sex="male", symptom_months=30)
    Patient.objects.filter(pk=person.pk).update(language="pt-BR", deprivation_quintile=2)
    answer(person, Visit.BASELINE, UNWELL)
    episode = Episode.objects.get(patient=person)
    contact = etmi_session(episode, trained)
    ratings.rate_session(
        contact=contact,
        marks={"story": 1},
        breaches=["manual-therapy"],
        competence={one.id: 3 for one in fidelity.competence()},
        way="in_room",
        by=never_invited,
    )
    referrals.discharge(episode=episode, on=today, by=trained)
    answer(person, Visit.DISCHARGE, WELL, mode=Mode.CLINIC_TABLET)
    other = factories.started(here, never_invited, Arm.USUAL_CARE)
    User.objects.filter(patient=other).update(language="ar")
    found = tables(tmp_path)

    key = pseudonyms.episode(episode.pk)
    row = {one["episode_id"]: one for one in found["episodes"]}[key]
    assert row == {
        "episode_id": key,
        "patient_id": pseudonyms.patient(person.pk),
        "clinic_id": pseudonyms.clinic(here.pk),
        "clinician_id": pseudonyms.clinician(trained.pk, here.pk),
        "arm": "etmi",
        "start_date": today,
        "discharge_date": today,
        "age_years": 54,
        "sex": "male",
        "depression": True,
        "anxiety": True,
        "activity_level": "1-2",
        "symptom_months": 30,
        "deprivation_quintile": 2,
        "language": "pt-BR",
    }
    scores = {(one["visit"], one["measure"]): one for one in found["scores"]}
    assert (
        scores["baseline", "function"]["value"] == 50
        and scores["baseline", "function"]["instrument"] == "rmdq"
    )
    assert (
        scores["discharge", "function"]["value"] == 87.5 and scores["discharge", "function"]["date"] == today
    )
    assert scores["baseline", "pain"]["value"] == 6 and scores["baseline", "pain"]["instrument"] == "nrs"
    assert scores["discharge", "activity_level"]["value"] == 2 and len(scores) == 8
    assert scores["baseline", "fear_avoidance"]["instrument"] == "fear_of_activity"
    session = found["sessions"][0]
    assert (session["number"], session["minutes"], session["arm"]) == (1, 40, "etmi")
    assert (
        session["modalities"] == ["reassurance", "exposure"] and session["fidelity"] == contact.etmi.fidelity
    )
    people = {one["clinician_id"]: one for one in found["clinicians"]}
    mine = people[pseudonyms.clinician(trained.pk, here.pk)]
    assert (mine["invited_date"], mine["trained_date"]) == (date(2025, 1, 2), date(2025, 3, 4))
    assert people[pseudonyms.clinician(never_invited.pk, here.pk)]["invited_date"] is None

    assert found["ratings"][0]["rater_id"] == pseudonyms.clinician(never_invited.pk, here.pk)
    assert found["ratings"][0]["marks"] == {"story": 1} and found["ratings"][0]["breaches"] == [
        "manual-therapy"
    ]
    assert (
        found["etmi_sessions"][0]["marks"]["story"] == 2 and found["etmi_sessions"][0]["guide_session"] == 1
    )
    modes = {(one["episode_id"], one["visit"]): one["mode"] for one in found["assessments"]}
    assert modes[key, "baseline"] == "own_device" and modes[key, "discharge"] == "clinic_tablet"
    assert modes[key, "3m"] is None
    unlike = {one["episode_id"]: one for one in found["episodes"]}[pseudonyms.episode(other.episode.pk)]
    assert unlike["depression"] is None and unlike["activity_level"] is None and unlike["arm"] == "usual_care"
    assert unlike["language"] == "ar"  # the account's, before the clinic's


@pytest.mark.django_db
def test_days_are_those_of_the_clinic(tmp_path: Path) -> None:
    person = factories.started(here := factories.clinic(time_zone="Asia/Tokyo"), factories.member(here))
    assessment = Assessment.objects.get(episode__patient=person, visit=Visit.MONTH_3)
    late = timezone.make_aware(timezone.datetime(2026, 3, 31, 22, 0), timezone.get_fixed_timezone(0))
    Assessment.objects.filter(pk=assessment.pk).update(completed_at=late)
    Reminder.objects.create(patient=person, slot=f"measures:{assessment.pk}:due", sent_at=late)
    row = next(one for one in tables(tmp_path)["assessments"] if one["visit"] == "3m")
    assert row["completed_date"] == row["due_reminder_date"] == date(2026, 4, 1)
    assert row["overdue_reminder_date"] is None


@pytest.mark.django_db
def test_who_is_left_out_is_counted_by_the_reason_and_stays_in_the_operations(tmp_path: Path) -> None:
    here = factories.clinic()
    therapist = factories.member(here)
    kept = factories.started(here, therapist)
    factories.patient(here)  # care has not begun
    factories.started(here, therapist, birth_date=None)
    factories.started(here, therapist, birth_date=timezone.localdate() + timedelta(days=400))
    said_no = factories.started(here, therapist)
    decide(said_no, evaluation=False)
    stopped = factories.started(here, therapist)
    referrals.withdraw(episode=stopped.episode, by=stopped.user)
    no_more = factories.started(here, therapist)
    decide(no_more, use=False)
    not_asked = factories.referred(here)
    referrals.start(
        episode=not_asked.episode,
        arm=Arm.ETMI,
        reason="",
        clinician=therapist,
        on=timezone.localdate(),
        by=therapist,
    )
    changed_their_mind = factories.started(here, therapist)
    decide(changed_their_mind, evaluation=False)
    decide(changed_their_mind, evaluation=True)
    came_back = factories.started(here, therapist)
    referrals.withdraw(episode=came_back.episode, by=came_back.user)
    again = referrals.refer_again(patient=came_back, referred_on=timezone.localdate(), by=therapist)
    on = timezone.localdate()
    referrals.start(episode=again, arm=Arm.ETMI, reason="", clinician=therapist, on=on, by=therapist)

    written = write(snapshot=tmp_path / "s", operations=tmp_path / "o")
    expected = {
        "not_begun": 1,
        "no_birth_date": 1,
        "impossible": 1,
        "said_no": 1,
        "stopped": 3,
        "not_asked": 1,
    }
    assert dict(written.left_out) == expected and set(expected) < set(shaping.REASONS)
    kept_keys = {kept.episode.pk, changed_their_mind.episode.pk, again.pk}
    episodes = {row[0] for row in rows(tmp_path / "s" / "episodes" / "*.parquet")}
    assert episodes == {pseudonyms.episode(pk) for pk in kept_keys}
    assert written.rows["referrals"] == Episode.objects.count() == len(kept_keys) + sum(expected.values())


@pytest.mark.django_db
def test_the_evaluation_works_with_it(tmp_path: Path) -> None:
    here, there = factories.clinic(), factories.clinic()
    for place in (here, there):
        for number in range(10):
            arm = Arm.ETMI if number % 2 else Arm.USUAL_CARE
            person = factories.started(
                place, factories.member(place), arm, birth_date=date(1950 + number, 1, 1)
            )
            answer(person, Visit.BASELINE, UNWELL)
            episode = Episode.objects.get(patient=person)
            if arm is Arm.ETMI:
                etmi_session(episode, episode.clinician)
            else:
                usual_care_session(episode)
            referrals.discharge(episode=episode, on=timezone.localdate(), by=episode.clinician)
            better = 3 * (arm is Arm.ETMI) + number % 4
            after = replace(UNWELL, ticks=10 - better, pain=3 + number % 3, fear=2 + number % 5)
            answer(person, Visit.DISCHARGE, after)
    found = tables(tmp_path)
    assert len(found["scores"]) == 20 * 8
    evaluate(
        snapshot=tmp_path / "s",
        study=None,
        out=tmp_path / "report",
        engine="duckdb",
        progress=lambda step: None,
    )
    results = json.loads((tmp_path / "report" / "results.json").read_text())
    assert {"function", "pain"} <= {one["outcome"] for one in results["estimates"] if one["method"] == "mmrm"}


@pytest.mark.django_db(transaction=True)
def test_patients_go_on_writing_while_it_reads_one_moment() -> None:
    here = factories.clinic()
    factories.patient(here)

    def write_something() -> None:
        factories.patient(here)
        connection.close()

    with live.one_moment():
        before = Episode.objects.count()
        patient = threading.Thread(target=write_something)
        patient.start()
        patient.join(timeout=10)  # SQLite would wait for twenty seconds, then refuse
        assert not patient.is_alive()
        assert Episode.objects.count() == before
    assert Episode.objects.count() == before + 1


@pytest.mark.django_db
def test_the_command_says_what_was_written_and_who_is_not_in_it(tmp_path: Path) -> None:
    nothing = run("snapshot", "write", "--out", tmp_path / "s")
    assert nothing.exit_code == 2 and "no episode of care yet" in nothing.output
    assert not (tmp_path / "s").exists()
    here = factories.clinic()
    factories.started(here, factories.member(here))
    factories.patient(here)
    done = run("snapshot", "write", "--out", tmp_path / "s")
    assert done.exit_code == 0, done.output
    assert "episodes: 1 rows" in done.output
    assert "left out of the snapshot: 1 episodes, because care has not begun" in done.output
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "to-mother.txt").write_text("Dear mother")
    refused = run("snapshot", "write", "--out", tmp_path / "letters")
    assert refused.exit_code == 2 and "to-mother.txt" in refused.output
    assert [file.name for file in (tmp_path / "letters").iterdir()] == ["to-mother.txt"]


def run(*arguments):
    return CliRunner().invoke(main.main, [str(argument) for argument in arguments])


def answer(person, visit: Visit, health: Health, mode: Mode = Mode.OWN_DEVICE) -> None:
    fill(Assessment.objects.get(episode__patient=person, visit=visit), health, by=person.user, mode=mode)


def decide(person, **agreed: bool) -> None:
    consents.decide(patient=person, version=consent.current().version, agreed=agreed, by=person.user)


def etmi_session(episode, therapist):
    return contacts.record_etmi(
        episode=episode,
        day=timezone.localdate(),
        minutes=40,
        modalities=[Modality.REASSURANCE, Modality.EXPOSURE],
        guide_session=1,
        marks={item.id: 2 for item in fidelity.checklist(1).items},
        breaches=[],
        messages_given=[],
        by=therapist,
    )


def usual_care_session(episode) -> None:
    contacts.record_usual_care(
        episode=episode,
        day=timezone.localdate(),
        minutes=30,
        modalities=[Modality.EXERCISE],
        by=episode.clinician,
    )


def tables(folder: Path) -> dict[str, list[dict]]:
    """Both folders, written and without a fault, with exactly the agreed columns: table -> rows."""
    write(snapshot=folder / "s", operations=folder / "o")
    with DuckDB() as engine:
        assert [str(fault) for fault in faults(open_snapshot(folder / "s", engine))] == []
    found = {}
    for table, agreed in shaping.columns().items():
        place = next(
            p
            for p in (folder / "s", folder / "o")
            if (p / table).exists() or (p / f"{table}.parquet").exists()
        )
        files = place / table / "*.parquet" if (place / table).is_dir() else place / f"{table}.parquet"
        stored = duckdb.sql(f"FROM read_parquet('{files}')")
        assert dict(zip(stored.columns, map(str, stored.types), strict=True)) == agreed
        found[table] = [dict(zip(stored.columns, row, strict=True)) for row in stored.fetchall()]
    return found


def rows(files: Path) -> list[tuple]:
    return duckdb.sql(f"FROM read_parquet('{files}')").fetchall()
