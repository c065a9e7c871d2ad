"""What is kept about the patient: take it along, see who looked, or stop."""

from contextlib import suppress

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from amble.care.audit.actions import AlreadySaved
from amble.care.journey import letters, my_data
from amble.care.journey.actions import referrals
from amble.care.records import openings
from amble.care.records.access import patient_page
from amble.care.records.actions.episodes import WrongStep
from amble.care.records.states import EpisodeStatus

from ..forms.my_data import WithdrawForm

OPENINGS_ON_A_PAGE = 50


@patient_page(after_withdrawal=True)
def overview(request):
    stopped = request.episode is not None and request.episode.status == EpisodeStatus.WITHDRAWN
    return render(request, "patients/my_data/overview.html", {"stopped": stopped, "episode": request.episode})


@patient_page(after_withdrawal=True)
def json_file(request):
    return _download(my_data.as_json(request.patient), "application/json", "json")


@patient_page(after_withdrawal=True)
def csv_file(request):
    return _download(my_data.as_csv(request.patient), "application/zip", "zip")


@patient_page(after_withdrawal=True)
def pdf_file(request):
    if request.episode is None:
        return redirect("my-data")
    return _download(letters.for_the_gp(request.patient), "application/pdf", "pdf")


@patient_page(after_withdrawal=True)
def opened(request):
    """Who opened my record, and when."""
    page = Paginator(openings.of_patient(request.patient), OPENINGS_ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    context = {"page": page, "openings": openings.with_roles(page.object_list)}
    return render(request, "patients/my_data/opened.html", context)


@patient_page
def withdraw(request):
    """Stop using Amble. Says first what that means."""
    form = WithdrawForm.from_request(request)
    if request.method == "POST" and form.is_valid():
        with suppress(AlreadySaved, WrongStep):
            referrals.withdraw(
                episode=request.episode,
                reason=form.cleaned_data["reason"],
                by=request.user,
                submission=form.submission_key,
            )
        messages.info(request, _("You have stopped. Nothing more will be asked of you."))
        return redirect("my-data")
    return render(request, "patients/my_data/withdraw.html", {"form": form})


def _download(content: bytes, kind: str, ending: str) -> HttpResponse:
    name = f"amble-{timezone.localdate():%Y-%m-%d}.{ending}"
    return HttpResponse(
        content,
        content_type=kind,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )
