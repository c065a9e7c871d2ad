"""The service lead's pages: an overview, a page for each question, its tables as files, and the night's report."""

from dataclasses import dataclass
from io import StringIO

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from amble.care.records.access import note_figures, service_lead_page
from amble.evaluation.report.disclosure import small
from amble.evaluation.report.writing import write_csv
from amble.evaluation.results import Table
from amble.evaluation.study.model import Disclosure
from amble.outcomes.models import Night
from amble.outcomes.nightly.latest import latest

from . import stored

NO_STORE = {"Cache-Control": "no-store"}


@dataclass(frozen=True)
class Page:
    """code: in `told.PAGES`.  title: its heading.  asks: what it answers, in one sentence."""

    code: str
    title: str
    asks: str

    @property
    def slug(self) -> str:
        return self.code.replace("_", "-")


PAGES = (
    Page("reach", _("Reach"), _("Who is reached, and where people are lost on the way.")),
    Page("completeness", _("Completeness"), _("Whose measures are known, due and overdue.")),
    Page("effect", _("Effect"), _("Whether people do better with ETMI than with usual care.")),
    Page("for_whom", _("For whom"), _("Who gains most, and whether everybody is reached alike.")),
    Page("cost", _("Cost"), _("What care costs, and what ETMI saves or adds.")),
    Page("fidelity", _("Fidelity"), _("Whether ETMI is delivered as it was meant.")),
    Page("prognosis", _("Prognosis"), _("How well the course of a new patient can be told.")),
)
LEFT_OUT = {
    "not_asked": _("nobody has asked them yet whether they may be counted"),
    "said_no": _("they said no to being counted"),
    "stopped": _("they stopped using Amble"),
    "no_clinician": _("no physiotherapist is named"),
    "no_birth_date": _("no date of birth is known"),
    "impossible": _("age, dates or months of pain cannot be right"),
}
"""Why care that has begun is in no figure: `bridge.shaping.REASONS` in the reader's language."""
BY_CODE = {page.code: page for page in PAGES}
BY_SLUG = {page.slug: page for page in PAGES}


@service_lead_page
def overview(request, own_clinic: bool = False):
    note_figures(request, page="overview", own_clinic=own_clinic)
    context = frame(request, own_clinic, "figures")
    if night := context["latest"].night:
        said = stored.headlines(night, request.clinic if own_clinic else None)
        context["story"] = [(page, said[page.code]) for page in PAGES if page.code in said]
    return render(request, "outcomes/overview.html", context)


@service_lead_page
def page(request, code: str, own_clinic: bool = False):
    note_figures(request, page=code, own_clinic=own_clinic)
    about = BY_CODE[code]
    context = frame(request, own_clinic, f"figures-{about.slug}") | {"about": about}
    if night := context["latest"].night:
        context["sections"] = stored.sections(night, code, request.clinic if own_clinic else None)
    return render(request, "outcomes/figures.html", context)


@service_lead_page
def table(request, slug: str, name: str, own_clinic: bool = False):
    """A table of a page as CSV. Another clinic's are not found: only the lead's own clinic is looked at."""
    about, night = BY_SLUG.get(slug), latest().night
    clinic = request.clinic if own_clinic else None
    found = about and night and stored.table(night, about.code, clinic, name)
    if not found:
        raise Http404
    note_figures(request, page=about.code, own_clinic=own_clinic)
    return csv_file(found)


@service_lead_page
def report(request, name: str):
    """report.html or results.json of the night, as it left the evaluation."""
    night = latest().night
    if night is None:
        raise Http404
    note_figures(request, page="report", own_clinic=False)
    kind = "application/json" if name.endswith(".json") else "text/html"
    return _file(get_object_or_404(night.files, name=name).content, name, kind)


def frame(request, own_clinic: bool, name: str) -> dict:
    """What every page of figures shows around its own: the state of the night, the menu, the two views of a page."""
    end = "-clinic" if own_clinic else ""
    menu = [(reverse(f"figures{end}"), _("Overview"))]
    menu += [(reverse(f"figures-{page.slug}{end}"), page.title) for page in PAGES]
    menu += [(reverse("planner"), _("Plan"))]
    newest = latest()
    return {
        "latest": newest,
        "has_report": newest.night is not None and newest.night.files.exists(),
        "left_out": _left_out(newest.night) if newest.night else [],
        "own_clinic": own_clinic,
        "figures_menu": menu,
        "views": {"service": reverse(name), "clinic": reverse(f"{name}-clinic")},
    }


def _left_out(night: Night) -> list[tuple[str, int | str]]:
    """Why episodes are in no figure, and how many; few are not told exactly."""
    rule = Disclosure()
    counted = night.provenance.get("left_out", {})
    return [
        (LEFT_OUT[reason], small(rule) if n <= rule.suppress_up_to else n)
        for reason, n in counted.items()
        if n and reason in LEFT_OUT
    ]


def csv_file(table: Table) -> HttpResponse:
    text = StringIO()
    write_csv(text, table)
    return _file(text.getvalue(), f"{table.name}.csv", "text/csv")


def _file(text: str, name: str, kind: str) -> HttpResponse:
    headers = NO_STORE | {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type=f"{kind}; charset=utf-8", headers=headers)
