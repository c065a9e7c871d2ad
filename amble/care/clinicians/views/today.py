"""The physiotherapist's day on one page."""

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone

from amble.care.journey import today
from amble.care.records.access import physiotherapist_page

from ..forms.referrals import REASONS, StartForm

CLINIC = "clinic"
SECTIONS = ("alerts", "referrals", "overdue", "due", "expired", "stuck", "unread", "in_care")


@physiotherapist_page
def show(request):
    """Everything, or with `?see=` one section from `?from=` on. `?who=clinic` shows everybody's patients."""
    see = request.GET.get("see")
    if see is not None and see not in SECTIONS:
        raise Http404
    whole_clinic = request.GET.get("who") == CLINIC
    lists = _read(
        request, see, None if whole_clinic else request.user, _whole_number(request.GET.get("from"))
    )
    context = {
        **lists,
        "see": see,
        "whole_clinic": whole_clinic,
        "reasons": REASONS,
        "start_form": StartForm(request=request, auto_id=False),
    }
    return render(request, "clinicians/today.html", context)


def _read(request, see, mine, start: int) -> dict:
    clinic = request.clinic
    wanted = {see} if see else set(SECTIONS)
    lists = {}
    for name in wanted & {"alerts", "referrals"}:
        lists[name] = getattr(today, name)(clinic, start=start)
    for name in wanted & {"overdue", "due", "expired", "unread"}:
        lists[name] = getattr(today, name)(clinic, mine, start=start)
    if wanted & {"stuck", "in_care"}:
        episodes = today.in_care(clinic, mine)
        if "stuck" in wanted:
            found = today.stuck_among(episodes, today=timezone.localdate())
            lists["stuck"] = today.part(found, start=start)
        if "in_care" in wanted:
            lists["in_care"] = today.part(episodes, start=start)
    return lists


def _whole_number(text: str | None) -> int:
    return min(int(text), 100_000) if text and text.isdecimal() else 0
