"""Which parts of a folder have to be written again: those with an episode whose patient was touched since.

Every action writes its audit row in the transaction of the change, so the audit says who was touched. Where that
cannot be trusted (another key, other code, a database restored from a backup), everything is written anew.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db.models import Count, F, Max
from django.utils import timezone

from amble.care.audit.models import AuditEvent
from amble.care.records.models import Episode
from amble.evaluation.snapshot import tables
from amble.outcomes import pseudonyms

PART = 100_000  # episodes, by their number in the database
MARGIN = timedelta(hours=1)  # for clocks that differ, and for transactions that were open while we read
FOR_ALL = "clinic.changed"  # a clinic's language or time zone changes what is written of all its patients


@dataclass(frozen=True)
class Now:
    """The database at this moment.  episodes: part -> how many it holds.

    mark: all audit rows up to this one are told; later ones may have been in the making.  end: the last one seen.
    """

    code: str
    key: str
    mark: int
    end: tuple[int, str]
    episodes: Mapping[int, int]

    def as_noted(self) -> dict[str, Any]:
        return {"code": self.code, "key": self.key, "part": PART, "mark": self.mark, "end": list(self.end)}


def now(told: Mapping[str, Any]) -> Now:
    """told: the manifest of the last run; audit rows up to its mark are not looked at again."""
    parts = Episode.objects.values(part=F("pk") / PART).annotate(n=Count("pk")).order_by("part")
    last = AuditEvent.objects.order_by("pk").values_list("pk", "at").last()
    since = told.get("mark", 0)
    old = AuditEvent.objects.filter(pk__gt=since, at__lt=timezone.now() - MARGIN)
    return Now(
        code=_code(),
        key=pseudonyms.of("manifest", "key"),
        mark=old.aggregate(newest=Max("pk"))["newest"] or since,
        end=(last[0], last[1].isoformat()) if last else (0, ""),
        episodes={row["part"]: row["n"] for row in parts},
    )


def to_write(found: Now, told: Mapping[str, Any]) -> set[int]:
    """The parts that have to be written again."""
    every = set(found.episodes)
    if not told or any(told.get(name) != found.as_noted()[name] for name in ("code", "key", "part")):
        return every
    if not _goes_on(told["end"]):
        return every
    since = AuditEvent.objects.filter(pk__gt=told["mark"])
    if since.filter(action=FOR_ALL).exists():
        return every
    touched = Episode.objects.filter(patient_id__in=since.values("patient_id"))
    parts = set(touched.values_list(F("pk") / PART, flat=True).distinct())
    return parts | {
        part for part in every if told["parts"].get(f"{part:05d}", {}).get("held") != found.episodes[part]
    }


def _goes_on(end: list) -> bool:
    """Is the audit the one that was told, gone on? A database restored from an earlier backup has another."""
    pk, at = end
    if not pk:
        return True
    kept = AuditEvent.objects.filter(pk=pk).values_list("at", flat=True).first()
    return kept is not None and kept.isoformat() == at


def _code() -> str:
    """Changes when the contract, the allow-list or the code that writes does."""
    here = Path(__file__).parent
    files = sorted(
        [*here.glob("*.py"), *here.glob("*.toml"), *here.parent.glob("operations.toml"), tables.FILE]
    )
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
