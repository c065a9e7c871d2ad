"""Question pages for every setting: the patient's own device, the clinic's tablet, staff entering paper or telephone.

A door decides who may answer for whom and where the pages lie; what happens on them is the same everywhere.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from amble.care.accounts.models import User
from amble.instruments.definition import Definition
from amble.instruments.scoring import AnswerError, check_answer
from amble.programme.timetable import AssessmentState
from amble.vocabulary import Mode

from .actions import measures
from .forms import QuestionForm, answers_in
from .models import Assessment
from .questions import Sheet, Step, sheet

TAKES_ANSWERS = {AssessmentState.DUE, AssessmentState.OVERDUE}


@dataclass(frozen=True)
class Setting:
    """Where and how these questions are answered.

    `question` gives the address of a page by its number, `leave` that of the page to go to when one stops,
    `done` that of the page after sending.
    """

    assessment: Assessment
    mode: Mode
    by: User
    question: Callable[[int], str]
    leave: str
    done: str


def show(request, setting: Setting, number: int) -> HttpResponse:
    """One page of the questionnaire: a question, or the check of all answers after the last one."""
    try:
        return _show(request, setting, number)
    except measures.Closed as problem:
        if request.htmx:
            return HttpResponseClientRedirect(request.path)
        status = 409 if request.method == "POST" else 200
        context = {"reason": str(problem), "assessment": setting.assessment, "setting": setting}
        return render(request, "assessments/closed.html", context, status=status)


def _show(request, setting, number: int) -> HttpResponse:
    state = setting.assessment.state(timezone.localdate())
    if state is AssessmentState.COMPLETED:
        return redirect(setting.done)
    if state not in TAKES_ANSWERS:
        raise measures.Closed(state)
    asked = sheet(setting.assessment)
    if request.method == "POST" and "shown" in request.POST:
        return _take(request, setting, asked)
    if number == asked.check_number:
        return _check(request, setting, asked)
    step = asked.step(number)
    if step is None:
        raise Http404
    return _render(request, setting, asked, step, _form(request, asked, step))


def _take(request, setting, asked: Sheet) -> HttpResponse:
    """Save what a page says. The page names its own items: its place may have moved since it was opened."""
    step = _posted_step(request, asked)
    if step is None:
        return _take_what_fits(request, setting, asked)
    if request.htmx:
        return _take_while_answering(request, setting, asked, step)
    form = _form(request, asked, step)
    if not form.is_valid():
        return _render(request, setting, asked, step, form)
    _save(setting, step.instrument, answers_in(request.POST, step.instrument))
    after = sheet(setting.assessment)
    return redirect(setting.question(after.next_number(after=step.number)))


def _take_while_answering(request, setting, asked: Sheet, step: Step) -> HttpResponse:
    """With scripts an answer is saved as it is given. Sentences not ticked yet are no answer until Continue."""
    given = asked.given.get(step.instrument.id, {})
    answers = _that_fit(request.POST, step.instrument)
    _save(
        setting, step.instrument, {id: raw for id, raw in answers.items() if raw is not False or id in given}
    )
    return HttpResponse(_("Saved"))


def _take_what_fits(request, setting, asked: Sheet) -> HttpResponse:
    """A page from before the questions changed, or from before they were sent."""
    instrument = next(
        (s.instrument for s in asked.steps if s.instrument.id == request.POST.get("instrument")), None
    )
    if instrument is None:
        messages.info(
            request, _("These questions were sent before, or are not asked any more. Nothing was changed.")
        )
    else:
        _save(setting, instrument, _that_fit(request.POST, instrument))
        asked = sheet(setting.assessment)
        messages.info(
            request,
            _("The questions have changed since you opened that page. We kept your answers that still fit."),
        )
    return redirect(setting.question(asked.next_number()))


def _check(request, setting, asked: Sheet) -> HttpResponse:
    """All answers on one page. They are sent together; parts that are complete may be sent before the rest."""
    missing = asked.unanswered()
    complete = asked.complete_instruments()
    if request.method == "POST" and complete and (not missing or "partly" in request.POST):
        measures.submit_all(
            assessment=setting.assessment, instruments=complete, mode=setting.mode, by=setting.by
        )
        return redirect(setting.done)
    context = {
        "setting": setting,
        "parts": _parts(setting, asked),
        "next_missing": setting.question(missing[0].number) if missing else None,
        "unanswered": missing,
        "missing": len(missing),
        "complete": complete,
        "closes_on": setting.assessment.closes_on,
    }
    return render(request, "assessments/check.html", context)


def _parts(setting, asked: Sheet) -> list[tuple]:
    """Each instrument with its rows: the question, the answer in words, the address to change it."""
    parts: dict[str, tuple] = {}
    for step in asked.steps:
        rows = parts.setdefault(step.instrument.id, (step.instrument, []))[1]
        given = asked.given.get(step.instrument.id, {})
        rows.append((step, _in_words(step, given), setting.question(step.number)))
    return list(parts.values())


def _in_words(step: Step, given: dict) -> list[str]:
    """The answers of a page as a person would read them; empty when there is none yet."""
    words = []
    for item in step.items:
        value = given.get(item.id)
        if item.kind == "tick" and value:
            words.append(step.texts[item.id])
        elif item.kind != "tick":
            words += [option.label for option in item.options if option.value == value]
    return words


def _posted_step(request, asked: Sheet) -> Step | None:
    """The page this post came from, if it is asked just so today."""
    said = (request.POST.get("instrument"), request.POST.get("version"), request.POST["shown"].split())
    for step in asked.steps:
        if said == (step.instrument.id, step.instrument.version, [item.id for item in step.items]):
            return step
    return None


def _that_fit(data, instrument: Definition) -> dict[str, object]:
    answers = {}
    for item_id, raw in answers_in(data, instrument).items():
        try:
            answers[item_id] = check_answer(instrument.item(item_id), raw)
        except AnswerError:
            continue
    return answers


def _save(setting, instrument: Definition, answers: dict[str, object]) -> None:
    if answers:
        measures.answer(
            assessment=setting.assessment,
            instrument=instrument.id,
            answers=answers,
            mode=setting.mode,
            by=setting.by,
        )


def _form(request, asked: Sheet, step: Step) -> QuestionForm:
    return QuestionForm.from_request(request, step=step, given=asked.given.get(step.instrument.id, {}))


def _render(request, setting, asked: Sheet, step: Step, form: QuestionForm) -> HttpResponse:
    context = {
        "setting": setting,
        "form": form,
        "step": step,
        "total": len(asked.steps),
        "back": setting.question(step.number - 1) if step.number > 1 else setting.leave,
    }
    return render(request, "assessments/question.html", context)
