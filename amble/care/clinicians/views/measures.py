"""Measures any way: the patient's own phone, the clinic's tablet, paper or telephone."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from amble.care.assessments import question_pages, tablet
from amble.care.journey import summary
from amble.care.journey.actions import links
from amble.care.records.access import physiotherapist_page
from amble.vocabulary import Mode

from .patients import open_episode

SEND_LINK = "send_link"


@physiotherapist_page
def index(request, public_id):
    patient, episode = open_episode(request, public_id, page="patient-measures")
    if SEND_LINK in request.POST:
        assessment = get_object_or_404(episode.assessments, visit=request.POST[SEND_LINK])
        try:
            links.send_measures_link(assessment=assessment, by=request.user)
            messages.success(request, _("The link is on its way to the patient."))
        except links.NotPossible as problem:
            messages.error(request, str(problem))
        return redirect("patient-measures", public_id=public_id)
    context = {"person": patient, "episode": episode, "measures": summary.measures_of(episode)}
    return render(request, "clinicians/measures.html", context)


@physiotherapist_page
def question(request, public_id, visit, step):
    """A member of staff reads from paper or asks by telephone. The answers say how they came."""
    _patient, episode = open_episode(request, public_id, page="patient-question", goes_on=step > 1)
    assessment = get_object_or_404(episode.assessments, visit=visit)
    mode = Mode.TELEPHONE if request.GET.get("mode") == Mode.TELEPHONE else Mode.PAPER
    back = reverse("patient-measures", args=[public_id])
    setting = question_pages.Setting(
        assessment=assessment,
        mode=mode,
        by=request.user,
        question=lambda number: (
            reverse("patient-question", args=[public_id, visit, number]) + f"?mode={mode}"
        ),
        leave=back,
        done=back,
    )
    return question_pages.show(request, setting, step)


@physiotherapist_page
def start_tablet(request, public_id, visit):
    """Say what will happen, then hand this device over: it shows the questions and nothing else."""
    patient, episode = open_episode(request, public_id, page="tablet-start")
    assessment = get_object_or_404(episode.assessments, visit=visit)
    if assessment.state(timezone.localdate()) not in question_pages.TAKES_ANSWERS:
        messages.info(request, _("These measures take no answers now."))
        return redirect("patient-measures", public_id=public_id)
    if request.method == "POST":
        return tablet.start_tablet(request, assessment)
    return render(request, "clinicians/tablet_start.html", {"person": patient, "assessment": assessment})
