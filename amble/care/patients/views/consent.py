"""Consent: the text in force, a yes or no to each choice, and what follows from a no."""

import contextlib

from django.shortcuts import redirect, render
from django.urls import reverse

from amble.care.audit.actions import AlreadySaved
from amble.care.records.access import patient_page
from amble.care.records.actions import consents
from amble.programme import consent as texts

from ..forms.consent import ConsentForm
from .invitations import use_remembered


@patient_page(before_consent=True)
def decide(request):
    use_remembered(request)
    text = texts.current()
    decided = consents.current(request.patient)
    given = consents.is_given(request.patient)
    if request.method == "GET" and decided and not given and "change" not in request.GET:
        return render(request, "patients/consent/refused.html")
    form = ConsentForm.from_request(request, text=text, decided=decided)
    if request.method == "POST" and form.is_valid():
        with contextlib.suppress(AlreadySaved):
            consents.decide(
                patient=request.patient,
                version=text.version,
                agreed=form.agreed,
                by=request.user,
                submission=form.submission_key,
            )
        if not consents.is_given(request.patient):
            return redirect("my-consent")
        return redirect("my-home" if given else f"{reverse('my-settings')}?first")
    context = {"form": form, "text": text, "given": given}
    return render(request, "patients/consent/decide.html", context)
