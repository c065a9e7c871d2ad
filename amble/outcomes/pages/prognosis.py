"""How it went for the earlier patients who began most alike: for the patient, and for the physiotherapist."""

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import get_language_bidi, gettext_lazy
from django.utils.translation import gettext as _

from amble.care.journey import charts
from amble.care.journey.sentences import VISITS
from amble.care.patients.gate import programme_page
from amble.care.records.access import open_record, physiotherapist_page
from amble.evaluation.estimators.people_like_me_check import TOLERATED
from amble.instruments import definition
from amble.outcomes.nightly.latest import latest
from amble.vocabulary import Visit

from . import outlook
from .outlook import Outlook, Refusal, Refused

STEPS = {
    Visit.BASELINE: gettext_lazy("Start"),
    Visit.DISCHARGE: gettext_lazy("End of care"),
    Visit.WEEK_6: gettext_lazy("6 weeks"),
    Visit.MONTH_3: gettext_lazy("3 months"),
    Visit.MONTH_6: gettext_lazy("6 months"),
    Visit.MONTH_12: gettext_lazy("12 months"),
}
FIRST_SAID = (Visit.MONTH_3, Visit.DISCHARGE, Visit.WEEK_6, Visit.MONTH_6, Visit.MONTH_12)
"""What a patient is told in words: the first of these that can be told. The others are in the table."""
TO_PATIENT = {
    Refusal.NOT_YET: gettext_lazy(
        "We do not know enough earlier patients yet. That can take a year or more."
    ),
    Refusal.NO_START: gettext_lazy(
        "Your first questions are not answered yet. What you can do now is needed for it."
    ),
    Refusal.OTHER_WAY: gettext_lazy(
        "Your first questions were not the same as theirs, so the two cannot be compared."
    ),
    Refusal.RECENT: gettext_lazy(
        "Your back has not hurt for as long as theirs, so theirs is no guide to yours."
    ),
    Refusal.UNLIKE: gettext_lazy(
        "Too few earlier patients began much like you. That says nothing bad about you."
    ),
    Refusal.POOR: gettext_lazy(
        "We tested it, and it was not true enough to show. We would rather show nothing."
    ),
}
TO_PHYSIOTHERAPIST = {
    Refusal.NOT_YET: gettext_lazy(
        "Too few earlier patients of this service are known, or no night has run yet."
    ),
    Refusal.NO_START: gettext_lazy(
        "Function at the start is not known. It can still be asked under Measures."
    ),
    Refusal.OTHER_WAY: gettext_lazy(
        "Function at the start was measured by another questionnaire than theirs."
    ),
    Refusal.RECENT: gettext_lazy("The pain is more recent than that of the earlier patients."),
    Refusal.UNLIKE: gettext_lazy(
        "Too few earlier patients began like this, were of this age, or answered later."
    ),
    Refusal.POOR: gettext_lazy(
        "It did not come true for enough of the patients who were left out when it was made."
    ),
}
MATCHED_ON = {
    "function": gettext_lazy("Function"),
    "pain": gettext_lazy("Pain"),
    "fear_avoidance": gettext_lazy("Fear-avoidance"),
    "activity_level": gettext_lazy("Activity, times a week"),
    "age_years": gettext_lazy("Age"),
    "sex": gettext_lazy("Sex"),
    "depression": gettext_lazy("Screen for depression"),
    "anxiety": gettext_lazy("Screen for anxiety"),
}
VALUES = {
    "yes": gettext_lazy("positive"),
    "no": gettext_lazy("negative"),
    "none": gettext_lazy("none"),
    "1-2": gettext_lazy("1–2"),
    "3+": gettext_lazy("3+"),
    "female": gettext_lazy("female"),
    "male": gettext_lazy("male"),
    "other": gettext_lazy("other"),
}


@programme_page(etmi=True)
def mine(request):
    """The patient's own page, reached from My progress only: nobody meets it unasked."""
    found = outlook.of(request.episode, latest().night)
    if isinstance(found, Refused):
        return render(request, "outcomes/prognosis/mine.html", {"refused": TO_PATIENT[found.reason]})
    said = next(step for visit in FIRST_SAID for step in found.steps if step.visit == visit)
    context = _shown(found) | {"said": said, "when": VISITS[said.visit], "tone": tone(found)}
    return render(request, "outcomes/prognosis/mine.html", context)


@physiotherapist_page
def of_a_patient(request, public_id):
    patient = open_record(request, public_id, page="patient-prognosis")
    if patient.episode is None:
        raise Http404
    night = latest().night
    found = outlook.of(patient.episode, night)
    context = {"person": patient, "night": night}
    if isinstance(found, Refused):
        context["refused"] = TO_PHYSIOTHERAPIST[found.reason]
    else:
        context |= _shown(found) | {"matched_on": list(_matched_on(found)), "tolerated": _tolerated()}
    return render(request, "outcomes/prognosis/patient.html", context)


def tone(found: Outlook) -> str:
    """Which words fit the last visit told.

    "further": half got clearly past where the person began.  "more": half got past it at all.  "even": else.
    """
    middle = found.steps[-1].middle
    if middle >= found.start + _matters():
        return "further"
    return "more" if middle > found.start else "even"


def _matters() -> float:
    return definition.load("rmdq").scale("function").important_change.value


def _shown(found: Outlook) -> dict:
    """What both pages show: the picture and the table with the same numbers."""
    places = (Visit.BASELINE, *found.visits)
    by_visit = {step.visit: step for step in found.steps}
    ranges = [(s.low, s.middle, s.high) if (s := by_visit.get(visit)) else None for visit in places]
    own = [(place, found.own[visit]) for place, visit in enumerate(places) if visit in found.own]
    rows = [
        {"name": VISITS[visit], "step": by_visit.get(visit), "own": found.own.get(visit)} for visit in places
    ]
    chart = charts.course_chart(
        [str(STEPS[visit]) for visit in places],
        ranges,
        own,
        title=_("What people who began much alike could do over time. The numbers are in the table below."),
        right_to_left=get_language_bidi(),
    )
    return {"found": found, "chart": chart, "rows": rows}


def _matched_on(found: Outlook):
    for name, label in MATCHED_ON.items():
        value = found.known[name]
        yield label, VALUES.get(value, value) if isinstance(value, str) else value


def _tolerated() -> tuple[int, int]:
    return tuple(round(100 * end) for end in TOLERATED)
