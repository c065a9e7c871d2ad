"""A snapshot that is loaded into the record and written from it again is the same snapshot."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import pytest

from amble.care.audit.models import AuditEvent
from amble.care.records.models import Clinic, Episode
from amble.config.demo_service import beside, past
from amble.evaluation.simulate import simulate
from amble.outcomes import pseudonyms
from amble.outcomes.bridge import writer
from amble.outcomes.bulk.loading import load
from amble.outcomes.bulk.sources import CannotLoad
from amble.outcomes.material import OPERATIONS, SNAPSHOT
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
    """Without operations, of a service whose every visit is over."""
    simulate(out=place / "given", episodes=EPISODES, seed=5)
    load(place / "given", clinic=CLINIC)
    written = writer.write(snapshot=place / "written")
    assert not written.left_out
    with both(place) as con:
        come_back(con, COMES_BACK)


def test_operations_come_back_with_it(place):
    """Of a service that is in the midst of its work: people wait, measures are due, reminders went out."""
    last = date(2026, 11, 20)
    past.write(place / "simulated", place / "given", episodes=EPISODES, seed=5, last=last)
    beside.write(place / "given", place / "given_beside", last)
    load(place / "given", place / "given_beside", clinic=CLINIC)
    writer.write(snapshot=place / "written", operations=place / "written_beside")
    with both(place) as con:
        assert con.execute("SELECT count(*) FROM given.ratings").fetchone()[0] > 20
        come_back(con, COMES_BACK | dict.fromkeys(OPERATIONS, ""))


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


@contextmanager
def both(place: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """What was given and what was written, as schemas of these names."""
    with duckdb.connect() as con:
        for schema in ("given", "written"):
            con.execute(f"CREATE SCHEMA {schema}")
            for folder in (place / schema, place / f"{schema}_beside"):
                for table in (*SNAPSHOT, *OPERATIONS):
                    single, several = folder / f"{table}.parquet", folder / table / "*.parquet"
                    if single.exists() or several.parent.exists():
                        file = single if single.exists() else several
                        con.execute(f"CREATE VIEW {schema}.{table} AS FROM '{file}'")
        yield con


def come_back(con, tables: Mapping[str, str]) -> None:
    """Every row of each table, and no other.  tables: name -> what is expected back, if not what was given."""
    numbered(con)
    for table, expected in tables.items():
        given = under_pseudonyms(con, expected or f"SELECT * FROM given.{table}")
        rounded = " REPLACE (round(value, 1) AS value)" if table == "scores" else ""
        assert not list(differences(con, given, f"SELECT *{rounded} FROM written.{table}")), table


def numbered(con) -> None:
    """Numbers are given in the order of the keys; what the bridge calls each number, we ask it."""
    everybody = (
        "referrals"
        if con.execute("FROM duckdb_views() WHERE view_name = 'referrals'").fetchall()
        else "episodes"
    )
    clinics = keys(con, "clinic_id", "clinicians")
    clinic_of = dict(con.execute("SELECT clinician_id, clinic_id FROM given.clinicians").fetchall())
    names = {
        "clinic_id": {key: pseudonyms.clinic(number) for number, key in enumerate(clinics, 1)},
        "clinician_id": {
            key: pseudonyms.clinician(number, clinics.index(clinic_of[key]) + 1)
            for number, key in enumerate(sorted(clinic_of), 1)
        },
        "episode_id": {k: pseudonyms.episode(n) for n, k in enumerate(keys(con, "episode_id", everybody), 1)},
        "patient_id": {k: pseudonyms.patient(n) for n, k in enumerate(keys(con, "patient_id", everybody), 1)},
    }
    names["rater_id"] = names["clinician_id"]
    con.execute("CREATE TABLE named (kind TEXT, key TEXT, name TEXT)")
    rows = [(kind, key, name) for kind, found in names.items() for key, name in found.items()]
    con.executemany("INSERT INTO named VALUES (?, ?, ?)", rows)


def keys(con, column: str, table: str) -> list[str]:
    return [
        row[0] for row in con.execute(f"SELECT DISTINCT {column} FROM given.{table} ORDER BY 1").fetchall()
    ]


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
    described = con.execute(f"DESCRIBE {other}").fetchall()
    # PostgreSQL keeps marks in an order of its own.
    columns = ", ".join(
        f"list_sort(map_entries({name}))" if kind.startswith("MAP") else name for name, kind, *_ in described
    )
    for left, right in ((one, other), (other, one)):
        yield from con.execute(
            f"SELECT {columns} FROM ({left}) EXCEPT ALL SELECT {columns} FROM ({right}) LIMIT 3"
        ).fetchall()
