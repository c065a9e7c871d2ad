"""The patient's first page: one next step, then what else there is."""

from django.shortcuts import render
from django.utils import timezone

from amble.care.journey import next_steps

from ..gate import programme_page
from .invitations import use_remembered


@programme_page
def show(request):
    use_remembered(request)
    steps = next_steps.steps(request.episode, today=timezone.localdate())
    context = {"step": steps[0] if steps else None, "others": steps[1:4], "episode": request.episode}
    return render(request, "patients/home.html", context)
