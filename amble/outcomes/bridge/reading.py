"""What is read from the live database, as SQL that SQLite and PostgreSQL both understand.

Dates, times, yes and no, and JSON come as text or whole numbers, so that both databases say the same.
Each column read is allowed by `fields.toml`; a test asks SQLite itself which columns it was made to read.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from amble.outcomes.bridge.scales import SCREENS, measured

NUMBER, MEASURED, TEXT = pa.int64(), pa.float64(), pa.string()


@dataclass(frozen=True)
class Read:
    """Rows of the episodes from {first} up to, and without, {last}.  columns: in the order of the SELECT."""

    name: str
    columns: Mapping[str, pa.DataType]
    sql: str


def _scales() -> str:
    kept = [(instrument, scale) for instrument, scale, *_ in measured()]
    kept += [(instrument, scale) for instrument, scales in SCREENS.items() for scale in scales]
    return " OR ".join(f"(score.instrument = '{i}' AND score.scale = '{s}')" for i, s in kept)


def _newest(choice: str) -> str:
    return (
        "(SELECT CAST(decision.agreed AS INTEGER) FROM records_consentdecision decision "
        f"WHERE decision.patient_id = episode.patient_id AND decision.choice = '{choice}' "
        "ORDER BY decision.at DESC, decision.id DESC LIMIT 1)"
    )


def _reminded(slot: str) -> str:
    return (
        "(SELECT CAST(MIN(reminder.sent_at) AS TEXT) FROM journey_reminder reminder "
        "WHERE reminder.patient_id = episode.patient_id "
        f"AND reminder.slot = 'measures:' || CAST(assessment.id AS TEXT) || ':{slot}')"
    )


RANGE = "episode.id >= {first} AND episode.id < {last}"


def reads(*, operations: bool) -> tuple[Read, ...]:
    """What the snapshot needs, and the operations where they are asked for."""
    needed = (_episode(), _score(), _contact())
    return (*needed, _rating(), _assessment()) if operations else needed


def _episode() -> Read:
    columns = {
        "pk": NUMBER,
        "patient": NUMBER,
        "clinic": NUMBER,
        "clinician": NUMBER,
        "referred_on": TEXT,
        "symptom_months": NUMBER,
        "status": TEXT,
        "arm": TEXT,
        "etmi_offered": NUMBER,
        "start_date": TEXT,
        "discharge_date": TEXT,
        "birth_date": TEXT,
        "sex": TEXT,
        "deprivation_quintile": NUMBER,
        "language": TEXT,
        "time_zone": TEXT,
        "evaluation": NUMBER,
        "use": NUMBER,
        "withdrawn": NUMBER,
    }
    sql = f"""
    SELECT episode.id, episode.patient_id, episode.clinic_id, episode.clinician_id,
           CAST(episode.referred_on AS TEXT), episode.symptom_months, episode.status, episode.arm,
           CAST(episode.etmi_offered AS INTEGER),
           CAST(episode.start_date AS TEXT), CAST(episode.discharge_date AS TEXT),
           CAST(patient.birth_date AS TEXT), patient.sex, patient.deprivation_quintile,
           COALESCE(NULLIF(patient.language, ''), NULLIF(account.language, ''), clinic.language),
           clinic.time_zone, {_newest("evaluation")}, {_newest("use")},
           CAST(EXISTS (SELECT 1 FROM records_episode later WHERE later.patient_id = episode.patient_id
                        AND later.id >= episode.id AND later.status = 'withdrawn') AS INTEGER)
    FROM records_episode episode
    JOIN records_patient patient ON patient.id = episode.patient_id
    JOIN records_clinic clinic ON clinic.id = episode.clinic_id
    LEFT JOIN accounts_user account ON account.id = patient.user_id
    WHERE {RANGE}"""
    return Read("episode", columns, sql)


def _score() -> Read:
    columns = {
        "pk": NUMBER,
        "instrument": TEXT,
        "scale": TEXT,
        "visit": TEXT,
        "day": TEXT,
        "value": MEASURED,
        "positive": NUMBER,
    }
    sql = f"""
    SELECT score.episode_id, score.instrument, score.scale, score.visit, CAST(score.day AS TEXT), score.value,
           CAST(score.screen_positive AS INTEGER)
    FROM assessments_score score
    WHERE score.episode_id >= {{first}} AND score.episode_id < {{last}} AND ({_scales()})"""
    return Read("score", columns, sql)


def _contact() -> Read:
    columns = {
        "pk": NUMBER,
        "number": NUMBER,
        "day": TEXT,
        "minutes": NUMBER,
        "arm": TEXT,
        "modalities": TEXT,
        "held_by": NUMBER,
        "guide_session": NUMBER,
        "fidelity": MEASURED,
        "breaches": TEXT,
        "marks": TEXT,
    }
    sql = """
    SELECT contact.episode_id, contact.number, CAST(contact.day AS TEXT), contact.minutes, contact.arm,
           CAST(contact.modalities AS TEXT), contact.by_id, etmi.guide_session, etmi.fidelity,
           CAST(etmi.breaches AS TEXT), CAST(etmi.marks AS TEXT)
    FROM journey_contact contact LEFT JOIN journey_etmirecord etmi ON etmi.contact_id = contact.id
    WHERE contact.episode_id >= {first} AND contact.episode_id < {last}"""
    return Read("contact", columns, sql)


def _rating() -> Read:
    columns = {
        "pk": NUMBER,
        "number": NUMBER,
        "rater": NUMBER,
        "moment": TEXT,
        "way": TEXT,
        "fidelity": MEASURED,
        "breaches": TEXT,
        "marks": TEXT,
        "competence": TEXT,
    }
    sql = """
    SELECT contact.episode_id, contact.number, rating.rater_id, CAST(rating.at AS TEXT), rating.way,
           rating.fidelity, CAST(rating.breaches AS TEXT), CAST(rating.marks AS TEXT),
           CAST(rating.competence AS TEXT)
    FROM journey_contact contact JOIN journey_fidelityrating rating ON rating.contact_id = contact.id
    WHERE contact.episode_id >= {first} AND contact.episode_id < {last}"""
    return Read("rating", columns, sql)


def _assessment() -> Read:
    columns = {
        "pk": NUMBER,
        "visit": TEXT,
        "opens_on": TEXT,
        "due_on": TEXT,
        "closes_on": TEXT,
        "completed_at": TEXT,
        "withdrawn": NUMBER,
        "mode": TEXT,
        "due_reminder": TEXT,
        "overdue_reminder": TEXT,
    }
    sql = f"""
    SELECT assessment.episode_id, assessment.visit, CAST(assessment.opens_on AS TEXT),
           CAST(assessment.due_on AS TEXT), CAST(assessment.closes_on AS TEXT),
           CAST(assessment.completed_at AS TEXT), CAST(assessment.withdrawn_at IS NOT NULL AS INTEGER),
           (SELECT response.mode FROM assessments_response response
            WHERE response.assessment_id = assessment.id ORDER BY response.started_at, response.id LIMIT 1),
           {_reminded("due")}, {_reminded("overdue")}
    FROM assessments_assessment assessment JOIN records_episode episode ON episode.id = assessment.episode_id
    WHERE {RANGE}"""
    return Read("assessment", columns, sql)


TRAINING = Read(
    "training",
    {
        "clinician": NUMBER,
        "clinic": NUMBER,
        "invited_on": TEXT,
        "trained_on": TEXT,
        "moment": TEXT,
        "row": NUMBER,
    },
    """
    SELECT training.clinician_id, training.clinic_id, CAST(training.invited_on AS TEXT),
           CAST(training.trained_on AS TEXT), CAST(training.at AS TEXT), training.id
    FROM records_training training""",
)
