"""Who of the clinic is trained in ETMI."""

import contextlib

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from amble.care.audit.actions import AlreadySaved
from amble.care.records import team
from amble.care.records.access import physiotherapist_page
from amble.care.records.actions import staff
from amble.care.records.forms import TrainingForm


@physiotherapist_page
def show(request):
    """The team with their training, and a form for one's own."""
    form = TrainingForm.from_request(request)
    if form.is_valid():
        with contextlib.suppress(AlreadySaved):
            staff.record_training(
                clinician=request.user,
                clinic=request.clinic,
                by=request.user,
                submission=form.submission_key,
                **form.training,
            )
        messages.success(request, _("Your training is recorded."))
        return redirect("training")
    return render(
        request, "clinicians/training.html", {"form": form, "team": team.with_training(request.clinic)}
    )
