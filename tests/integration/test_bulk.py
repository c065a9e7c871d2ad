"""A snapshot that is loaded into the record and written from it again is the same snapshot."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from amble.care.audit.models import AuditEvent
from amble.care.records.models import Clinic, Episode
from amble.evaluation.simulate import simulate
from amble.outcomes import pseudonyms
from amble.outcomes.bridge import writer
from amble.outcomes.bulk.loading import load
from amble.outcomes.bulk.sources import CannotLoad
from tests import factories

pytestmark = pytest.mark.django_db

EPISODES = 600
CLINIC = {
    "time_zone": "Europe/London",
    "language": "en",
    "phone": "000 clinic",
    "emergency_number": "000 emergency",
    "urgent_line": "000 urgent",
    "crisis_line": "000 crisis",
}

# What comes back: the record keeps activity at start once, as a score; a clinic's language where none is known;
# grades not at all; and scores as the answers give them, of which a snapshot keeps one decimal.
COMES_BACK = {
    "episodes": """
        SELECT told.* REPLACE (coalesce(language, 'en') AS language,
                               coalesce(activity_level, ['none', '1-2', '3+'][value::INT + 1]) AS activity_level)
        FROM given.episodes told LEFT JOIN (FROM given.scores WHERE visit = 'baseline' AND measure = 'activity_level')
             USING (episode_id)""",
    "scores": """
        SELECT * REPLACE (round(value, 1) AS value) FROM given.scores UNION
        SELECT episode_id, 'activity_level', 'activity_level', 'baseline', start_date,
               list_position(['none', '1-2', '3+'], activity_level) - 1
        FROM given.episodes WHERE activity_level IS NOT NULL""",
    "sessions": "SELECT * FROM given.sessions",
    "clinicians": "SELECT * REPLACE (NULL AS grade) FROM given.clinicians",
}


@pytest.fixture
def place(settings, tmp_path) -> Path:
    settings.VAR = tmp_path
    pseudonyms.key.cache_clear()
    yield tmp_path
    pseudonyms.key.cache_clear()


def test_a_snapshot_comes_back_as_it_was(place):
    simulate(out=place / "given", episodes=EPISODES, seed=5)
    load(place / "given", clinic=CLINIC)
    written = writer.write(snapshot=place / "written")
    assert not written.left_out
    with duckdb.connect() as con:
        for schema in ("given", "written"):
            con.execute(f"CREATE SCHEMA {schema}")
            for table in COMES_BACK:
                con.execute(f"CREATE VIEW {schema}.{table} AS FROM '{files(place / schema, table)}'")
        numbered(con)
        for table, sql in COMES_BACK.items():
            rounded = " REPLACE (round(value, 1) AS value)" if table == "scores" else ""
            back = f"SELECT *{rounded} FROM written.{table}"
            assert not list(differences(con, under_pseudonyms(con, sql), back)), table


def test_whoever_comes_next_gets_a_number_of_their_own(place):
    simulate(out=place / "given", episodes=30, seed=5)
    load(place / "given", clinic=CLINIC)
    clinic = Clinic.objects.first()
    person = factories.started(clinic, factories.member(clinic))
    assert Episode.objects.count() == 31
    assert person.episode.assessments.count() == 5
    assert AuditEvent.objects.get(action="record.bulk_loaded").details["rows"]["records.episode"] == 30


def test_nothing_is_loaded_beside_what_is_there(place):
    factories.clinic()
    simulate(out=place / "given", episodes=30, seed=5)
    with pytest.raises(CannotLoad, match="not empty"):
        load(place / "given", clinic=CLINIC)
    assert Clinic.objects.count() == 1


def test_stopped_half_way_it_leaves_the_database_empty(place):
    simulate(out=place / "given", episodes=30, seed=5)

    def stop(con):
        assert Episode.objects.count() == 30
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(place / "given", clinic=CLINIC, also=stop)
    assert not Clinic.objects.exists()


def test_a_score_by_a_questionnaire_that_amble_does_not_have_is_refused_by_name(place):
    simulate(out=place / "given", episodes=30, seed=5)
    scores = place / "given" / "scores.parquet"
    with duckdb.connect() as con:
        other = "replace(instrument, 'rmdq', 'foto_lumbar') AS instrument"
        con.execute(f"CREATE TABLE other AS SELECT * REPLACE ({other}) FROM '{scores}'")
        con.execute(f"COPY other TO '{scores}' (FORMAT parquet)")
    with pytest.raises(CannotLoad, match="function by foto_lumbar"):
        load(place / "given", clinic=CLINIC)


def files(folder: Path, table: str) -> Path:
    single = folder / f"{table}.parquet"
    return single if single.exists() else folder / table / "*.parquet"


def numbered(con) -> None:
    """Numbers are given in the order of the keys; what the bridge calls each number, we ask it."""
    clinics = [
        row[0] for row in con.execute("SELECT DISTINCT clinic_id FROM given.clinicians ORDER BY 1").fetchall()
    ]
    people = con.execute("SELECT clinician_id, clinic_id FROM given.clinicians ORDER BY 1").fetchall()
    episodes = [row[0] for row in con.execute("SELECT episode_id FROM given.episodes ORDER BY 1").fetchall()]
    patients = [row[0] for row in con.execute("SELECT patient_id FROM given.episodes ORDER BY 1").fetchall()]
    names = {
        "clinic_id": {key: pseudonyms.clinic(number) for number, key in enumerate(clinics, 1)},
        "clinician_id": {
            key: pseudonyms.clinician(number, clinics.index(clinic) + 1)
            for number, (key, clinic) in enumerate(people, 1)
        },
        "episode_id": {key: pseudonyms.episode(number) for number, key in enumerate(episodes, 1)},
        "patient_id": {key: pseudonyms.patient(number) for number, key in enumerate(patients, 1)},
    }
    con.execute("CREATE TABLE named (kind TEXT, key TEXT, name TEXT)")
    rows = [(kind, key, name) for kind, found in names.items() for key, name in found.items()]
    con.executemany("INSERT INTO named VALUES (?, ?, ?)", rows)


def under_pseudonyms(con, sql: str) -> str:
    columns = [row[0] for row in con.execute(f"DESCRIBE {sql}").fetchall()]
    listed = ", ".join(
        f"(SELECT name FROM named WHERE kind = '{name}' AND key = told.{name}) AS {name}"
        if name.endswith("_id")
        else name
        for name in columns
    )
    return f"SELECT {listed} FROM ({sql}) told"


def differences(con, one: str, other: str) -> Iterator[tuple]:
    columns = ", ".join(row[0] for row in con.execute(f"DESCRIBE {other}").fetchall())
    for left, right in ((one, other), (other, one)):
        yield from con.execute(
            f"SELECT {columns} FROM ({left}) EXCEPT ALL SELECT {columns} FROM ({right}) LIMIT 3"
        ).fetchall()
