"""The patient's plan for a bad day, and the bad day itself."""

from amble.care.audit.actions import action, record

from ..models import BadDay, FlareUpPlan


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
    """A bad day, after the safety questions."""
    bad_day = BadDay.objects.create(episode=episode, screen=screen, by=by)
    record("bad_day.begun", by=by, patient=episode.patient, subject=bad_day)
    return bad_day
