"""For the service lead: who is trained, who delivers, who is reached. Counts only."""

import contextlib

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from amble.care.audit.actions import AlreadySaved
from amble.care.journey import uptake
from amble.care.records import choosing, team
from amble.care.records.access import service_lead_page
from amble.care.records.actions import staff

from ..forms import TeamTrainingForm

choose_clinic = service_lead_page(choosing.choose_clinic)


@service_lead_page
def show(request):
    form = TeamTrainingForm.from_request(request, team=team.physiotherapists(request.clinic))
    if form.is_valid():
        with contextlib.suppress(AlreadySaved):
            staff.record_training(
                clinic=request.clinic, by=request.user, submission=form.submission_key, **form.training
            )
        messages.success(request, _("The training is recorded."))
        return redirect("service-training")
    context = {
        "form": form,
        "rows": _rows(uptake.of(request.clinic)),
        "team": team.with_training(request.clinic),
    }
    return render(request, "service/training.html", context)


def _rows(counts: uptake.Uptake) -> list[tuple[str, str, str]]:
    """What is counted, its names in the study and in RE-AIM, and the count."""
    return [
        (_("Physiotherapists invited to training"), "", _shown(counts.clinicians_invited)),
        (_("Physiotherapists trained"), "", _shown(counts.clinicians_trained)),
        (
            _("Physiotherapists delivering: at least one ETMI session"),
            _("“Reach” in the study, “adoption” in RE-AIM"),
            _shown(counts.clinicians_delivering),
        ),
        (_("Patients whose care began"), "", _shown(counts.patients_started)),
        (
            _("Patients receiving ETMI"),
            _("“Adoption” in the study, “reach” in RE-AIM"),
            _shown(counts.patients_receiving),
        ),
        (
            _("Outcomes complete: first and discharge measures"),
            _("Of the patients whose care began"),
            _shown(counts.outcomes_complete),
        ),
    ]


def _shown(count: int) -> str:
    if count <= uptake.SMALL:
        return _("%(count)d or fewer") % {"count": uptake.SMALL}
    return str(count)
