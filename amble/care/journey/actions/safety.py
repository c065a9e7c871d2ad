"""Safety comes first: the questions, what they lead to, and how a clinician closes an alert."""

from functools import cache

from django.db.models import Exists, OuterRef
from django.utils import timezone

from amble.care.audit.actions import action, record
from amble.care.records.models import Episode
from amble.programme import safety
from amble.vocabulary import SafetyLevel

from .. import notify
from ..models import SafetyAlert, SafetyScreen

WORTH_AN_EMAIL = {SafetyLevel.URGENT, SafetyLevel.EMERGENCY, SafetyLevel.CRISIS}
"""A review waits on the clinic's list: if every weak sign rang a bell, nobody would hear the real ones."""


@action
def answer(*, episode, occasion: str, answers: dict[str, bool], by) -> SafetyScreen:
    """Judge the safety answers by the rules in force; anything but a clear result goes to the clinic's list."""
    return _keep(episode, occasion, answers, safety.assess(answers), by=by)


@action
def answer_so_far(*, episode, occasion: str, answers: dict[str, bool], by) -> SafetyScreen:
    """Keep an answer that cannot wait for the questions that are still to come.

    What was not asked yet could only make the level higher; only what was answered is stored.
    """
    not_asked = {question.id: False for question in safety.questions() if question.id not in answers}
    return _keep(episode, occasion, answers, safety.assess({**not_asked, **answers}), by=by)


def _keep(episode, occasion: str, answers, result: safety.SafetyResult, *, by) -> SafetyScreen:
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
    if result.level in WORTH_AN_EMAIL:
        notify.safety_alert(episode.clinic)
    record(
        "safety.answered",
        by=by,
        patient=episode.patient,
        subject=screen,
        level=result.level,
        rules_version=result.version,
    )
    return screen


class AlreadyResolved(Exception):
    """Somebody else resolved this alert first; their note stays."""


@action
def resolve(*, alert, note: str, by) -> None:
    """A clinician looked into the alert and says in a note what was found and done."""
    if SafetyAlert.objects.select_for_update().get(pk=alert.pk).resolved_at:
        raise AlreadyResolved
    alert.resolved_at, alert.resolved_by, alert.resolution = timezone.now(), by, note
    alert.save(update_fields=["resolved_at", "resolved_by", "resolution"])
    record("safety.resolved", by=by, patient=alert.episode.patient, subject=alert)


def open_alerts(episode):
    return episode.safetyalerts.filter(resolved_at__isnull=True)


def stopping_alert(episode) -> SafetyAlert | None:
    """The alert for which the programme waits until a clinician has spoken with the patient."""
    return _stopping_alerts().filter(episode=episode).order_by("at").last()


def with_stop(patient):
    """The patient's newest episode, with `is_stopped`: whether there is such an alert. One query for both."""
    return patient.newest(_episodes_with_stop().filter(patient=patient))


def is_asked(episode) -> bool:
    """Whether the patient has answered all the questions that are asked before the programme begins."""
    screens = episode.safetyscreens.filter(occasion=safety.Occasion.START)
    return any(_is_whole(screen) for screen in screens)


def is_owed_for_something_new(episode) -> bool:
    """Whether the newest week told of something new, and its safety questions wait for an answer still."""
    week = episode.checkins.order_by("-week").first()
    if week is None or not week.anything_new:
        return False
    screens = episode.safetyscreens.filter(occasion=safety.Occasion.CHECK_IN, at__gte=week.at)
    return not any(_is_whole(screen) for screen in screens)


def result_of(screen) -> safety.SafetyResult:
    """The result as it was judged, by the rules of that day."""
    flags = tuple(safety.question(id, screen.rules_version) for id in screen.flags)
    return safety.SafetyResult(screen.rules_version, SafetyLevel(screen.level), flags)


@cache
def _episodes_with_stop():
    """The query, made once: it runs for every page of the programme."""
    stopping = _stopping_alerts().filter(episode=OuterRef("pk"))
    return Episode.objects.annotate(is_stopped=Exists(stopping))


def _stopping_alerts():
    levels = [level for level in SafetyLevel if level.stops_programme]
    return SafetyAlert.objects.filter(resolved_at__isnull=True, level__in=levels)


def _is_whole(screen) -> bool:
    return screen.answers.keys() >= {question.id for question in safety.questions(screen.rules_version)}
