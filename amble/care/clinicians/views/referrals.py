"""From a new referral to care: ETMI, usual care, or not here."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from amble.care.audit.actions import AlreadySaved
from amble.care.journey import today
from amble.care.journey.actions import referrals, safety
from amble.care.records.access import physiotherapist_page
from amble.care.records.actions.episodes import WrongStep
from amble.care.records.states import EpisodeStatus
from amble.vocabulary import Arm

from ..forms.referrals import DECLINE, StartForm
from .patients import open_episode


@physiotherapist_page
def start(request, public_id):
    patient, episode = open_episode(request, public_id, page="start-care")
    if episode.status != EpisodeStatus.REFERRED:
        messages.info(request, _("This referral has been decided already. Nothing was changed."))
        return redirect("patient", public_id=public_id)
    form = StartForm.from_request(request)
    if form.is_valid():
        return _decide(request, patient, episode, form)
    fits = today.eligibility_of(
        episode,
        has_flag=safety.open_alerts(episode).exists(),
        has_answered=episode.safetyscreens.exists(),
    )
    return render(request, "clinicians/start_care.html", {"form": form, "person": patient, "fits": fits})


def _decide(request, patient, episode, form):
    given = {"by": request.user, "submission": form.submission_key, "reason": form.reason_given}
    try:
        if form.decision == DECLINE:
            referrals.decline(episode=episode, **given)
        else:
            arm = Arm(form.decision)
            on = timezone.localdate()
            referrals.start(
                episode=episode, arm=arm, clinician=request.user, on=on, offered=form.offered, **given
            )
    except AlreadySaved:
        pass
    except WrongStep:
        messages.info(request, _("A colleague has just decided this referral. Nothing was changed."))
        return redirect("patient", public_id=patient.public_id)
    if form.decision == DECLINE:
        messages.success(request, _("Declined: %(name)s.") % {"name": patient.name})
        return redirect("today")
    messages.success(request, _("Care has started today."))
    return redirect("patient", public_id=patient.public_id)
