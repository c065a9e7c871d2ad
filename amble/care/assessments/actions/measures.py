"""Measures are opened, answered item by item, and scored when they are sent."""

from django.utils import timezone

from amble.care.audit.actions import action, record
from amble.instruments import definition, scoring
from amble.programme import timetable
from amble.programme.batteries import battery
from amble.vocabulary import Mode, Visit

from ..models import Answer, Assessment, AssessmentChange, Response, Score, ValuedActivity

PATIENT_SPECIFIC = "psfs"


class Closed(Exception):
    """These measures no longer take answers: completed, expired, withdrawn, or not open yet."""


class Incomplete(Exception):
    """An instrument cannot be sent yet. `missing` holds the items without an answer."""

    def __init__(self, missing):
        super().__init__(f"without an answer: {', '.join(missing)}")
        self.missing = tuple(missing)


@action
def open_visit(*, episode, visit: Visit, by, window: timetable.Window) -> Assessment:
    """Ask for the measures of a visit, or move their dates when the visit is open already."""
    dates = {"opens_on": window.opens, "due_on": window.due, "closes_on": window.closes}
    assessment, is_new = Assessment.objects.get_or_create(
        episode=episode, visit=visit, defaults={"clinic": episode.clinic, **dates}
    )
    if not is_new:
        for field, day in dates.items():
            setattr(assessment, field, day)
        # Measures that could be answered yesterday are not shut today because the start date became known.
        assessment.opens_on = min(assessment.opens_on, window.opens)
        assessment.save(update_fields=list(dates))
    _note(assessment, "opened" if is_new else "moved", by=by)
    return assessment


@action
def name_activities(*, episode, names: list[str], by) -> None:
    """Keep up to three activities that matter to the patient. One that was rated keeps its name."""
    rated = rated_activities(episode)
    for position, name in enumerate(names[:3], start=1):
        if f"activity_{position}" in rated:
            continue
        here = episode.valued_activities.filter(position=position)
        if not name:
            here.delete()
        elif not here.update(name=name, at=timezone.now()):
            ValuedActivity.objects.create(episode=episode, position=position, name=name)
    record("activities.named", by=by, patient=episode.patient, subject=episode, count=sum(map(bool, names)))


@action
def answer(*, assessment, instrument: str, answers: dict[str, object], mode: Mode, by) -> Response:
    """Save answers as they are given. A second tab or device adds to the same response.

    Answers are checked one by one; a wrong one raises AnswerError and nothing of this call is saved.
    Raises Closed when these measures take no more answers.
    """
    response = _response(assessment, instrument, mode)
    questionnaire = definition.load(instrument, response.version)
    for item_id, raw in answers.items():
        value = scoring.check_answer(questionnaire.item(item_id), raw)
        Answer.objects.update_or_create(
            response=response, item=item_id, defaults={"value": value, "at": timezone.now()}
        )
    record(
        "measures.answered",
        by=by,
        patient=assessment.episode.patient,
        subject=response,
        items=sorted(answers),
        mode=mode,
    )
    return response


@action
def submit(*, assessment, instrument: str, mode: Mode, by) -> Response:
    """Send one instrument: score it, and complete the assessment when it was the last one.

    Raises Incomplete, naming the items, when the instrument's own rule for missing items gives no score.
    """
    response = _response(assessment, instrument, mode)
    questionnaire = definition.load(instrument, response.version)
    given = {a.item: a.value for a in response.answers.all()}
    missing = [i for i in expected_items(assessment.episode, questionnaire) if i not in given]
    if missing:
        raise Incomplete(missing)
    result = scoring.score(questionnaire, given)
    response.submitted_at, response.submitted_by = timezone.now(), by
    response.save(update_fields=["submitted_at", "submitted_by"])
    day = timezone.localdate()
    for scale in result.scales.values():
        if scale.value is not None:
            Score.objects.create(
                response=response,
                episode=assessment.episode,
                instrument=instrument,
                scale=scale.scale_id,
                visit=assessment.visit,
                day=day,
                value=scale.value,
                screen_positive=scale.screen_positive,
            )
    record("measures.sent", by=by, patient=assessment.episode.patient, subject=response, mode=mode)
    _complete_if_all_sent(assessment, by=by)
    return response


@action
def submit_all(*, assessment, instruments: list[str], mode: Mode, by) -> None:
    """Send several instruments together: all of them or, when one is incomplete, none."""
    for instrument in instruments:
        submit(assessment=assessment, instrument=instrument, mode=mode, by=by)


@action
def withdraw_open(*, episode, by) -> None:
    """The patient withdrew: measures that are not complete are asked for no more."""
    for assessment in episode.assessments.filter(completed_at__isnull=True, withdrawn_at__isnull=True):
        assessment.withdrawn_at = timezone.now()
        assessment.save(update_fields=["withdrawn_at"])
        _note(assessment, "withdrawn", by=by)


def rated_activities(episode) -> set[str]:
    """The items of patient-specific function that have an answer at any visit."""
    answers = Answer.objects.filter(
        response__assessment__episode=episode, response__instrument=PATIENT_SPECIFIC
    )
    return set(answers.values_list("item", flat=True))


def instruments_of(assessment) -> list[definition.Definition]:
    """The instruments of this assessment, each in the version its response was begun with."""
    begun = {r.instrument: r.version for r in assessment.responses.all()}
    has_activities = assessment.episode.valued_activities.exists()
    asked = [d for d in battery(Visit(assessment.visit)) if d.id != PATIENT_SPECIFIC or has_activities]
    return [definition.load(d.id, begun[d.id]) if d.id in begun else d for d in asked]


def expected_items(episode, questionnaire) -> list[str]:
    """The items that need an answer from this patient: ticks may stay blank, unnamed activities are left out."""
    if questionnaire.id == PATIENT_SPECIFIC:
        return [f"activity_{a.position}" for a in episode.valued_activities.all()]
    return [item.id for item in questionnaire.items if item.kind != "tick"]


def _response(assessment, instrument: str, mode: Mode) -> Response:
    # The lock makes two tabs take turns: one response, whichever answers first.
    locked = Assessment.objects.select_for_update().get(pk=assessment.pk)
    state = locked.state(timezone.localdate())
    if state not in {timetable.AssessmentState.DUE, timetable.AssessmentState.OVERDUE}:
        raise Closed(state)
    current = next((d for d in battery(Visit(locked.visit)) if d.id == instrument), None)
    if current is None:
        raise Closed("not_asked")
    response, _ = Response.objects.get_or_create(
        assessment=assessment,
        instrument=instrument,
        defaults={"version": current.version, "mode": mode},
    )
    if response.submitted_at:
        raise Closed("sent")
    return response


def _complete_if_all_sent(assessment, *, by) -> None:
    sent = set(assessment.responses.filter(submitted_at__isnull=False).values_list("instrument", flat=True))
    asked = {d.id for d in instruments_of(assessment)}
    if asked <= sent:
        assessment.completed_at = timezone.now()
        assessment.save(update_fields=["completed_at"])
        _note(assessment, "completed", by=by)


def _note(assessment, change: str, *, by) -> None:
    AssessmentChange.objects.create(assessment=assessment, change=change, by=by)
    record(f"measures.{change}", by=by, patient=assessment.episode.patient, subject=assessment)
