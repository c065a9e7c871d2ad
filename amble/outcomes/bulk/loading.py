"""Loads a snapshot, with its operations if there are any, into an empty database: everything or nothing."""

from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb
from django.db import transaction

from amble.care.accounts.models import User
from amble.care.audit.actions import record
from amble.care.records.models import Clinic, Patient
from amble.outcomes.bulk import numbers, rows
from amble.outcomes.bulk.filling import fill, set_sequences
from amble.outcomes.bulk.sources import CannotLoad, opened

Also = Callable[[duckdb.DuckDBPyConnection], None]


def load(
    snapshot: Path,
    operations: Path | None = None,
    *,
    clinic: Mapping[str, str],
    tell: Callable[[str], None] = lambda table: None,
    also: Also = lambda con: None,
) -> Mapping[str, int]:
    """Table -> rows written. One transaction: when it is stopped half-way, the database is as empty as before.

    clinic: fields that every clinic gets alike (time_zone, phone, ...).  tell: called with the name of each table.
    also: called inside the transaction, with the connection that knows every number (`numbers`), to add more.
    Answers stream; keys and sessions are held in DuckDB, which lays on disk what is beyond AMBLE_MEMORY. Raises
    CannotLoad.
    """
    with opened(snapshot, operations) as con, transaction.atomic():
        _refuse_what_is_there()
        numbers.give(con)
        _refuse_scores_nobody_asked_for(con)
        written, filled = {}, []
        for model, sql in rows.tables(clinic):
            tell(str(model._meta.verbose_name_plural))
            written[model._meta.label_lower] = fill(con, model, sql)
            filled.append(model)
        set_sequences(filled)
        also(con)
        record("record.bulk_loaded", by=None, rows=written)
    return written


def _refuse_what_is_there() -> None:
    if any(model.objects.exists() for model in (User, Clinic, Patient)):
        raise CannotLoad("The database is not empty, and bulk loading does not mix with what is there.")


def _refuse_scores_nobody_asked_for(con) -> None:
    found = con.execute(
        "SELECT count(*), any_value(told.visit || ' of episode ' || told.episode_id) FROM scores told "
        "LEFT JOIN assessments asked USING (episode_id, visit) WHERE asked.episode_id IS NULL"
    ).fetchone()
    if found[0]:
        raise CannotLoad(
            f"scores: {found[0]:,} belong to no row of assessments, such as {found[1]}. Write both folders together."
        )
