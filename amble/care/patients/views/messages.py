"""Messages between the patient and the clinic. They stay open while the programme waits for safety."""

from contextlib import suppress

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from amble.care.audit.actions import AlreadySaved
from amble.care.journey.actions import messages as actions
from amble.care.records.access import patient_page

from ..forms.messages import MessageForm


@patient_page
def thread(request):
    form = MessageForm.from_request(request)
    if request.method == "POST" and form.is_valid():
        with suppress(AlreadySaved):
            actions.send(
                patient=request.patient,
                body=form.cleaned_data["body"],
                from_patient=True,
                by=request.user,
                submission=form.submission_key,
            )
        messages.info(request, _("Your message is with your clinic."))
        return redirect("my-messages")
    written = list(request.patient.messages.select_related("by"))
    if any(not message.from_patient and message.read_at is None for message in written):
        actions.mark_read(patient=request.patient, from_patient=False, by=request.user)
    return render(request, "patients/messages/thread.html", {"thread": written, "form": form})
