"""From referral to discharge, with the measures that belong to each step."""

from amble.care.assessments.actions import measures
from amble.care.audit.actions import action
from amble.care.records.actions import episodes, patients
from amble.programme import timetable
from amble.vocabulary import Visit

FOLLOW_UPS = (Visit.WEEK_6, Visit.MONTH_3, Visit.MONTH_6, Visit.MONTH_12)


@action
def refer(*, clinic, name, referred_on, by, symptom_months=None, **details):
    """A new patient with a new episode; the first measures open at once."""
    patient = patients.register(clinic=clinic, name=name, by=by, **details)
    refer_again(patient=patient, referred_on=referred_on, symptom_months=symptom_months, by=by)
    return patient


@action
def refer_again(*, patient, referred_on, by, symptom_months=None):
    """A new episode for a patient the clinic knows already. Its own measures take the place of the earlier ones."""
    for earlier in patient.episodes.all():
        measures.withdraw_open(episode=earlier, by=by)
    episode = episodes.refer(patient=patient, referred_on=referred_on, symptom_months=symptom_months, by=by)
    _open(episode, Visit.BASELINE, timetable.window(Visit.BASELINE, started=referred_on), by=by)
    return episode


@action
def start(*, episode, arm, reason, clinician, on, by, offered: bool | None = None) -> None:
    """Begin ETMI or usual care on a day, and set the dates of the follow-up measures from it."""
    episodes.start(
        episode=episode, arm=arm, reason=reason, clinician=clinician, on=on, offered=offered, by=by
    )
    if not episode.assessments.filter(visit=Visit.BASELINE, completed_at__isnull=False).exists():
        _open(episode, Visit.BASELINE, timetable.window(Visit.BASELINE, started=on), by=by)
    for visit in FOLLOW_UPS:
        _open(episode, visit, timetable.window(visit, started=on), by=by)


@action
def open_discharge_measures(*, episode, on, by):
    """Open the discharge measures, so that they are answered before the patient leaves the room."""
    window = timetable.window(Visit.DISCHARGE, started=episode.start_date, discharged=on)
    return _open(episode, Visit.DISCHARGE, window, by=by)


@action
def discharge(*, episode, on, by, reason: str = "") -> None:
    """End care at the clinic. The discharge measures stay open for their window; follow-up goes on."""
    episodes.discharge(episode=episode, on=on, reason=reason, by=by)
    if not episode.assessments.filter(visit=Visit.DISCHARGE, completed_at__isnull=False).exists():
        open_discharge_measures(episode=episode, on=on, by=by)


@action
def decline(*, episode, by, reason: str) -> None:
    """Close a referral without starting care here. Its measures are asked for no more."""
    episodes.decline(episode=episode, reason=reason, by=by)
    measures.withdraw_open(episode=episode, by=by)


@action
def withdraw(*, episode, by, reason: str = "") -> None:
    """The patient stops. Nothing more is asked of them; what was recorded stays in their record."""
    episodes.withdraw(episode=episode, reason=reason, by=by)
    measures.withdraw_open(episode=episode, by=by)


def _open(episode, visit: Visit, window: timetable.Window, *, by):
    return measures.open_visit(episode=episode, visit=visit, window=window, by=by)
