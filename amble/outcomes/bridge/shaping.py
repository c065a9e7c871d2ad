"""From the rows of one part to the tables of the snapshot and of the operations, as SQL for DuckDB.

Numbers that lead to a person end here: every key that leaves is a pseudonym, a birth date is an age.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import duckdb

from amble.evaluation.snapshot.pseudonyms import pseudonym
from amble.evaluation.snapshot.tables import tables

OPERATIONS = Path(__file__).parents[1] / "operations.toml"
STORED = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "yes_no": "BOOLEAN",
    "date": "DATE",
    "texts": "VARCHAR[]",
    "marks": "MAP(VARCHAR, INTEGER)",
}
REASONS = {
    "not_begun": "care has not begun",
    "stopped": "the patient stopped using Amble",
    "not_asked": "the patient was not yet asked whether it may be evaluated",
    "said_no": "the patient said no to evaluation",
    "no_clinician": "no physiotherapist is named",
    "no_birth_date": "no date of birth is known",
    "impossible": "age, dates or months of pain cannot be right",
}
"""Why an episode is not in the snapshot. The first that applies counts."""

MACROS = (
    "CREATE MACRO age_on(birth, day) AS year(day) - year(birth) - "
    "(month(day) * 100 + day(day) < month(birth) * 100 + day(birth))::INT",
    "CREATE MACRO local_day(moment, zone) AS timezone(zone, timezone('UTC', moment::TIMESTAMP))::DATE",
)

# One row for each episode of the part, with its pseudonyms, and why it is left out of the snapshot.
COURSE = f"""
CREATE OR REPLACE TEMP TABLE course AS
SELECT *, CASE WHEN coalesce(arm, '') = '' OR start_date IS NULL THEN 'not_begun'
               WHEN withdrawn = 1 OR use = 0 THEN 'stopped'
               WHEN evaluation IS NULL THEN 'not_asked'
               WHEN evaluation = 0 THEN 'said_no'
               WHEN clinician_id IS NULL THEN 'no_clinician'
               WHEN age_years IS NULL THEN 'no_birth_date'
               WHEN age_years NOT BETWEEN 0 AND 120 OR discharge_date < start_date OR symptom_months > 1440
               THEN 'impossible' END AS left_out
FROM (SELECT * REPLACE (start_date::DATE AS start_date, discharge_date::DATE AS discharge_date,
                        etmi_offered::BOOLEAN AS etmi_offered),
             {pseudonym("episode_id", "pk::VARCHAR")} AS episode_id,
             {pseudonym("patient_id", "patient::VARCHAR")} AS patient_id,
             {pseudonym("clinic_id", "clinic::VARCHAR")} AS clinic_id,
             {pseudonym("clinician_id", "clinician::VARCHAR || '@' || clinic::VARCHAR")} AS clinician_id,
             age_on(birth_date::DATE, coalesce(start_date, referred_on)::DATE) AS age_years
      FROM episode)
"""

ETMI = f"""
SELECT episode_id, number, clinic_id, day AS date, guide_session, fidelity, breaches::JSON AS breaches,
       marks::JSON AS marks, {pseudonym("clinician_id", "held_by::VARCHAR || '@' || clinic::VARCHAR")} AS clinician_id
FROM contact JOIN course USING (pk) WHERE guide_session IS NOT NULL
"""

SNAPSHOT_SQL = {
    "episodes": """
SELECT * REPLACE (nullif(sex, '') AS sex), d.positive AS depression, a.positive AS anxiety,
       ['none', '1-2', '3+'][l.value::INT + 1] AS activity_level
FROM course
LEFT JOIN screen d ON d.pk = course.pk AND d.scale = 'depression'
LEFT JOIN screen a ON a.pk = course.pk AND a.scale = 'anxiety'
LEFT JOIN level l ON l.pk = course.pk
WHERE left_out IS NULL""",
    "scores": """
SELECT episode_id, measure, spelt AS instrument, visit, day AS date, value
FROM score JOIN measured USING (instrument, scale) JOIN course USING (pk) WHERE left_out IS NULL""",
    "sessions": """
SELECT episode_id, number, day AS date, minutes, contact.arm AS arm, modalities::JSON AS modalities, fidelity
FROM contact JOIN course USING (pk) WHERE left_out IS NULL""",
}

OPERATIONS_SQL = {
    "referrals": "SELECT * REPLACE (nullif(arm, '') AS arm), referred_on AS referred_date FROM course",
    "assessments": """
SELECT episode_id, clinic_id, visit, opens_on AS opens_date, due_on AS due_date, closes_on AS closes_date,
       local_day(completed_at, time_zone) AS completed_date, assessment.withdrawn AS withdrawn, mode,
       local_day(due_reminder, time_zone) AS due_reminder_date,
       local_day(overdue_reminder, time_zone) AS overdue_reminder_date
FROM assessment JOIN course USING (pk)""",
    "etmi_sessions": ETMI,
    "ratings": f"""
SELECT episode_id, number, {pseudonym("clinician_id", "rater::VARCHAR || '@' || clinic::VARCHAR")} AS rater_id,
       local_day(moment, time_zone) AS date, way, fidelity, breaches::JSON AS breaches, marks::JSON AS marks,
       competence::JSON AS competence
FROM rating JOIN course USING (pk)""",
}

PREPARED = (
    COURSE,
    "CREATE OR REPLACE TEMP TABLE screen AS SELECT pk, scale, positive::BOOLEAN AS positive FROM score "
    "WHERE visit = 'baseline' AND positive IS NOT NULL",
    "CREATE OR REPLACE TEMP TABLE level AS SELECT pk, value FROM score JOIN measured USING (instrument, scale) "
    "WHERE visit = 'baseline' AND measure = 'activity_level'",
)


def prepare(con: duckdb.DuckDBPyConnection, measured: list[tuple[str, str, str, str]]) -> None:
    """What every part needs: once for each connection, after the key."""
    for macro in MACROS:
        con.execute(macro)
    con.execute("CREATE TEMP TABLE measured (instrument TEXT, scale TEXT, measure TEXT, spelt TEXT)")
    con.executemany("INSERT INTO measured VALUES (?, ?, ?, ?)", measured)


def shape(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Make the part's rows ready to be written. Returns reason -> episodes left out of the snapshot."""
    for statement in PREPARED:
        con.execute(statement)
    found = con.execute(
        "SELECT left_out, count(*) FROM course WHERE left_out IS NOT NULL GROUP BY 1 ORDER BY 1"
    )
    return dict(found.fetchall())


def write(con: duckdb.DuckDBPyConnection, sql: str, table: str, file: Path) -> int:
    """The rows of `sql` with exactly the columns agreed for `table`, in the order of their pseudonyms.

    That order tells nothing of who came first.
    """
    agreed = columns()[table]
    listed = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in agreed.items())
    order = ", ".join(
        name for name in agreed if name.endswith("_id") or name in ("number", "measure", "visit")
    )
    path = str(file).replace("'", "''")
    copied = con.execute(
        f"COPY (SELECT {listed} FROM ({sql}) ORDER BY {order}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)"
    )
    return copied.fetchone()[0]


@cache
def columns() -> Mapping[str, Mapping[str, str]]:
    """Table -> column -> type in DuckDB, of the snapshot and of the operations."""
    agreed = {name: {c.name: STORED[c.type] for c in table.columns} for name, table in tables().items()}
    return {**agreed, **dict(_operations())}


def _operations() -> Iterator[tuple[str, dict[str, str]]]:
    for name, table in tomllib.loads(OPERATIONS.read_text("utf-8")).items():
        yield name, {column: STORED[entry["type"]] for column, entry in table["columns"].items()}


CLINICIANS = f"""
WITH invited AS (
    SELECT {pseudonym("clinician_id", "clinician::VARCHAR || '@' || clinic::VARCHAR")} AS clinician_id,
           {pseudonym("clinic_id", "clinic::VARCHAR")} AS clinic_id, min(invited_on) AS invited_date,
           arg_max(trained_on, (moment, row)) FILTER (trained_on IS NOT NULL) AS trained_date
    FROM training GROUP BY clinician, clinic)
SELECT clinician_id, clinic_id, invited_date, trained_date, NULL AS grade
FROM (SELECT DISTINCT clinician_id, clinic_id FROM read_parquet($episodes$) ) seen
FULL JOIN invited USING (clinician_id, clinic_id)
"""
"""Everybody who was invited to the training, with their newest word on it, and everybody who holds an episode."""
