"""Safety comes first: the questions, what they lead to, and how a clinician closes an alert."""

from django.utils import timezone

from amble.care.audit.actions import action, record
from amble.programme import safety
from amble.vocabulary import SafetyLevel

from ..models import SafetyAlert, SafetyScreen


@action
def answer(*, episode, occasion: str, answers: dict[str, bool], by) -> SafetyScreen:
    """Judge the safety answers by the rules in force; anything but a clear result goes to the clinic's list."""
    result = safety.assess(answers)
    screen = SafetyScreen.objects.create(
        episode=episode,
        occasion=occasion,
        answers=answers,
        flags=[question.id for question in result.flags],
        level=result.level,
        rules_version=result.version,
        by=by,
    )
    if result.level is not SafetyLevel.NONE:
        SafetyAlert.objects.create(
            screen=screen, episode=episode, clinic=episode.clinic, level=result.level, by=by
        )
    record(
        "safety.answered",
        by=by,
        patient=episode.patient,
        subject=screen,
        level=result.level,
        rules_version=result.version,
    )
    return screen


@action
def resolve(*, alert, note: str, by) -> None:
    """A clinician looked into the alert and says in a note what was found and done."""
    alert.resolved_at, alert.resolved_by, alert.resolution = timezone.now(), by, note
    alert.save(update_fields=["resolved_at", "resolved_by", "resolution"])
    record("safety.resolved", by=by, patient=alert.episode.patient, subject=alert)


def open_alerts(episode):
    return episode.safetyalerts.filter(resolved_at__isnull=True)


def stopping_alert(episode) -> SafetyAlert | None:
    """The alert for which the programme waits until a clinician has spoken with the patient."""
    levels = [level for level in SafetyLevel if level.stops_programme]
    return open_alerts(episode).filter(level__in=levels).order_by("at").last()
