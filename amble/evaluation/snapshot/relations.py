"""What rows must keep with one another: keys that are unique, and keys that lead somewhere."""

from collections.abc import Iterator
from dataclasses import dataclass

from ibis import _
from ibis.expr.types import Table as IbisTable

from amble.evaluation.snapshot import duplicates
from amble.evaluation.snapshot.reader import Snapshot
from amble.evaluation.snapshot.tables import Table, tables


@dataclass(frozen=True)
class Check:
    """broken: one row for each thing that is wrong.  shown: its columns that make the example."""

    table: str
    column: str
    problem: str
    remedy: str
    broken: IbisTable
    shown: tuple[str, ...]


def checks(snapshot: Snapshot) -> Iterator[Check]:
    """The checks that can be made with the tables and columns that are there."""
    for name, table in tables().items():
        if _holds(snapshot, name, *table.key):
            yield _duplicates(snapshot, table)
    for name in ("scores", "sessions"):
        if _holds(snapshot, name, "episode_id") and _holds(snapshot, "episodes", "episode_id"):
            yield _without_episode(snapshot, name)
    if _holds(snapshot, "clinicians", "clinician_id") and _holds(snapshot, "episodes", "clinician_id"):
        yield _unknown_clinician(snapshot)
    if _holds(snapshot, "episodes", "clinician_id", "clinic_id"):
        yield _two_clinics(snapshot)
    if _holds(snapshot, "sessions", "modalities"):
        yield _unknown_modality(snapshot)


def _holds(snapshot: Snapshot, name: str, *columns: str) -> bool:
    return all(snapshot.sources[name].holds(tables()[name].column(column)) for column in columns)


def _duplicates(snapshot: Snapshot, table: Table) -> Check:
    """A key that is empty is a fault of its own."""
    rows = snapshot.table(table.name).drop_null(list(table.key))
    several = len(table.key) > 1
    suspects = duplicates.suspects(rows, table.key, snapshot.engine) if several else None
    rows = rows if suspects is None else rows.semi_join(suspects, table.key[0])
    repeated = rows.group_by(list(table.key)).aggregate(rows=_.count()).filter(_.rows > 1)
    return Check(
        table=table.name,
        column=", ".join(table.key),
        problem=f"the same {'combination' if several else 'key'} stands in several rows",
        remedy="Keep one row of each.",
        broken=repeated,
        shown=(*table.key, "rows"),
    )


def _without_episode(snapshot: Snapshot, name: str) -> Check:
    rows = snapshot.table(name).filter(_.episode_id.notnull())
    return Check(
        table=name,
        column="episode_id",
        problem=f"is not in {snapshot.sources['episodes'].file}",
        remedy="Add the episode or leave these rows out.",
        broken=rows.anti_join(snapshot.episodes.select("episode_id"), "episode_id"),
        shown=("episode_id",),
    )


def _unknown_clinician(snapshot: Snapshot) -> Check:
    rows = snapshot.episodes.filter(_.clinician_id.notnull())
    return Check(
        table="episodes",
        column="clinician_id",
        problem=f"is not in {snapshot.sources['clinicians'].file}",
        remedy="Add the clinician there, or leave that file out.",
        broken=rows.anti_join(snapshot.clinicians.select("clinician_id"), "clinician_id"),
        shown=("clinician_id",),
    )


def _two_clinics(snapshot: Snapshot) -> Check:
    """Patients are nested in clinicians and clinicians in clinics: the models need each clinician in one clinic."""
    pairs = snapshot.episodes.select("clinician_id", "clinic_id").distinct()
    if _holds(snapshot, "clinicians", "clinician_id", "clinic_id"):
        pairs = pairs.union(snapshot.clinicians.select("clinician_id", "clinic_id").distinct())
    pairs = pairs.filter(_.clinic_id != "")
    places = pairs.group_by("clinician_id").aggregate(one=_.clinic_id.min(), other=_.clinic_id.max())
    return Check(
        table="episodes",
        column="clinician_id",
        problem="the same clinician works in several clinics",
        remedy="Give a clinician one clinician_id in each clinic, such as c7-north and c7-south.",
        broken=places.filter(_.one != _.other),
        shown=("clinician_id", "one", "other"),
    )


def _unknown_modality(snapshot: Snapshot) -> Check:
    allowed = tables()["sessions"].column("modalities").values
    each = snapshot.sessions.select("episode_id", "number", modality=snapshot.sessions.modalities.unnest())
    return Check(
        table="sessions",
        column="modalities",
        problem="holds something that is not a modality",
        remedy=f"Write one of {', '.join(allowed)}.",
        broken=each.filter(_.modality.notin(allowed) | _.modality.isnull()),
        shown=("modality", "episode_id", "number"),
    )
