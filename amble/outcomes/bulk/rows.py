"""The rows of each table of the record, as SQL for DuckDB over what `numbers` makes."""

from collections.abc import Iterator, Mapping

from django.db.models import Model

from amble.care.accounts.models import User
from amble.care.assessments.models import Assessment, AssessmentChange, Response, Score
from amble.care.journey.models import Contact, EtmiRecord, FidelityRating, Reminder
from amble.care.records.models import (
    Clinic,
    ConsentDecision,
    Episode,
    EpisodeState,
    Membership,
    Patient,
    Training,
)
from amble.programme import consent, fidelity
from amble.vocabulary import Arm, Mode, Role

PUBLIC_ID = "replace(uuid()::VARCHAR, '-', '')"

USER = """
SELECT number AS id, 'Physiotherapist ' || number AS name, 'physiotherapist-' || number || '@service.example' AS email,
       '!' || replace(uuid()::VARCHAR, '-', '') AS password, getvariable('since') AS date_joined FROM person"""

MEMBERSHIP = f"""
SELECT number AS user_id, clinic AS clinic_id, '{Role.PHYSIOTHERAPIST}' AS role, getvariable('since') AS started_at
FROM person"""

TRAINING = """
SELECT person.number AS clinician_id, person.clinic AS clinic_id, coalesce(invited_date, trained_date) AS invited_on,
       trained_date AS trained_on, noon(coalesce(trained_date, invited_date)) AS "at"
FROM clinicians JOIN person ON key = clinician_id WHERE coalesce(invited_date, trained_date) IS NOT NULL"""

PATIENT = f"""
SELECT number AS id, {PUBLIC_ID} AS public_id, clinic AS clinic_id,
       'Patient ' || lpad(number::VARCHAR, length((SELECT count(*) FROM patient)::VARCHAR)::INT, '0') AS name,
       born AS birth_date, sex, language, deprivation_quintile, noon(known_since) AS created_at FROM patient"""

# Who is in a snapshot has agreed to it.
CONSENT = f"""
SELECT number AS patient_id, '{consent.current().version}' AS version, choice, true AS agreed, noon(known_since) AS "at"
FROM patient CROSS JOIN (VALUES ('use'), ('evaluation')) AS asked(choice) WHERE evaluated"""

EPISODE = f"""
SELECT number AS id, {PUBLIC_ID} AS public_id, patient AS patient_id, clinic AS clinic_id, clinician AS clinician_id,
       referred_date AS referred_on, symptom_months, status, arm, etmi_offered, start_date, discharge_date
FROM episode"""

STATE = """
SELECT number AS episode_id, status, noon(day) AS "at", clinician AS by_id FROM (
    SELECT number, clinician, 1 AS step, 'referred' AS status, referred_date AS day FROM episode
    UNION ALL SELECT number, clinician, 2, 'started', start_date FROM episode WHERE start_date IS NOT NULL
    UNION ALL SELECT number, clinician, 3, 'discharged', discharge_date FROM episode WHERE discharge_date IS NOT NULL
    UNION ALL SELECT number, clinician, 4, status, coalesce(discharge_date, start_date, referred_date) FROM episode
              WHERE status IN ('declined', 'withdrawn')) ORDER BY number, step"""

ASSESSMENT = """
SELECT number AS id, episode AS episode_id, clinic AS clinic_id, visit, opens_date AS opens_on, due_date AS due_on,
       closes_date AS closes_on, noon(completed_date) AS completed_at,
       CASE WHEN withdrawn THEN noon(opens_date) END AS withdrawn_at FROM assessment"""

# Asked for at the referral, on the first day of care, or when care ended; the first measures move when care begins.
CHANGE = """
SELECT number AS assessment_id, change, noon(day) AS "at" FROM (
    SELECT number, 1 AS step, 'opened' AS change,
           CASE visit WHEN 'baseline' THEN referred_date WHEN 'discharge' THEN due_date ELSE start_date END AS day
    FROM assessment
    UNION ALL SELECT number, 2, 'moved', start_date FROM assessment
              WHERE visit = 'baseline' AND start_date <= coalesce(completed_date, start_date)
    UNION ALL SELECT number, 3, 'withdrawn', opens_date FROM assessment WHERE withdrawn
    UNION ALL SELECT number, 4, 'completed', completed_date FROM assessment WHERE completed_date IS NOT NULL)
ORDER BY number, step"""

RESPONSE = f"""
SELECT numbered_response(assessment, place) AS id, assessment AS assessment_id, instrument, version,
       coalesce(mode, '{Mode.OWN_DEVICE}') AS mode, noon(day) AS started_at, noon(day) AS submitted_at
FROM (SELECT DISTINCT assessment, place, day FROM score) JOIN questionnaire USING (place)
JOIN (SELECT number AS assessment, mode FROM assessment) USING (assessment)"""

SCORE = """
SELECT numbered_response(assessment, place) AS response_id, episode AS episode_id, instrument, scale, visit, day, value,
       positive AS screen_positive FROM score JOIN questionnaire USING (place)"""

CONTACT = """
SELECT id, episode AS episode_id, number, day, minutes, arm, modalities, clinician AS by_id, noon(day) AS "at"
FROM contact"""

ETMI = f"""
SELECT id AS contact_id, guide_session, '{fidelity.VERSION}' AS checklist_version, coalesce(marks, MAP {{}}) AS marks,
       breaches, fidelity FROM contact WHERE arm = '{Arm.ETMI}' AND guide_session IS NOT NULL"""

RATING = f"""
SELECT contact.id AS contact_id, person.number AS rater_id, way, noon(date) AS "at",
       '{fidelity.VERSION}' AS checklist_version, rated.marks, rated.breaches,
       coalesce(competence, MAP {{}}) AS competence, rated.fidelity
FROM ratings rated JOIN episode ON episode.key = episode_id JOIN person ON person.key = rater_id
JOIN contact ON contact.episode = episode.number AND contact.number = rated.number"""

REMINDER = """
SELECT patient AS patient_id, 'measures:' || number || ':' || slot AS slot, noon(day) AS created_at,
       noon(day) AS sent_at
FROM (SELECT patient, number, 'due' AS slot, due_reminder_date AS day FROM assessment
      UNION ALL SELECT patient, number, 'overdue', overdue_reminder_date FROM assessment) WHERE day IS NOT NULL"""


def tables(clinic: Mapping[str, str]) -> Iterator[tuple[type[Model], str]]:
    """In the order of their links.  clinic: what every clinic has, such as time_zone."""
    details = ", ".join("'{}' AS {}".format(text.replace("'", "''"), name) for name, text in clinic.items())
    # As many digits for each, so that names sort as their numbers do.
    name = "'Clinic ' || lpad(number::VARCHAR, length((max(number) OVER ())::VARCHAR)::INT, '0') AS name"
    yield Clinic, f"SELECT number AS id, {name}, 'clinic-' || number AS slug, {details} FROM clinic"
    yield User, USER
    yield Membership, MEMBERSHIP
    yield Training, TRAINING
    yield Patient, PATIENT
    yield ConsentDecision, CONSENT
    yield Episode, EPISODE
    yield EpisodeState, STATE
    yield Assessment, ASSESSMENT
    yield AssessmentChange, CHANGE
    yield Response, RESPONSE
    yield Score, SCORE
    yield Contact, CONTACT
    yield EtmiRecord, ETMI
    yield FidelityRating, RATING
    yield Reminder, REMINDER
