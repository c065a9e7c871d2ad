"""The safety questions, a few to a page, and what a person is told to do afterwards."""

import json
import uuid

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext

from amble.care.audit.actions import AlreadySaved
from amble.care.journey.actions import safety
from amble.care.records.access import patient_page
from amble.programme import safety as rules
from amble.vocabulary import SafetyLevel

from ..forms.safety import SafetyPageForm, answers_in
from ..gate import programme_page

DRAFT = "safety"
DRAFT_SECONDS = 12 * 3600
"""Older answers are asked for again: they may not be true any more."""


@programme_page
def ask(request, occasion: str):
    """One page of questions. The answers of earlier pages wait in the session and travel in the page."""
    if occasion not in list(rules.Occasion):
        raise Http404
    draft = _draft(request, occasion)
    page = _page(request, draft)
    form = SafetyPageForm.from_request(request, page=page, initial=_as_words(draft))
    if request.method == "POST" and form.is_valid():
        return _take(request, occasion, {**draft, **form.answers}, form.submission_key)
    pages = rules.pages()
    number = pages.index(page)
    context = {
        "form": form,
        "page": page,
        "number": number + 1,
        "total": len(pages),
        "before": pages[number - 1] if number else None,
        "intro": rules.intro(occasion) if not number else None,
        "statement": rules.statement(),
        "occasion": occasion,
        "next": _next(request),
        "earlier": {id: said for id, said in _as_words(draft).items() if id not in form.fields},
    }
    return render(request, "patients/safety/ask.html", context)


@patient_page
def advice(request):
    """What to do now. While an alert stops the programme, this page stands in for all of it."""
    stopping = safety.stopping_alert(request.episode)
    alert = stopping or safety.open_alerts(request.episode).last()
    if alert is None:
        return redirect(_next(request))
    clinic = request.patient.clinic
    contacts = {
        "emergency_number": clinic.emergency_number,
        "crisis_line": clinic.crisis_line,
        "urgent_line": clinic.urgent_line,
        "clinic_phone": clinic.phone,
    }
    advices = [
        a.filled(**contacts, translate=gettext) for a in rules.advice_for(safety.result_of(alert.screen))
    ]
    context = {
        "advices": advices,
        "care_card": SafetyLevel(alert.level) is not SafetyLevel.REVIEW,
        "stopped": stopping is not None,
        "statement": rules.statement(),
        "next": _next(request),
    }
    return render(request, "patients/safety/advice.html", context)


def _take(request, occasion, answers, submission):
    """Judge when all is answered, or at once when an answer cannot wait; otherwise go to the next page."""
    missing = [page for page in rules.pages() if any(q.id not in answers for q in page.questions)]
    cannot_wait = any(yes and rules.question(id).level.stops_programme for id, yes in answers.items())
    if missing and not cannot_wait:
        kept = {"occasion": occasion, "answers": answers, "at": timezone.now().timestamp()}
        request.session[DRAFT] = kept
        return redirect(f"{request.path}?{urlencode({'page': missing[0].id, 'next': _next(request)})}")
    act = safety.answer_so_far if missing else safety.answer
    try:
        screen = act(
            episode=request.episode,
            occasion=occasion,
            answers=answers,
            by=request.user,
            submission=_once(submission, answers),
        )
    except AlreadySaved:
        return redirect(_next(request))
    request.session.pop(DRAFT, None)
    if screen.level == SafetyLevel.NONE:
        number = request.patient.clinic.emergency_number
        said = rules.advice(SafetyLevel.NONE).filled(emergency_number=number, translate=gettext)
        messages.info(request, f"{said.lead} {said.steps[-1]}")
        return redirect(_next(request))
    return redirect(f"{reverse('my-advice')}?{urlencode({'next': _next(request)})}")


def _once(submission, answers) -> uuid.UUID | None:
    """The same form with other answers is a new answer: a person went back and said yes after all."""
    return submission and uuid.uuid5(submission, json.dumps(answers, sort_keys=True))


def _draft(request, occasion: str) -> dict[str, bool]:
    """What was answered on earlier pages: kept in the session, or carried through a sign-in by the page itself."""
    kept = request.session.get(DRAFT, {})
    fresh = kept.get("at", 0) > timezone.now().timestamp() - DRAFT_SECONDS
    answers = kept["answers"] if fresh and kept["occasion"] == occasion else {}
    carried = request.POST if request.method == "POST" else getattr(request, "unsent", None)
    return {**answers, **answers_in(carried or {})}


def _page(request, draft) -> rules.Page:
    """The page that was asked for, or the first that is not answered."""
    pages = rules.pages()
    chosen = [page for page in pages if page.id == request.GET.get("page", request.POST.get("page"))]
    unanswered = [page for page in pages if any(q.id not in draft for q in page.questions)]
    return next(iter(chosen or unanswered or pages[-1:]))


def _next(request) -> str:
    """Where the person wanted to go: a page of Amble, or their first page."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(url, allowed_hosts=None):
        return url
    return reverse("my-home")


def _as_words(answers: dict[str, bool]) -> dict[str, str]:
    return {id: "yes" if yes else "no" for id, yes in answers.items()}
