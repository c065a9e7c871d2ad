"""What Amble would have recorded beside the snapshot: referrals, dates of measures, checklists and ratings, invented.

Chance comes from the keys, so that the same snapshot always gets the same.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import duckdb

from amble.config.demo_service.chance import MACROS, with_parameters
from amble.config.demo_service.parameters import p
from amble.outcomes.bulk import sources
from amble.outcomes.material import OPERATIONS
from amble.programme import fidelity, session_guide

REFERRALS = """
CREATE TABLE invented_referrals AS
WITH delivering AS (SELECT DISTINCT clinician_id FROM episodes WHERE arm = 'etmi'),
people AS (
    SELECT 'w' || lpad(range::VARCHAR, 9, '0') AS key, range < $waiting AS waits FROM range($waiting + $declined)),
clinics AS (SELECT clinic_id, row_number() OVER (ORDER BY clinic_id) - 1 AS place, count(*) OVER () AS of
            FROM (SELECT DISTINCT clinic_id FROM clinicians))
SELECT referral.* REPLACE (
           start_date - between_days(referral.episode_id, 'waited', $waiting_days) AS referred_date,
           CASE WHEN arm = 'etmi' THEN true WHEN chance(referral.episode_id, 'said') < $nobody_said THEN NULL
                WHEN trained_date IS NULL OR trained_date > start_date THEN false
                ELSE chance(referral.episode_id, 'offered')
                     < if(delivering.clinician_id IS NULL, $by_trained, $by_delivering) END AS etmi_offered)
FROM referrals referral LEFT JOIN clinicians USING (clinician_id) LEFT JOIN delivering USING (clinician_id)
UNION ALL BY NAME
SELECT key AS episode_id, 'p' || key AS patient_id, clinic_id, if(waits, 'referred', 'declined') AS status,
       getvariable('last') - if(waits, between_days(key, 'waited', $waiting_days) - $waiting_days[1],
                                between_days(key, 'came', [30, 570])) AS referred_date,
       18 + floor(chance(key, 'age') * 70)::INT AS age_years,
       between_days(key, 'months', $symptom_months) AS symptom_months
FROM people JOIN clinics ON place = floor(chance(key, 'clinic') * of)"""

ASSESSMENTS = """
CREATE TABLE invented_assessments AS
WITH told AS (SELECT *, chance(episode_id, 'reached') < $can_be_reached AND NOT withdrawn AS reached FROM assessments)
SELECT told.* EXCLUDE (reached) REPLACE (
           CASE WHEN mode IS NOT NULL THEN drawn(chance(episode_id, visit),
                if(visit IN ('baseline', 'discharge'), $in_clinic, $at_home)) END AS mode,
           if(reached AND due_date <= least(getvariable('last'), coalesce(completed_date - 1, closes_date)),
              due_date, NULL) AS due_reminder_date,
           if(reached AND due_date + 7 <= least(getvariable('last'), coalesce(completed_date - 1, closes_date)),
              due_date + 7, NULL) AS overdue_reminder_date)
FROM told"""

# Of n items, `lost` points out of 2n are missing: some items twice (absent), the others once (partial).
SHARED = """
CREATE MACRO absent(lost, n) AS greatest(lost - n, lost // 3);
CREATE MACRO mark(place, lost, n) AS
    CASE WHEN place <= absent(lost, n) THEN 0 WHEN place <= lost - absent(lost, n) THEN 1 ELSE 2 END"""

SESSIONS = """
CREATE TABLE invented_etmi_sessions AS
WITH asked AS (
    SELECT held.*, item, items, (2 * items - round(fidelity / 100 * 2 * items))::INT AS lost,
           row_number() OVER (PARTITION BY episode_id, number
                              ORDER BY chance(episode_id || number, item) - missed) AS place
    FROM etmi_sessions held JOIN checklist USING (guide_session)),
marked AS (
    SELECT episode_id, number, map(list(item), list(mark(place, lost, items)::INT)) AS marks
    FROM asked WHERE fidelity IS NOT NULL GROUP BY ALL)
SELECT held.* REPLACE (
           coalesce(marked.marks, MAP {}) AS marks,
           CASE WHEN list_contains(modalities, 'exercise') THEN ['prescribed-exercise']
                WHEN chance(held.episode_id || held.number, 'breach') < $breach THEN ['manual-therapy']
                ELSE []::VARCHAR[] END AS breaches)
FROM etmi_sessions held JOIN sessions USING (episode_id, number) LEFT JOIN marked USING (episode_id, number)"""

# What the session's own record lacks, a colleague mostly sees lacking too, and then some more.
RATINGS = """
CREATE TABLE invented_ratings AS
WITH seen AS (
    SELECT held.*, episode_id || number AS key FROM invented_etmi_sessions held
    WHERE fidelity IS NOT NULL AND chance(episode_id || number, 'rated') < $rated),
colleague AS (
    SELECT episode_id, number, arg_min(colleague.clinician_id, chance(key, colleague.clinician_id)) AS rater_id
    FROM seen JOIN clinicians colleague ON colleague.clinic_id = seen.clinic_id
                                       AND colleague.clinician_id <> seen.clinician_id GROUP BY ALL),
scored AS (
    SELECT *, round(2 * items * (1 - greatest(least(fidelity - $self_report_above_observation
                    + $rater_spread * (chance(key, 'rater') - 0.5), 100), 0) / 100))::INT AS lost
    FROM seen JOIN (SELECT guide_session, any_value(items) AS items FROM checklist GROUP BY ALL) USING (guide_session)),
placed AS (
    SELECT scored.*, item, row_number() OVER (PARTITION BY episode_id, number
               ORDER BY marks[item] + 1.5 * chance(key, 'saw' || item)) AS place
    FROM scored JOIN checklist USING (guide_session))
SELECT episode_id, number, rater_id, any_value(date) AS date,
       if(chance(any_value(key), 'way') < $rated_in_room, 'in_room', 'audio') AS way,
       100 * (2 * any_value(items) - any_value(lost)) / (2 * any_value(items)) AS fidelity,
       if(any_value(breaches) = [] AND chance(any_value(key), 'seen') < $seen_breach, ['manual-therapy'],
          any_value(breaches)) AS breaches,
       map(list(item), list(mark(place, lost, items)::INT)) AS marks,
       map_from_entries(list_transform(getvariable('competence'), lambda judged: {
           'k': judged, 'v': 2 + round(chance(any_value(key), judged) * 3)::INT})) AS competence
FROM placed JOIN colleague USING (episode_id, number) GROUP BY episode_id, number, rater_id"""


def write(snapshot: Path, out: Path, last: date) -> None:
    """The operations of a snapshot that is known up to the day `last`."""
    out.mkdir(parents=True, exist_ok=True)
    with sources.opened(snapshot) as con:
        con.execute("SET VARIABLE last = ?", [last])
        con.execute("SET VARIABLE competence = ?", [[judged.id for judged in fidelity.competence()]])
        con.execute(MACROS + SHARED)
        _checklist(con)
        con.execute(with_parameters(REFERRALS))
        con.execute("CREATE OR REPLACE VIEW referrals AS FROM invented_referrals")
        for sql in (ASSESSMENTS, SESSIONS, RATINGS):
            con.execute(with_parameters(sql))
        for name in OPERATIONS:
            con.table(f"invented_{name}").write_parquet(str(out / f"{name}.parquet"))


def _checklist(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE TABLE checklist (guide_session INTEGER, item TEXT, items INTEGER, missed DOUBLE)")
    con.executemany("INSERT INTO checklist VALUES (?, ?, ?, ?)", list(_items()))


def _items() -> Iterator[list]:
    often: Mapping[str, float] = p("fidelity.often_missed")
    for session in session_guide.all_sessions():
        items = fidelity.checklist(session.number).items
        yield from ([session.number, item.id, len(items), often.get(item.id, 0.0)] for item in items)
