"""For the administrator: the clinics and their numbers."""

import contextlib

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from amble.care.audit.actions import AlreadySaved
from amble.care.records import team
from amble.care.records.access import administrator_page
from amble.care.records.actions import clinics as actions

from ..forms import ClinicForm


@administrator_page
def index(request):
    return render(request, "service/clinics.html", {"clinics": team.clinics()})


@administrator_page
def new(request):
    form = ClinicForm.from_request(request, initial={"time_zone": request.user.time_zone})
    if form.is_valid():
        try:
            actions.add(by=request.user, submission=form.submission_key, **form.details)
        except AlreadySaved:
            return redirect("clinics")
        except actions.NotPossible as problem:
            form.add_error("name", str(problem))
        else:
            messages.success(request, _("The clinic is added."))
            return redirect("clinics")
    return render(request, "service/clinic.html", {"form": form})


@administrator_page
def edit(request, clinic_id):
    clinic = get_object_or_404(team.clinics(), pk=clinic_id)
    form = ClinicForm.from_request(
        request, initial={name: getattr(clinic, name) for name in ClinicForm.NAMES}
    )
    if form.is_valid():
        with contextlib.suppress(AlreadySaved):
            actions.change(clinic=clinic, by=request.user, submission=form.submission_key, **form.details)
        messages.success(request, _("The clinic is saved. Patients see the new numbers at once."))
        return redirect("clinics")
    return render(request, "service/clinic.html", {"form": form, "edited": clinic})
