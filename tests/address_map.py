"""Every address of Amble, from the URL map itself, filled with the ids of a given patient and clinic."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver

from amble.vocabulary import Role, Visit

OPENS = {
    "own_record": Role.PATIENT,
    "clinic_records": Role.PHYSIOTHERAPIST,
    "service_figures": Role.SERVICE_LEAD,
    "staff_and_clinics": Role.ADMINISTRATOR,
}
"""The rule that guards a page, and the only role it opens for."""

UNGUARDED = {
    "home",
    "about",
    "accessibility",
    "health",
    "invitation",
    "demo-mailbox",
    "demo-week",
}
"""Pages anybody may ask for: they show no record, or carry their own secret."""


class Place(NamedTuple):
    name: str
    route: str
    rule: str | None

    @property
    def role(self) -> Role | None:
        return OPENS.get(self.rule)

    @property
    def holds_an_id(self) -> bool:
        """Whether the address names a row that belongs to one patient or one clinic."""
        return (
            any(name in self.route for name in ("public_id", "_id>", "pk>")) and "belief_id" not in self.route
        )


def places(resolver=None, prefix: str = "") -> Iterator[Place]:
    """Every page that is ours; those of the sign-in library (account/) are left out."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            if not route.startswith("account/"):
                yield from places(entry, route)
        elif isinstance(entry, URLPattern):
            yield Place(entry.name, route, getattr(entry.callback, "rule", None))


def guarded() -> list[Place]:
    """The pages of one role. The tablet's pages have a lock of their own, with a test of its own."""
    ours = [p for p in places() if p.name not in UNGUARDED and not p.route.startswith("tablet/")]
    return sorted(ours, key=lambda place: place.route)


def address(route: str, *, patient, clinic=None, step: int = 1) -> str:
    """The route with its parts filled. Raises LookupError for a row this patient does not have."""
    parts = ["" if not part else _fill(part, route, patient, clinic, step) for part in route.split("/")]
    return "/" + "/".join(parts)


def _fill(part: str, route: str, patient, clinic, step: int) -> str:
    filled = re.fullmatch(r"<(?:\w+:)?(\w+)>(\.csv)?", part)
    if filled is None:
        return part
    name, ending = filled[1], filled[2] or ""
    fixed = {
        "public_id": patient.public_id,
        "visit": Visit.BASELINE.value,
        "step": step,
        "number": 1,  # the first contact
        "occasion": "check_in",
        "belief_id": "bending-harms",
        "slug": "effect",
        "name": "over_time",
    }
    if name in fixed:
        return f"{fixed[name]}{ending}"
    episode = patient.episodes.order_by("-pk").first()
    rows = {
        "alert": lambda: episode.safetyalerts,
        "experiment": lambda: episode.experiments,
        "contact": lambda: episode.contacts,
        "membership": lambda: (clinic or patient.clinic).memberships,
        "clinic": lambda: None,
    }
    for word, row in rows.items():
        if word in name or (name in {"pk", "id"} and word in route):
            if word == "clinic":
                return str((clinic or patient.clinic).pk)
            found = row().order_by("pk").first()
            if found is None:
                raise LookupError(f"this patient has no {word}")
            return str(found.pk)
    raise AssertionError(f"tests/address_map.py: say what {name!r} is in {route}")
