"""A colleague rates an ETMI session: which ones are drawn, and the rating itself."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from amble.care.audit.actions import AlreadySaved
from amble.care.journey import ratings
from amble.care.journey.actions.ratings import NotPossible, rate_session
from amble.care.records.access import note_opening, physiotherapist_page
from amble.programme import rating_sample

from ..forms.checklist import RatingForm


@physiotherapist_page
def index(request):
    """The sample of this clinic: what this person can rate, what is to come, and what waits for others."""
    held, to_come = ratings.sample(request.clinic, today=timezone.localdate())
    context = {
        "to_rate": [one for one in held if one.clinician != request.user],
        "own": [one for one in held if one.clinician == request.user],
        "to_come": to_come,
        "rule": rating_sample.rule(),
        "percent": round(100 * rating_sample.rule().share),
    }
    return render(request, "clinicians/ratings.html", context)


@physiotherapist_page
def rate(request, contact_id):
    """The checklist, without what the colleague marked."""
    contact = get_object_or_404(ratings.of_clinic(request.clinic), pk=contact_id)
    patient = contact.episode.patient
    note_opening(request, patient, page="rate-session")
    if problem := ratings.why_not(contact, request.user, today=timezone.localdate()):
        messages.info(request, problem)
        return redirect("ratings")
    form = RatingForm.from_request(request, guide=contact.etmi.guide_session)
    if form.is_valid():
        return _save(request, contact, form)
    context = {"form": form, "contact": contact, "person": patient}
    return render(request, "clinicians/rate.html", context)


def _save(request, contact, form):
    try:
        rating = rate_session(contact=contact, by=request.user, submission=form.submission_key, **form.rating)
    except AlreadySaved:
        messages.info(request, _("This rating was saved before. It was not saved twice."))
    except NotPossible as problem:
        messages.info(request, str(problem))
    else:
        messages.success(request, _after(rating, contact.etmi.fidelity))
    return redirect("ratings")


def _after(rating, own: float | None) -> str:
    if own is None:
        return _("Your rating is saved: %(score).0f of 100.") % {"score": rating.fidelity}
    words = _("Your rating is saved: %(score).0f of 100. Your colleague's own marks came to %(own).0f.")
    return words % {"score": rating.fidelity, "own": own}
