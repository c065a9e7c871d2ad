"""For the service lead: who is invited to training and who is trained."""

import contextlib

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from amble.care.audit.actions import AlreadySaved
from amble.care.records import choosing, team
from amble.care.records.access import service_lead_page
from amble.care.records.actions import staff

from ..forms import TeamTrainingForm

choose_clinic = service_lead_page(choosing.choose_clinic)


@service_lead_page
def show(request):
    form = TeamTrainingForm.from_request(request, team=team.physiotherapists(request.clinic))
    if form.is_valid():
        with contextlib.suppress(AlreadySaved):
            staff.record_training(
                clinic=request.clinic, by=request.user, submission=form.submission_key, **form.training
            )
        messages.success(request, _("The training is recorded."))
        return redirect("service-training")
    return render(
        request, "service/training.html", {"form": form, "team": team.with_training(request.clinic)}
    )
