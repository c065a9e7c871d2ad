"""The record on one screen."""

from django.shortcuts import render
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext_lazy as _

from amble.care.journey import charts, sentences, summary
from amble.care.records.access import physiotherapist_page
from amble.care.records.actions import consents

from .patients import open_episode

NAMES = {
    "function": _("Function"),
    "activity_level": _("Activity"),
    "fear_avoidance": _("Fear-avoidance"),
    "pain": _("Pain"),
}


@physiotherapist_page
def show(request, public_id):
    patient, episode = open_episode(request, public_id, page="patient")
    context = {
        **of_the_patient(patient, episode),
        "measures": summary.measures_of(episode),
        "has_consented": consents.is_given(patient),
        "states": episode.states.select_related("by"),
        "unread": patient.messages.filter(from_patient=True, read_at__isnull=True).count(),
    }
    return render(request, "clinicians/patient.html", context)


def of_the_patient(patient, episode) -> dict:
    """What the record, the session and the discharge show alike."""
    now = summary.of(episode)
    return {
        "person": patient,
        "episode": episode,
        "now": now,
        "chart": _chart(now.lines),
        "progress": [_row(line) for line in now.lines],
    }


def _chart(lines) -> str:
    """Function comes first; without it there is no chart."""
    line = next((line for line in lines if line.id == "function"), None)
    if line is None:
        return ""
    first = line.points[0].value
    least = line.smallest_that_matters
    return charts.line_chart(
        [(point.day, point.value) for point in line.points],
        low=line.scale.range[0],
        high=line.scale.range[1],
        title=str(NAMES[line.id]),
        band=(first - least, first + least) if least else None,
        right_to_left=get_language_bidi(),
    )


def _row(line) -> dict:
    return {
        "name": NAMES[line.id],
        "scale": sentences.SCALES[line.id],
        "points": [
            (point.day, sentences.VISITS[point.visit], sentences.value_of(line, point))
            for point in line.points
        ],
        "change": line.change,
        "validated": line.instrument.validated,
    }
