"""A night's material for tests: the simulated service, with what Amble would have recorded beside it invented."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb

from amble.evaluation import run
from amble.evaluation.engine import DuckDB
from amble.evaluation.simulate import simulate
from amble.evaluation.study.model import Study
from amble.outcomes.material import Material, opened
from amble.programme import fidelity

LAST_DAY = date(2024, 9, 30)  # every visit of every episode is over

# Deterministic chance from the keys, so that the same service always has the same operations.
INVENT = """
CREATE MACRO u(key, salt) AS (hash(key || salt) % 10000) / 10000.0;
CREATE TABLE referrals AS
SELECT episode_id, patient_id, clinic_id, clinician_id, start_date - 7 AS referred_date,
       CASE WHEN discharge_date IS NULL THEN 'started' ELSE 'discharged' END AS status, arm,
       CASE WHEN arm = 'etmi' THEN true WHEN trained_date > start_date THEN false
            WHEN u(episode_id, 'silent') < 0.2 THEN NULL ELSE u(episode_id, 'offer') < 0.15 END AS etmi_offered,
       start_date, discharge_date, age_years, symptom_months
FROM episodes LEFT JOIN clinicians USING (clinician_id, clinic_id)
UNION ALL
SELECT 'waiting-' || range, 'waiting-' || range, 'c0000' || range % 10, NULL, DATE '2024-09-30' - range::INT % 40,
       CASE WHEN range % 5 = 0 THEN 'declined' ELSE 'referred' END, NULL, NULL, NULL, NULL, 50, 12 FROM range(60);
CREATE TABLE assessments AS
WITH due AS (
    SELECT episode_id, clinic_id, visit, CASE visit WHEN 'baseline' THEN start_date
           WHEN 'discharge' THEN coalesce(discharge_date, start_date + 60)
           WHEN '3m' THEN start_date + 91 WHEN '6m' THEN start_date + 182 ELSE start_date + 365 END AS due_date
    FROM episodes, unnest(['baseline', 'discharge', '3m', '6m', '12m']) AS v(visit)),
answered AS (SELECT episode_id, visit, max(date) AS completed_date FROM scores GROUP BY ALL)
SELECT episode_id, clinic_id, visit, due_date - 7 AS opens_date, due_date, due_date + 28 AS closes_date,
       completed_date, false AS withdrawn,
       CASE WHEN completed_date IS NULL THEN NULL
             ELSE ['own_device', 'own_device', 'clinic_tablet', 'paper',
                   'telephone'][1 + floor(5 * u(episode_id, visit))::INT]
       END AS mode,
       CASE WHEN completed_date IS NULL OR completed_date > due_date THEN due_date END AS due_reminder_date,
       CASE WHEN completed_date IS NULL OR completed_date > due_date + 7 THEN due_date + 7 END AS overdue_reminder_date
FROM due LEFT JOIN answered USING (episode_id, visit);
CREATE TABLE etmi_sessions AS
SELECT episode_id, number, clinic_id, clinician_id, date, least(number, 4) AS guide_session, fidelity,
       CASE WHEN u(episode_id, 'breach' || number) < 0.06 THEN ['manual-therapy'] ELSE []::VARCHAR[] END AS breaches,
       map_from_entries(list_transform(getvariable('items'), lambda i: {
           'k': i, 'v': CASE WHEN fidelity IS NULL THEN NULL WHEN u(episode_id || number, i) < fidelity / 100 THEN 2
                             WHEN u(episode_id || number, i) < fidelity / 100 + 0.1 THEN 1 ELSE 0 END})) AS marks
FROM sessions JOIN episodes USING (episode_id) WHERE sessions.arm = 'etmi';
CREATE TABLE ratings AS
SELECT episode_id, number, 'r' || clinic_id AS rater_id, date, 'in_room' AS way, greatest(fidelity - 10, 0) AS fidelity,
       breaches, map_from_entries(list_transform(map_entries(marks), lambda e: {
           'k': e.key, 'v': CASE WHEN u(episode_id || number, e.key || 'rated') < 0.15 THEN greatest(e.value - 1, 0)
                                 ELSE e.value END})) AS marks,
       MAP {'collaboration': 4, 'empathy': 4, 'clarity': 3} AS competence
FROM etmi_sessions WHERE fidelity IS NOT NULL AND u(episode_id || number, 'sampled') < 0.12;
"""


def write(folder: Path, episodes: int = 4193, seed: int = 1) -> tuple[Path, Path]:
    """(snapshot, operations) in `folder`."""
    snapshot, operations = folder / "snapshot", folder / "operations"
    simulate(out=snapshot, episodes=episodes, seed=seed)
    operations.mkdir()
    with duckdb.connect() as con:
        for name in ("episodes", "scores", "sessions", "clinicians"):
            con.execute(f"CREATE VIEW {name} AS FROM '{snapshot / name}.parquet'")
        con.execute("SET VARIABLE items = ?", [[item.id for item in fidelity.all_items()][:8]])
        con.execute(INVENT)
        for name in ("referrals", "assessments", "etmi_sessions", "ratings"):
            con.execute(f"COPY {name} TO '{operations / name}.parquet' (FORMAT parquet)")
    return snapshot, operations


@contextmanager
def material(
    folder: Path, episodes: int = 4193, seed: int = 1, study: Study | None = None
) -> Iterator[Material]:
    """Everything a figure may ask for, with the whole report: a few seconds."""
    snapshot, operations = write(folder, episodes, seed)
    study = study or replace(Study(), repetitions=100)
    with DuckDB() as engine:
        gathered = run.scan(snapshot, study, engine)
        report = run.report_of(gathered, tuple(run.answers(gathered.data)), {})
    with opened(snapshot, operations) as con:
        clinics = [
            row[0] for row in con.execute("SELECT DISTINCT clinic_id FROM episodes ORDER BY 1").fetchall()
        ]
        yield Material(
            day=LAST_DAY,
            study=report.study,
            con=con,
            own_clinics={clinic: f"Clinic {clinic[-2:]}" for clinic in clinics},
            report=report,
        )
