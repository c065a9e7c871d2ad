"""What a patient does next: one thing first, then what else waits. The order of the rules is the order of help."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from amble.care.records.states import EpisodeStatus
from amble.programme import timetable
from amble.vocabulary import Arm

from . import weeks
from .actions import safety

ANSWERABLE = {timetable.AssessmentState.DUE, timetable.AssessmentState.OVERDUE}


@dataclass(frozen=True)
class Step:
    """One thing to do, in the patient's words."""

    id: str
    title: str
    hint: str
    url: str


def steps(episode, *, today) -> list[Step]:
    """Everything that waits for the patient, the most important first. A handful of queries, however long the story."""
    usual_care = episode.arm == Arm.USUAL_CARE
    waiting = [_safety(episode)]
    if not usual_care:
        waiting.append(_story(episode))
    waiting.append(_measures(episode, today))
    waiting.append(_message(episode))
    if episode.arm == Arm.ETMI and episode.status == EpisodeStatus.STARTED:
        waiting += [_check_in(episode, today), _beliefs(episode), _goal(episode), _experiment(episode)]
    return [step for step in waiting if step]


def _safety(episode):
    if not safety.is_asked(episode):
        return Step(
            "safety",
            _("Answer a few safety questions"),
            _("First of all, so that you get the right help."),
            reverse("my-safety", args=["start"]),
        )
    if safety.is_owed_for_something_new(episode):
        return Step(
            "safety",
            _("Answer the safety questions again"),
            _("You told us that something is new. This shows whether you need help soon."),
            reverse("my-safety", args=["check_in"]),
        )


def _story(episode):
    if not episode.stories.exists():
        return Step(
            "story",
            _("Tell your story"),
            _("What is going on, what worries you, and what you miss."),
            reverse("my-story"),
        )


def _measures(episode, today):
    for assessment in episode.assessments.all():
        if assessment.state(today) in ANSWERABLE:
            return Step(
                "measures",
                _("Answer the questions about your back"),
                _("About five minutes. You can stop and go on later."),
                reverse("my-assessment", args=[assessment.visit]),
            )


def _message(episode):
    unread = episode.patient.messages.filter(from_patient=False, read_at__isnull=True).count()
    if unread:
        title = ngettext("Read a message from your clinic", "Read %(n)d messages from your clinic", unread)
        return Step("message", title % {"n": unread}, "", reverse("my-messages"))


def _check_in(episode, today):
    week = weeks.open_week(episode, today)
    if week and not week.told_in(episode):
        return Step(
            "check-in", _("Tell us about your week"), _("It takes two minutes."), reverse("my-check-in")
        )


def _beliefs(episode):
    if not episode.beliefratings.exists():
        return Step(
            "beliefs",
            _("Look at what people say about backs"),
            _("Which ones ring true to you?"),
            reverse("my-beliefs"),
        )


def _goal(episode):
    if not episode.goals.exists():
        return Step(
            "goal",
            _("Choose an activity you enjoy"),
            _("Something you would do for the fun of it."),
            reverse("my-activity"),
        )


def _experiment(episode):
    planned = episode.experiments.filter(done_at__isnull=True).order_by("at", "pk").last()
    if planned:
        return Step(
            "experiment",
            _("Finish your experiment"),
            _("What did happen when you tried it?"),
            reverse("my-experiment", args=[planned.pk]),
        )
