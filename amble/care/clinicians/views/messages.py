"""Messages with one patient."""

import contextlib

from django.contrib import messages as notices
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from amble.care.audit.actions import AlreadySaved
from amble.care.journey.actions import messages
from amble.care.records.access import open_record, physiotherapist_page

from ..forms.other import MessageForm

CALLED = "called"


@physiotherapist_page
def thread(request, public_id):
    """Opening the thread marks messages as read. A call asked for waits until somebody says it was made."""
    patient = open_record(request, public_id, page="patient-messages")
    if CALLED in request.POST:
        messages.mark_read(patient=patient, from_patient=True, by=request.user)
        notices.success(request, _("Noted: the patient was called."))
        return redirect("patient-messages", public_id=public_id)
    form = MessageForm.from_request(request)
    if form.is_valid():
        body = form.cleaned_data["body"]
        with contextlib.suppress(AlreadySaved):
            messages.send(
                patient=patient,
                body=body,
                from_patient=False,
                by=request.user,
                submission=form.submission_key,
            )
        return redirect("patient-messages", public_id=public_id)
    if request.method == "GET":
        messages.mark_read(patient=patient, from_patient=True, by=request.user, calls=False)
    written = list(patient.messages.select_related("by"))
    context = {
        "form": form,
        "person": patient,
        "written": written,
        "call_waits": any(m.from_patient and m.asks_for_call and not m.read_at for m in written),
    }
    return render(request, "clinicians/messages.html", context)
