"""Sessions: usual care logged in two clicks, and any session looked at again."""

import contextlib

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from amble.care.audit.actions import AlreadySaved
from amble.care.journey import ratings
from amble.care.journey.actions import contacts
from amble.care.records.access import physiotherapist_page
from amble.care.records.states import EpisodeStatus
from amble.programme import fidelity
from amble.programme import messages as core
from amble.vocabulary import Arm

from ..forms.contacts import ContactForm
from ..forms.fields import MODALITIES
from .patients import open_episode


@physiotherapist_page
def usual_care(request, public_id):
    patient, episode = open_episode(request, public_id, page="usual-care")
    if episode.status != EpisodeStatus.STARTED:
        messages.info(request, _("Sessions can be logged while care is under way."))
        return redirect("patient", public_id=public_id)
    last = episode.contacts.filter(arm=Arm.USUAL_CARE).order_by("number").last()
    initial = {"day": timezone.localdate()}
    if last:
        initial |= {"minutes": last.minutes, "modalities": last.modalities}
    form = ContactForm.from_request(request, since=episode.start_date, initial=initial)
    if form.is_valid():
        with contextlib.suppress(AlreadySaved):
            contacts.record_usual_care(
                episode=episode, by=request.user, submission=form.submission_key, **form.contact
            )
        messages.success(request, _("Session saved: %(name)s.") % {"name": patient.name})
        return redirect("today")
    context = {"form": form, "person": patient, "episode": episode, "last": last}
    return render(request, "clinicians/usual_care.html", context)


@physiotherapist_page
def show(request, public_id, number):
    """One session as it was recorded, with its fidelity score."""
    patient, episode = open_episode(request, public_id, page="contact")
    found = episode.contacts.select_related("by", "etmi").prefetch_related("ratings__rater")
    contact = get_object_or_404(found, number=number)
    etmi = getattr(contact, "etmi", None)
    context = {
        "person": patient,
        "contact": contact,
        "etmi": etmi,
        "modalities": [MODALITIES.get(modality, modality) for modality in contact.modalities],
    }
    if etmi:
        context |= _of_etmi(etmi)
        context["may_see_score"] = ratings.may_see_score(contact, request.user)
        context["ratings"] = contact.ratings.all() if context["may_see_score"] else ()
    return render(request, "clinicians/contact.html", context)


def _of_etmi(etmi) -> dict:
    # The words may have been edited since; the score that was kept is never worked out again.
    items = {item.id: item for item in fidelity.all_items()}
    breaches = {breach.id: breach.text for breach in fidelity.checklist(1).breaches}
    labels = {2: _("Fully"), 1: _("Partly"), 0: _("Not"), None: _("Does not apply")}
    numbers = (etmi.pain_before, etmi.pain_after, etmi.fear_before, etmi.fear_after, etmi.walk_minutes)
    return {
        "walk": etmi.walk_done or any(number is not None for number in numbers),
        "marks": [(items[id].text if id in items else id, labels[mark]) for id, mark in etmi.marks.items()],
        "breaches": [breaches.get(id, id) for id in etmi.breaches],
        "given": [message.text for message in core.core_messages() if message.id in etmi.messages_given],
        "benchmark": fidelity.benchmark(),
    }
