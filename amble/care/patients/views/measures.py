"""The patient's measures: what is asked for when, and the question pages on their own device."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from amble.care.assessments import question_pages
from amble.care.assessments.questions import sheet
from amble.vocabulary import Mode

from ..gate import programme_page


@programme_page
def index(request):
    today = timezone.localdate()
    rows = [(assessment, assessment.state(today)) for assessment in request.episode.assessments.all()]
    return render(request, "patients/measures/index.html", {"rows": rows})


@programme_page
def begin(request, visit: str):
    """The first page of one visit's measures, and the last one after they were sent."""
    assessment = _assessment(request, visit)
    state = assessment.state(timezone.localdate())
    if state not in question_pages.TAKES_ANSWERS and not assessment.completed_at:
        return question_pages.show(request, _setting(request, assessment), 1)
    asked = sheet(assessment)
    if assessment.completed_at or "sent" in request.GET:
        context = {
            "complete": assessment.completed_at,
            "closes_on": assessment.closes_on,
            "onward": reverse("my-home"),
        }
        return render(request, "assessments/done.html", context)
    context = {"assessment": assessment, "begun": bool(asked.given), "step": asked.next_number()}
    return render(request, "patients/measures/begin.html", context)


@programme_page
def question(request, visit: str, step: int):
    return question_pages.show(request, _setting(request, _assessment(request, visit)), step)


def _assessment(request, visit: str):
    assessment = get_object_or_404(request.episode.assessments, visit=visit)
    assessment.episode = request.episode
    return assessment


def _setting(request, assessment) -> question_pages.Setting:
    visit = assessment.visit
    return question_pages.Setting(
        assessment=assessment,
        mode=Mode.OWN_DEVICE,
        by=request.user,
        question=lambda number: reverse("my-question", args=[visit, number]),
        leave=reverse("my-measures"),
        done=f"{reverse('my-assessment', args=[visit])}?sent",
    )
