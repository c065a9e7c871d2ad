"""The counts of fidelity as they may be shown: the whole service, its clinics, and how both are cut, together."""

from amble.evaluation.study.model import Disclosure
from amble.outcomes.figures import jointly
from amble.outcomes.figures.fidelity.counts import COUNTS, KINDS, PART_OF, Fidelity
from amble.outcomes.figures.jointly import Shown, Slices
from amble.programme import fidelity

EVERYWHERE = {"all": COUNTS, "session": COUNTS[:4], "kind": tuple(KINDS)}


def shown(found: Fidelity, rule: Disclosure) -> Shown:
    return jointly.shown(found.cuts, slices(), rule)


def slices() -> Slices:
    """Breaches of one kind are a part of all sessions with a breach, and of those that were rated."""
    kinds = [breach.id for breach in fidelity.checklist(1).breaches]
    return Slices(
        service=EVERYWHERE | {"month": ("scored", "adherent")},
        clinic=EVERYWHERE | {"quarter": ("scored",)},
        clinician=COUNTS,
        whole_service=("session", "month", "quarter"),
        whole_clinic=("session", "quarter"),
        part_of=PART_OF | {"missed": "seen"},
        parts=[
            (("kind", kind, name), ("all", None, KINDS[name]))
            for kind in kinds
            for name in ("ticked", "seen")
        ],
    )
