"""The patient's plan for a bad day, and the bad day itself."""

from amble.care.audit.actions import action, record

from ..models import BadDay, FlareUpPlan
from . import messages


@action
def write_plan(*, episode, in_48_hours: str, keep_doing: str, seek_help: str, by) -> FlareUpPlan:
    """Keep the patient's own plan; earlier ones stay."""
    plan = FlareUpPlan.objects.create(
        episode=episode, in_48_hours=in_48_hours, keep_doing=keep_doing, seek_help=seek_help, by=by
    )
    record("flare_up_plan.written", by=by, patient=episode.patient, subject=plan)
    return plan


@action
def begin(*, episode, screen, by) -> BadDay:
    """A bad day, after the safety questions. Pressing the button twice begins one."""
    bad_day, is_new = BadDay.objects.get_or_create(screen=screen, defaults={"episode": episode, "by": by})
    if is_new:
        record("bad_day.begun", by=by, patient=episode.patient, subject=bad_day)
    return bad_day


@action
def ask_for_call(*, bad_day, body: str, by) -> None:
    """After their own plan: the patient would like the clinic to telephone."""
    patient = bad_day.episode.patient
    messages.send(patient=patient, body=body, from_patient=True, asks_for_call=True, by=by)
    bad_day.asked_for_call = True
    bad_day.save(update_fields=["asked_for_call"])
    record("bad_day.call_asked", by=by, patient=patient, subject=bad_day)
