"""Letters as PDF: one page for the GP, and the summary at discharge. Both are tagged for screen readers.

The words go to the typesetter as data, never as markup, so nothing a person wrote can act there.
"""

import json
from pathlib import Path

import typst
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, get_language_bidi, ngettext
from django.utils.translation import gettext as _

from amble.vocabulary import Arm

from .progress import series
from .sentences import NAMES, SCALES, sentence, value

TEMPLATE = Path(__file__).parent / "letters" / "letter.typ"
MOST_CHARACTERS = 600
"""Of one text on a letter of one page; the whole of it is in the record."""


def render(data: dict) -> bytes:
    """Typeset a letter: title, subtitle, sections of heading, paragraphs and rows, and a foot."""
    complete = {
        "language": (get_language() or "en").split("-")[0],
        "direction": "rtl" if get_language_bidi() else "ltr",
        "subtitle": "",
        **data,
    }
    return typst.compile(str(TEMPLATE), sys_inputs={"data": json.dumps(complete)}, pdf_standards=["ua-1"])


def for_the_gp(patient) -> bytes:
    """One page that a patient can give to their GP: where they stand and what they are doing."""
    episode = patient.episode
    return render(
        {
            "title": _("My back: a summary for my GP"),
            "subtitle": _who(patient),
            "sections": [
                _progress_section(episode, _("How I am doing")),
                _plan_section(episode, _("My activity")),
                _section(_("What worries me most"), _text(_latest(episode, "stories"), "worry")),
            ],
            "foot": _("I wrote this with Amble, from my own answers. It is not a diagnosis."),
        }
    )


def discharge_summary(episode, words: str) -> bytes:
    """The letter at discharge: what was done, what changed, what the patient goes on with."""
    patient = episode.patient
    contacts = list(episode.contacts.order_by("number"))
    care = (
        _("ETMI: self-directed activity with reassurance")
        if episode.arm == Arm.ETMI
        else _("Usual physiotherapy")
    )
    facts = [
        [_("Care"), care],
        [_("From"), _day(episode.start_date)],
        [_("To"), _day(episode.discharge_date or timezone.localdate())],
        [_("Sessions"), str(len(contacts))],
    ]
    return render(
        {
            "title": _("Summary of physiotherapy"),
            "subtitle": _who(patient),
            "sections": [
                {"heading": _("Care"), "paragraphs": [], "rows": facts},
                _section(_("Summary"), words),
                _progress_section(episode, _("From the patient's own answers")),
                _plan_section(episode, _("The patient's activity")),
                _section(_("On a bad day"), _text(_latest(episode, "flareupplans"), "in_48_hours")),
            ],
            "foot": _("Written with Amble from the patient's own answers. It is not a diagnosis."),
        }
    )


def _progress_section(episode, heading: str) -> dict:
    rows = [
        [str(NAMES[line.id]), value(line), f"{SCALES[line.id]} {sentence(line)}"] for line in series(episode)
    ]
    return {"heading": heading, "paragraphs": [], "rows": rows}


def _plan_section(episode, heading: str) -> dict:
    goal = _latest(episode, "goals")
    if goal is None:
        return _section(heading, "")
    text = ngettext(
        "%(activity)s, one day a week, %(minutes)s minutes each time.",
        "%(activity)s, %(days)s days a week, %(minutes)s minutes each time.",
        goal.days_per_week,
    ) % {"activity": goal.activity_name, "days": goal.days_per_week, "minutes": goal.minutes}
    return _section(heading, text)


def _section(heading: str, text: str) -> dict:
    shown = text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS].rsplit(" ", 1)[0] + " …"
    return {"heading": heading, "paragraphs": [shown or _("Nothing written yet.")], "rows": []}


def _latest(episode, rows: str):
    return getattr(episode, rows).order_by("at", "pk").last()


def _text(row, field: str) -> str:
    return getattr(row, field) if row else ""


def _who(patient) -> str:
    born = _day(patient.birth_date) if patient.birth_date else _("not known")
    return _("%(name)s, born %(born)s. %(clinic)s, %(day)s.") % {
        "name": patient.name,
        "born": born,
        "clinic": patient.clinic.name,
        "day": _day(timezone.localdate()),
    }


def _day(day) -> str:
    return date_format(day, "DATE_FORMAT") if day else "–"
