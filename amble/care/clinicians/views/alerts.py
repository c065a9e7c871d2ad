"""A safety alert: what was answered, and the note that closes it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from amble.care.audit.actions import AlreadySaved
from amble.care.journey.actions import safety
from amble.care.records.access import note_opening, physiotherapist_page
from amble.programme import safety as rules

from ..forms.other import ResolveForm


@physiotherapist_page
def show(request, alert_id):
    alerts = request.clinic.safety_alerts.select_related("episode__patient", "screen", "resolved_by")
    alert = get_object_or_404(alerts, pk=alert_id)
    patient = alert.episode.patient
    note_opening(request, patient, page="alert")
    form = ResolveForm.from_request(request)
    if form.is_valid():
        return _resolve(request, alert, form)
    groups = {group.id: group for group in rules.groups(alert.screen.rules_version)}
    flags = [rules.question(id, alert.screen.rules_version) for id in alert.screen.flags]
    context = {
        "form": form,
        "alert": alert,
        "person": patient,
        "flags": [(question, groups[question.group]) for question in flags],
    }
    return render(request, "clinicians/alert.html", context)


def _resolve(request, alert, form):
    try:
        safety.resolve(
            alert=alert, note=form.cleaned_data["note"], by=request.user, submission=form.submission_key
        )
        messages.success(request, _("The alert is resolved."))
    except AlreadySaved:
        messages.success(request, _("The alert is resolved."))
    except safety.AlreadyResolved:
        messages.info(
            request, _("A colleague resolved this alert first. Their note is kept; yours was not saved.")
        )
        return redirect("alert", alert_id=alert.pk)
    return redirect("today")
