"""Language, clock and reminders, and how to sign in."""

import contextlib

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from amble.care.audit.actions import AlreadySaved
from amble.care.records.access import patient_page
from amble.care.records.actions import patients

from ..forms.settings import SettingsForm


@patient_page(after_withdrawal=True)
def change(request):
    patient = request.patient
    first = "first" in request.GET
    initial = {
        "language": patient.user.language,
        "time_zone": patient.user.time_zone,
        "reminder_hour": patient.reminder_hour,
        "paused_until": patient.reminders_paused_until,
    }
    form = SettingsForm.from_request(request, initial=initial)
    if request.method == "POST" and form.is_valid():
        chosen = {name: form.cleaned_data[name] for name in initial}
        with contextlib.suppress(AlreadySaved):
            patients.set_preferences(
                patient=patient, **chosen, by=request.user, submission=form.submission_key
            )
        messages.info(request, _("Your settings are saved."))
        return redirect("my-home" if first else "my-settings")
    return render(request, "patients/settings/change.html", {"form": form, "first": first})
