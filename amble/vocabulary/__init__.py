"""The words that every part of Amble shares. `GLOSSARY.md` says what each one means.

Values are stored in databases, snapshots and files: never change one, add a new one.
Plain Python only: a statistician imports this with no web server installed.
"""

from enum import StrEnum


class Arm(StrEnum):
    """The care an episode received, as marked by the physiotherapist."""

    ETMI = "etmi"
    USUAL_CARE = "usual_care"


class Visit(StrEnum):
    """A fixed moment at which measures are asked for."""

    BASELINE = "baseline"
    DISCHARGE = "discharge"
    WEEK_6 = "6w"
    MONTH_3 = "3m"
    MONTH_6 = "6m"
    MONTH_12 = "12m"


class ActivityLevel(StrEnum):
    """How often in a usual week a person is active enough to feel warmer or breathe faster."""

    NONE = "none"
    ONE_TO_TWO = "1-2"
    THREE_OR_MORE = "3+"


class Stage(StrEnum):
    """Stage of change for regular activity (transtheoretical model). Chooses wording, never gates care."""

    PRECONTEMPLATION = "precontemplation"
    CONTEMPLATION = "contemplation"
    PREPARATION = "preparation"
    ACTION = "action"
    MAINTENANCE = "maintenance"

    @property
    def order(self) -> int:
        """0 for precontemplation to 4 for maintenance, so that moving back can be seen."""
        return list(Stage).index(self)


class Sex(StrEnum):
    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


class Role(StrEnum):
    """What a person may do in Amble."""

    PATIENT = "patient"
    PHYSIOTHERAPIST = "physiotherapist"
    SERVICE_LEAD = "service_lead"
    ADMINISTRATOR = "administrator"


class Modality(StrEnum):
    """What was done in a contact. The same list for both arms, so that the comparison is fair."""

    EDUCATION = "education"
    REASSURANCE = "reassurance"
    BELIEF_WORK = "belief_work"
    ACTIVITY_PLANNING = "activity_planning"
    EXPOSURE = "exposure"
    EXERCISE = "exercise"
    MANUAL_THERAPY = "manual_therapy"
    ACUPUNCTURE = "acupuncture"
    HEAT = "heat"
    ELECTROTHERAPY = "electrotherapy"
    MEDICATION_ADVICE = "medication_advice"
    SELF_MANAGEMENT_ADVICE = "self_management_advice"


class Mode(StrEnum):
    """How answers reached us. Stored with every response, because the mode can shift the score."""

    OWN_DEVICE = "own_device"
    CLINIC_TABLET = "clinic_tablet"
    PAPER = "paper"
    TELEPHONE = "telephone"


class SafetyLevel(StrEnum):
    """What a safety answer asks for, from nothing to help now."""

    NONE = "none"
    REVIEW = "review"
    URGENT = "urgent"
    EMERGENCY = "emergency"
    CRISIS = "crisis"

    @property
    def stops_programme(self) -> bool:
        """Help comes before the programme: it waits until a clinician has resolved the alert."""
        return self in {SafetyLevel.EMERGENCY, SafetyLevel.CRISIS}
