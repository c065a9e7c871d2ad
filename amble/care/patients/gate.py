"""What has to come before a page of the programme: consent, an open episode, and safety."""

import functools

from django.shortcuts import redirect, render

from amble.care.journey.actions.safety import with_stop
from amble.care.records.access import patient_page
from amble.care.records.states import EpisodeStatus
from amble.vocabulary import Arm


def programme_page(view=None, *, etmi=False):
    """A page that waits while a safety alert stops the programme. `etmi`: it belongs to ETMI, not to usual care."""
    if view is None:
        return functools.partial(programme_page, etmi=etmi)

    @functools.wraps(view)
    def gated(request, *args, **kwargs):
        if request.episode.is_stopped:
            return redirect("my-advice")
        in_etmi = request.episode.arm == Arm.ETMI and request.episode.status in {
            EpisodeStatus.STARTED,
            EpisodeStatus.DISCHARGED,
        }
        if etmi and not in_etmi:
            return render(request, "patients/not_yet.html")
        return view(request, *args, **kwargs)

    return patient_page(gated, find=with_stop)
