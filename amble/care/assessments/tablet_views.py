"""The pages of a tablet that was handed over. Everything else is shut: see middleware.TabletLock."""

from django.shortcuts import redirect, render
from django.urls import reverse

from amble.vocabulary import Mode

from . import question_pages


def question(request, step: int):
    """The questionnaire. Once it is sent the tablet holds nothing more of the patient."""
    if request.tablet is None:
        return redirect("home")
    setting = question_pages.Setting(
        assessment=request.tablet.assessment,
        mode=Mode.CLINIC_TABLET,
        by=request.tablet.by,
        question=lambda number: reverse("tablet-question", args=[number]),
        leave=reverse("tablet-done"),
        done=reverse("tablet-done"),
    )
    response = question_pages.show(request, setting, step)
    if response.headers.get("Location") == setting.done:
        request.session.flush()
    return response


def done(request):
    """Hand the tablet back: asked first when questions are still open."""
    if request.method == "POST":
        request.session.flush()
        return redirect("tablet-done")
    return render(request, "assessments/tablet_done.html")
