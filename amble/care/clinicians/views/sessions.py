"""An ETMI session: everything to look at beside everything to write down."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from amble.care.audit.actions import AlreadySaved
from amble.care.journey.actions import contacts, weeks
from amble.care.records.access import physiotherapist_page
from amble.care.records.states import EpisodeStatus
from amble.programme import fidelity, session_guide
from amble.vocabulary import Arm

from ..forms.checklist import MARK, marks_in
from ..forms.contacts import SessionForm
from .patients import open_episode
from .record import of_the_patient

FILL = "fill"


@physiotherapist_page
def hold(request, public_id):
    patient, episode = open_episode(request, public_id, page="session")
    if episode.status != EpisodeStatus.STARTED or episode.arm != Arm.ETMI:
        messages.info(request, _("An ETMI session can be held while ETMI is under way."))
        return redirect("patient", public_id=public_id)
    context = of_the_patient(patient, episode)
    now = context["now"]
    guide = _guide(request, now.next_guide)
    make = {
        "guide": guide,
        "goal": now.goal,
        "since": episode.start_date,
        "initial": {"day": timezone.localdate()},
    }
    given = request.POST
    if FILL in given:
        given = _filled(given, guide)
        form = SessionForm.unjudged(request, given, **make)
    else:
        form = SessionForm.from_request(request, **make)
        if form.is_valid():
            return _save(request, patient, episode, form)
    context |= {
        "form": form,
        "guide": session_guide.session(guide),
        "guides": session_guide.all_sessions(),
        "must_not": session_guide.must_not(),
        "notice": session_guide.notice(),
        "fidelity": _score(given, guide),
        "benchmark": fidelity.benchmark(),
    }
    return render(request, "clinicians/session.html", context)


@physiotherapist_page
def score(request):
    """The score of the checklist as it stands on the page. Nothing is saved."""
    return render(
        request,
        "clinicians/fidelity_score.html",
        {"fidelity": _score(request.POST, _guide(request, 1)), "benchmark": fidelity.benchmark()},
    )


def _save(request, patient, episode, form):
    try:
        with transaction.atomic():
            contact = contacts.record_etmi(
                episode=episode, by=request.user, submission=form.submission_key, **form.session
            )
            if goal := form.changed_goal:
                weeks.choose_goal(episode=episode, by=request.user, **goal)
    except AlreadySaved:
        messages.info(request, _("This session was saved before. It was not saved twice."))
        return redirect("patient", public_id=patient.public_id)
    messages.success(request, _("The session is saved."))
    return redirect("contact", public_id=patient.public_id, number=contact.number)


def _guide(request, suggested: int) -> int:
    """The guide that the form was filled in with, or the one asked for, or the next one."""
    waiting = getattr(request, "unsent", None) or {}
    wanted = request.POST.get("guide_session") or waiting.get("guide_session") or request.GET.get("guide")
    numbers = {str(guide.number): guide.number for guide in session_guide.all_sessions()}
    return numbers.get(wanted, suggested)


def _filled(data, guide: int):
    """The post with every item of one part of the checklist marked as fully done."""
    filled = data.copy()
    for item in fidelity.checklist(guide).items:
        if item.domain == data[FILL]:
            filled[MARK + item.id] = "2"
    return filled


def _score(data, guide: int) -> fidelity.FidelityScore:
    breaches = [b.id for b in fidelity.checklist(guide).breaches if b.id in data.getlist("breaches")]
    return fidelity.score(marks_in(data, fidelity.checklist(guide).items), breaches, guide)
