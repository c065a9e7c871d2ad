"""The counts of completeness as they may be shown: service, clinics, visits, time, modes and reminders, together."""

from amble.evaluation.study.model import Disclosure
from amble.outcomes.figures import jointly
from amble.outcomes.figures.completeness.counts import COUNTS, Completeness
from amble.outcomes.figures.jointly import Shown, Slices

ANSWERED = ("due", "answered")
EVERYWHERE = {"all": COUNTS, "visit": COUNTS, "arm": ANSWERED, "mode": ("answered",), "became": ("due",)}
BECAME = {
    "answered": ("before", "first", "second", "later"),
    "missed": ("reminded", "silent"),
    "open": ("open",),
}
"""What became of them adds up to those answered, those missed and those open."""
SLICES = Slices(
    service=EVERYWHERE | {"month": ANSWERED},
    clinic=EVERYWHERE | {"quarter": ANSWERED},
    clinician=ANSWERED,
    whole_service=("visit", "arm", "mode", "month", "quarter"),
    whole_clinic=("visit", "arm", "mode", "quarter"),
    part_of={"answered": "due"},
    adding={"due": ("answered", "open", "missed")},
    sums=[
        (("all", None, state), [("became", one, "due") for one in became]) for state, became in BECAME.items()
    ],
)


def shown(found: Completeness, rule: Disclosure) -> Shown:
    return jointly.shown(found.cuts, SLICES, rule)
