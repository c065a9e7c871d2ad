"""The leak lists of a service lead's own clinic: who is lost on the way today, and one next step for each."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from amble.care.journey.actions import colleagues
from amble.care.records.access import note_figures, service_lead_page
from amble.outcomes import leaks

PER_PAGE = 50


@dataclass(frozen=True)
class Leak:
    """code: in the address.  rows: of a clinic.  of_staff: the rows are colleagues, by name; else patients, by code.

    day: what the day of a row is.
    """

    code: str
    title: str
    next_step: str
    nobody: str
    rows: Callable
    day: str
    of_staff: bool = False


LEAKS = (
    Leak(
        "train",
        _("Not trained yet"),
        _("Find a day for the training with them, and record it under Training."),
        _("Everybody is trained."),
        leaks.untrained,
        _("Invited"),
        of_staff=True,
    ),
    Leak(
        "remind",
        _("Trained, and never gave ETMI"),
        _("Ask what is in the way. The button sends one friendly e-mail, at most once a week."),
        _("Everybody who is trained has given ETMI."),
        leaks.not_delivering,
        _("Trained"),
        of_staff=True,
    ),
    Leak(
        "decide",
        _("Waiting for care to begin"),
        _("Ask a trained colleague to see them, and to offer ETMI."),
        _("Nobody is waiting."),
        leaks.waiting,
        _("Referred"),
    ),
    Leak(
        "offer",
        _("In usual care, not offered ETMI"),
        _("Ask their physiotherapist to offer it at the next session. It is not too late."),
        _("Everybody in usual care with a trained physiotherapist was offered ETMI."),
        leaks.not_offered,
        _("Care began"),
    ),
    Leak(
        "telephone",
        _("Started ETMI, and no contact for four weeks"),
        _("Ask their physiotherapist to telephone: is another session needed, or is it time to end care?"),
        _("Everybody in ETMI has been seen in the last four weeks."),
        leaks.stopped,
        _("Last contact"),
    ),
    Leak(
        "measures",
        _("Measures overdue, or closing within a week"),
        _("Ask their physiotherapist to telephone. The answers can be given on the telephone."),
        _("Nothing is overdue."),
        leaks.closing,
        _("Open until"),
    ),
)
BY_CODE = {leak.code: leak for leak in LEAKS}


@service_lead_page
def index(request):
    note_figures(request, page="leaks", own_clinic=True)
    counted = [(leak, Paginator(leak.rows(request.clinic), PER_PAGE).count) for leak in LEAKS]
    return render(request, "outcomes/leaks/index.html", {"counted": counted})


@service_lead_page
def show(request, code: str):
    """One list. A post reminds one colleague of it."""
    leak = BY_CODE[code]
    if request.method == "POST" and code == "remind":
        return _remind(request)
    note_figures(request, page=f"leaks-{code}", own_clinic=True)
    page = Paginator(leak.rows(request.clinic), PER_PAGE).get_page(request.GET.get("page"))
    rows = page.object_list if leak.of_staff else [leaks.lost(row) for row in page.object_list]
    return render(request, "outcomes/leaks/one.html", {"leak": leak, "page": page, "rows": rows})


def _remind(request):
    wanted = request.POST.get("clinician", "")
    clinician = next((c.user for c in leaks.not_delivering(request.clinic) if str(c.user.pk) == wanted), None)
    if clinician is None:
        messages.info(request, _now("This colleague is no longer on the list. Nothing was sent."))
        return redirect("leak-remind")
    try:
        colleagues.remind_to_offer(clinician=clinician, clinic=request.clinic, by=request.user)
    except colleagues.NotPossible as problem:
        messages.info(request, str(problem))
    else:
        messages.success(request, _now("The e-mail to %(name)s is on its way.") % {"name": clinician.name})
    return redirect("leak-remind")
