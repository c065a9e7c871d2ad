"""The end of care: measures before the patient leaves the room, then the summary, then the letter."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from amble.care.audit.actions import AlreadySaved
from amble.care.journey import letters, summary
from amble.care.journey.actions import referrals
from amble.care.records.access import physiotherapist_page
from amble.care.records.actions.episodes import WrongStep
from amble.care.records.states import EpisodeStatus
from amble.vocabulary import Visit

from ..forms.other import DischargeForm
from .patients import open_episode
from .record import of_the_patient

OPEN_MEASURES = "open_measures"


@physiotherapist_page
def show(request, public_id):
    patient, episode = open_episode(request, public_id, page="discharge")
    if episode.status != EpisodeStatus.STARTED:
        messages.info(request, _("Only care that is under way can be ended."))
        return redirect("patient", public_id=public_id)
    if OPEN_MEASURES in request.POST:
        referrals.open_discharge_measures(episode=episode, on=timezone.localdate(), by=request.user)
        return redirect("discharge", public_id=public_id)
    form = DischargeForm.from_request(request, since=episode.start_date, initial={"on": timezone.localdate()})
    if form.is_valid():
        return _discharge(request, patient, episode, form)
    measures = [m for m in summary.measures_of(episode) if m.assessment.visit == Visit.DISCHARGE]
    context = {
        **of_the_patient(patient, episode),
        "form": form,
        "measures": measures[0] if measures else None,
    }
    return render(request, "clinicians/discharge.html", context)


def _discharge(request, patient, episode, form):
    try:
        referrals.discharge(
            episode=episode,
            on=form.cleaned_data["on"],
            reason=form.cleaned_data["words"],
            by=request.user,
            submission=form.submission_key,
        )
        messages.success(request, _("Care has ended. The summary letter is ready."))
    except AlreadySaved:
        pass
    except WrongStep:
        messages.info(request, _("A colleague has just ended this care. Nothing was changed."))
    return redirect("patient", public_id=patient.public_id)


@physiotherapist_page
def letter(request, public_id):
    """The summary letter as PDF."""
    patient, episode = open_episode(request, public_id, page="letter")
    if episode.status != EpisodeStatus.DISCHARGED:
        messages.info(request, _("The letter is there when care has ended."))
        return redirect("patient", public_id=public_id)
    words = episode.states.filter(status=EpisodeStatus.DISCHARGED).last().reason
    response = HttpResponse(letters.discharge_summary(episode, words), content_type="application/pdf")
    name = slugify(patient.name) or "patient"
    response.headers["Content-Disposition"] = f'inline; filename="summary-{name}.pdf"'
    return response
