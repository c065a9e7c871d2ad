"""Two planners that start from what the night found: more reach, and a rollout in steps. A plan is its own address."""

from math import ceil
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from amble.care.records.access import note_figures, service_lead_page
from amble.evaluation.results import Answer
from amble.evaluation.study.model import Disclosure
from amble.outcomes.nightly.latest import latest
from amble.outcomes.told import Told
from amble.outcomes.told import stored as as_stored

from . import figures, rollout_answer, stored, wedge_answer
from .plan_forms import ReachPlan, WedgePlan

ICC = 0.08
"""Lowest of those found among physiotherapists' patients: Verburg 2021, Phys Ther, PMC8336590 (0.08 to 0.30)."""
SD = 11.0
"""Of function at intake: quartiles 44 and 59 of 17,439 people, Wang 2010 (FOTO lumbar), if about normal."""


@service_lead_page
def reach(request, name: str | None = None):
    """Without a night's numbers, or without what one patient saves or gains, it says what is missing."""
    note_figures(request, page="planner", own_clinic=False)
    numbers = _numbers()
    if numbers is None or not any(numbers["per_patient"].values()):
        return _shown(request, "planner", None, None, numbers)
    form = ReachPlan.from_query(request.GET, _reach_defaults(numbers), currency=numbers["currency"])
    found = rollout_answer.answer(numbers, form.cleaned_data) if form.is_valid() else None
    return _shown(request, "planner", form, found, numbers, name)


@service_lead_page
def stepped_wedge(request, name: str | None = None):
    """Works in a service without a single patient: the defaults are then the published ones."""
    note_figures(request, page="stepped wedge", own_clinic=False)
    numbers = _numbers()
    form = WedgePlan.from_query(request.GET, _wedge_defaults(numbers or {}))
    names = numbers["clinics"] if numbers else []
    found = wedge_answer.answer(form.cleaned_data, names) if form.is_valid() else None
    return _shown(request, "planner-stepped-wedge", form, found, numbers, name)


def _numbers() -> dict[str, Any] | None:
    """What `figures/cost/planning.py` stored with the night's cost page."""
    night = latest().night
    if night is None:
        return None
    kept = night.sections.filter(page="cost", clinic=None, content__more__has_key="planner")
    return kept.values_list("content__more__planner", flat=True).first()


def _shown(
    request, address: str, form, found: Answer | None, numbers, name: str | None = None
) -> HttpResponse:
    """The page; or one table of it as CSV. A file of a plan that cannot be is the page that says why."""
    if name is not None:
        return _file(request, address, found, name)
    context = figures.frame(request, False, "figures-cost") | {"views": None, "form": form}
    context |= {"query": request.GET.urlencode(), "numbers": numbers, "address": address}
    if found:
        confidence = numbers["confidence"] if numbers else 0.95
        context["section"] = stored.section(as_stored(Told("cost", found), Disclosure(), confidence))
    return render(request, f"outcomes/{address.replace('-', '_')}.html", context)


def _file(request, address: str, found: Answer | None, name: str) -> HttpResponse:
    if found is None:
        return redirect(f"{reverse(address)}?{request.GET.urlencode()}")
    for table in found.tables:
        if table.name == name:
            return figures.csv_file(table)
    raise Http404


def _reach_defaults(numbers: dict[str, Any]) -> dict[str, Any]:
    """Twice the reach of today within a year, by as many newly trained as today's pace asks for."""
    eligible, now = numbers["eligible"], numbers["reach"]
    percent = None if now is None else round(100 * now, 1)
    wanted = None if percent is None else min(5.0 * ceil(2 * percent / 5 + 0.01), 100.0)
    known = eligible is not None and wanted is not None and wanted > percent
    found = rollout_answer.needed(numbers, eligible, percent, wanted) if known else None
    return {
        "eligible": eligible,
        "now": percent,
        "wanted": wanted,
        "ramp": 12,
        "months": 24,
        "trained": ceil(found.value) if found else 10,
        "hours": 4,
        "fee": 0,
    }


def _wedge_defaults(numbers: dict[str, Any]) -> dict[str, Any]:
    clinics = max(len(numbers.get("clinics", ())), 3)
    spread, measured = numbers.get("spread") or {}, numbers.get("measured")
    function = (numbers.get("per_patient") or {}).get("function")
    return {
        "clinics": clinics,
        "steps": min(clinics, 4),
        "months": 3,
        "patients": round(max(measured / clinics, 0.1), 1) if measured else 5,
        "sd": spread.get("sd", SD),
        "icc": spread.get("icc", ICC),
        "autocorrelation": 0.8,
        "fading": "no",
        "share": 50,
        "difference": round(max(abs(function["estimate"]), 0.1), 1)
        if function
        else numbers.get("smallest_change") or 5,
        "alpha": 5,
        "seed": 2026,
    }
