"""Every key of the snapshot gets its number in the record, in the order of the keys."""

import duckdb

from amble.outcomes.bulk.questionnaires import POINTS, VALUE

NUMBERS = (
    # Noon in UTC: the same day nearly everywhere.
    "CREATE MACRO noon(day) AS day::TIMESTAMP + INTERVAL 12 HOUR",
    """
CREATE TABLE clinic AS SELECT key, row_number() OVER (ORDER BY key) AS number
FROM (SELECT clinic_id AS key FROM clinicians UNION SELECT clinic_id FROM referrals)""",
    """
CREATE TABLE person AS SELECT met.key, clinic.number AS clinic, row_number() OVER (ORDER BY met.key) AS number
FROM (SELECT key, any_value(clinic_id) AS clinic_id FROM (
          SELECT clinician_id AS key, clinic_id FROM clinicians
          UNION ALL SELECT clinician_id, clinic_id FROM referrals WHERE clinician_id IS NOT NULL
          UNION ALL SELECT rater_id, clinic_id FROM ratings JOIN referrals USING (episode_id)) GROUP BY key) met
JOIN clinic ON clinic.key = clinic_id""",
    # A birthday in the year before that age was reached; nothing more is known.
    """
CREATE TABLE patient AS
SELECT patient_id AS key, clinic.number AS clinic, row_number() OVER (ORDER BY patient_id) AS number, evaluated,
       known_since, newest.sex, newest.language, newest.deprivation_quintile,
       (newest.day - to_years(newest.age::INT) - to_days((hash(patient_id) % 364)::INT))::DATE AS born
FROM (SELECT patient_id, bool_or(evaluated) AS evaluated, min(referred_date) AS known_since,
             max_by(struct_pack(clinic_id, sex, language, deprivation_quintile, age, day), (day, episode_id)) AS newest
      FROM (SELECT referral.patient_id, referral.episode_id, referral.clinic_id, referred_date, sex, language,
                   deprivation_quintile, referral.age_years AS age, coalesce(referral.start_date, referred_date) AS day,
                   told.episode_id IS NOT NULL AS evaluated
            FROM referrals referral LEFT JOIN episodes told ON told.episode_id = referral.episode_id)
      GROUP BY patient_id)
JOIN clinic ON clinic.key = newest.clinic_id""",
    """
CREATE TABLE episode AS
SELECT episode_id AS key, row_number() OVER (ORDER BY episode_id) AS number, patient.number AS patient,
       clinic.number AS clinic, person.number AS clinician, referred_date, symptom_months, status, arm, etmi_offered,
       start_date, discharge_date
FROM referrals JOIN patient ON patient.key = patient_id JOIN clinic ON clinic.key = clinic_id
LEFT JOIN person ON person.key = clinician_id""",
    # Numbers made by arithmetic: a place for each visit of an episode, and for each questionnaire of a visit.
    "CREATE MACRO numbered(episode, visit) AS (episode - 1) * getvariable('visits') + visit + 1",
    "CREATE MACRO numbered_response(assessment, place) AS (assessment - 1) * getvariable('questionnaires') + place + 1",
    """
CREATE VIEW assessment AS
SELECT numbered(episode.number, place) AS number, episode.number AS episode, clinic, patient, start_date,
       referred_date, told.* EXCLUDE (clinic_id, episode_id)
FROM assessments told JOIN episode ON key = episode_id JOIN timetable USING (visit)""",
    """
CREATE TABLE contact AS
SELECT row_number() OVER () AS id, episode.number AS episode, told.number, told.date AS day, minutes, told.arm,
       modalities, fidelity, coalesce(person.number, clinician) AS clinician, guide_session, breaches, marks
FROM sessions told JOIN episode ON key = told.episode_id
LEFT JOIN (SELECT episode_id, number, clinician_id, guide_session, breaches, marks FROM etmi_sessions) etmi
     ON etmi.episode_id = told.episode_id AND etmi.number = told.number
LEFT JOIN person ON person.key = etmi.clinician_id""",
    f"""
CREATE VIEW score AS
WITH exact AS (
    SELECT episode_id, visit, date AS day, place, scale, {VALUE} AS kept, raw, {POINTS} AS points
    FROM scores told JOIN measured ON measured.measure = told.measure AND spelt = told.instrument),
active AS (
    SELECT episode_id, start_date AS day, list_position(['none', '1-2', '3+'], activity_level) - 1 AS level
    FROM episodes ANTI JOIN (SELECT episode_id FROM scores WHERE visit = 'baseline' AND measure = 'activity_level')
    USING (episode_id) WHERE activity_level IS NOT NULL),
screened AS (
    SELECT episode_id, start_date AS day, screening.*,
           CASE scale WHEN 'depression' THEN depression WHEN 'anxiety' THEN anxiety END AS positive
    FROM episodes CROSS JOIN screening),
given AS (
    SELECT episode_id, visit, day, place, scale, kept AS value, NULL::BOOLEAN AS positive FROM exact
    UNION ALL SELECT episode_id, visit, day, place, raw, points, NULL FROM exact
              WHERE raw IS NOT NULL AND points IS NOT NULL
    UNION ALL SELECT episode_id, 'baseline', day, place, scale, level, NULL FROM active
              JOIN measured ON measure = 'activity_level'
    UNION ALL SELECT episode_id, 'baseline', day, place, scale, CASE WHEN positive THEN threshold ELSE 0 END, positive
              FROM screened WHERE positive IS NOT NULL)
SELECT episode.number AS episode, numbered(episode.number, entry.place) AS assessment, given.visit, day, given.place,
       scale, value, positive
FROM given JOIN episode ON key = episode_id JOIN timetable entry ON entry.visit = given.visit""",
)


def give(con: duckdb.DuckDBPyConnection) -> None:
    """Make what `rows` selects from, out of the views of `sources`."""
    con.execute("SET VARIABLE visits = (SELECT count(*) FROM timetable)")
    con.execute("SET VARIABLE questionnaires = (SELECT count(*) FROM questionnaire)")
    for statement in NUMBERS:
        con.execute(statement)
    days = "SELECT known_since AS day FROM patient UNION ALL SELECT invited_date FROM clinicians"
    con.execute(f"SET VARIABLE since = (SELECT noon(min(day)) FROM ({days}))")
