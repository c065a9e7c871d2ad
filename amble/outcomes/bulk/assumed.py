"""What is taken for granted of a snapshot that comes without operations, as SQL for DuckDB.

Referred on the day on which care began; ETMI offered to whoever had it; measures asked for at the visits that the
snapshot knows, on the days of the timetable; answered on the person's own device; a visit is complete when it has
every measure that the snapshot knows. No reminder, no mark on a checklist and no rating is made up.
"""

from amble.programme import content, session_guide
from amble.vocabulary import Mode

REFERRALS = """
SELECT episode_id, patient_id, clinic_id, clinician_id, start_date AS referred_date,
       CASE WHEN discharge_date IS NULL THEN 'started' ELSE 'discharged' END AS status, arm,
       CASE WHEN arm = 'etmi' THEN true END AS etmi_offered, start_date, discharge_date, age_years, symptom_months
FROM episodes"""

# As amble/care/journey/actions/referrals.py opens them: the first measures at the referral, to be moved when care
# begins before they were answered; discharge when it comes; the others when care begins.
ASSESSMENTS = f"""
WITH sent AS (
    SELECT episode_id, visit, max(date) AS day,
           count(DISTINCT measure) = (SELECT count(DISTINCT measure) FROM scores) AS whole
    FROM scores GROUP BY ALL),
known AS (
    SELECT episode_id, 'baseline' AS visit FROM episodes
    WHERE depression IS NOT NULL OR anxiety IS NOT NULL OR activity_level IS NOT NULL),
asked AS (
    SELECT referral.*, entry.*, sent.day, sent.whole, known.visit IS NOT NULL OR sent.day IS NOT NULL AS touched,
           CASE WHEN entry.visit = 'discharge' THEN coalesce(discharge_date, sent.day)
                WHEN entry.visit = 'baseline' AND (sent.whole AND sent.day < start_date) THEN referred_date
                ELSE coalesce(start_date, referred_date) END AS since
    FROM referrals referral CROSS JOIN timetable entry
    LEFT JOIN sent ON sent.episode_id = referral.episode_id AND sent.visit = entry.visit
    LEFT JOIN known ON known.episode_id = referral.episode_id AND known.visit = entry.visit
    WHERE entry.visit = 'baseline' OR entry.visit IN (SELECT visit FROM scores)),
dated AS (
    SELECT *, (since + to_months(months) + to_days(days))::DATE AS due FROM asked
    WHERE since IS NOT NULL AND (start_date IS NOT NULL OR visit = 'baseline'))
SELECT episode_id, clinic_id, visit,
       CASE visit WHEN 'baseline' THEN referred_date
            ELSE greatest(start_date, due - opens_days_before) END AS opens_date,
       due AS due_date, due + closes_days_after AS closes_date,
       CASE WHEN whole THEN day END AS completed_date,
       status IN ('declined', 'withdrawn') AND NOT coalesce(whole, false) AS withdrawn,
       CASE WHEN touched THEN '{Mode.OWN_DEVICE}' END AS mode,
       NULL::DATE AS due_reminder_date, NULL::DATE AS overdue_reminder_date
FROM dated"""

ETMI_SESSIONS = f"""
SELECT episode_id, number, clinic_id, clinician_id, date, least(number, {len(session_guide.all_sessions())})
       AS guide_session, fidelity, []::VARCHAR[] AS breaches, MAP {{}}::MAP(VARCHAR, INTEGER) AS marks
FROM sessions JOIN episodes USING (episode_id) WHERE sessions.arm = 'etmi'"""

RATINGS = """
SELECT episode_id, number, clinician_id AS rater_id, date, '' AS way, fidelity, breaches, marks, marks AS competence
FROM etmi_sessions WHERE false"""

OPERATIONS = {
    "referrals": REFERRALS,
    "assessments": ASSESSMENTS,
    "etmi_sessions": ETMI_SESSIONS,
    "ratings": RATINGS,
}


def timetable() -> str:
    """SQL: one row for each visit, in order, as `amble/programme/timetable.toml` has it."""
    rows = [
        f"({place}, '{visit}', {entry.get('months', 0)}, {entry.get('days', 0)}, {entry['opens_days_before']}, "
        f"{entry['closes_days_after']})"
        for place, (visit, entry) in enumerate(content.read("timetable")["windows"].items())
    ]
    names = "place, visit, months, days, opens_days_before, closes_days_after"
    return f"SELECT * FROM (VALUES {', '.join(rows)}) AS entry({names})"
