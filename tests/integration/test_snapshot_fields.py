"""The allow-list: every field is classed, only what it names is read, and nothing that leads to a person leaves."""

import json
import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from django.apps import apps
from django.db import connection
from django.db.models import F

from amble.care.audit.models import AuditEvent
from amble.outcomes.bridge.fields import fields
from amble.outcomes.bridge.writer import write
from tests import factories, lived_record

APPS = ("accounts", "audit", "records", "assessments", "journey", "outcomes")
SHORTEST = 4  # a shorter text, such as a time zone "UTC", may stand in a table by chance
NUMBERS_FROM = 7_000_000_000  # so that the number of a row cannot be taken for a dose of anything


def every_field() -> dict:
    models = [model for app in APPS for model in apps.get_app_config(app).get_models()]
    return {(m._meta.label_lower, f.name): f for m in models for f in m._meta.concrete_fields}


def test_every_field_is_classed_and_no_other() -> None:
    unclassed, gone = every_field().keys() - fields().keys(), fields().keys() - every_field().keys()
    assert not unclassed, f"not in fields.toml: {sorted(unclassed)}"
    assert not gone, f"in fields.toml, but no field: {sorted(gone)}"


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite can be asked which columns it reads")
def test_exactly_the_columns_that_the_list_names_are_read(tmp_path: Path) -> None:
    lived_through()
    AuditEvent.objects.update(at=F("at") - timedelta(days=1))
    read = set()

    def note(action, table, column, *_):
        if action == sqlite3.SQLITE_READ and column:
            read.add((table, column))
        return sqlite3.SQLITE_OK

    connection.connection.set_authorizer(note)
    try:
        write(snapshot=tmp_path / "snapshot", operations=tmp_path / "operations")
        connection.connection.set_authorizer(None)
        factories.patient(factories.clinic())
        connection.connection.set_authorizer(note)
        write(snapshot=tmp_path / "snapshot", operations=tmp_path / "operations")  # what changed since
    finally:
        connection.connection.set_authorizer(None)
    known = every_field()
    named = {
        (known[key].model._meta.db_table, known[key].column)
        for key, field in fields().items()
        if field.leaves or field.read
    }
    assert read == named


@pytest.mark.django_db
def test_nothing_that_leads_to_a_person_is_written(tmp_path: Path) -> None:
    lived_record.number_rows_from(NUMBERS_FROM)
    lived_through()
    write(snapshot=tmp_path / "snapshot", operations=tmp_path / "operations")
    texts, numbers, days = written(tmp_path)
    assert len(texts) > 500 and any(text == "usual_care" for text in texts)
    joined = "\n".join(texts)
    hidden = list(identifying())
    kinds = {type(value) for _, value in hidden}
    assert {str, int, date} <= kinds, "the record holds nothing to look for"
    for key, value in hidden:
        if isinstance(value, int):
            assert value not in numbers and str(value) not in joined, f"{key} leaves as {value}"
        elif isinstance(value, date):
            assert value not in days and value.isoformat() not in joined, f"{key} leaves as {value}"
        elif len(str(value)) >= SHORTEST:
            assert str(value) not in joined, f"{key} leaves as {value}"
            assert str(value).replace("-", "") not in joined, f"{key} leaves as {value}"


def lived_through() -> None:
    """Every action there is, once, each on people of its own, and words wherever people may write freely."""
    lived_record.happen(lived_record.prepared())
    for (label, name), field in fields().items():
        model = apps.get_model(label)
        column = model._meta.get_field(name)
        if field.why == "written freely" and column.get_internal_type() in ("CharField", "TextField"):
            model.objects.update(**{name: f"free words in {label} {name}"[: column.max_length]})


def identifying() -> Iterator[tuple]:
    """(field, value) of all that the list calls identifying, as it stands in the database."""
    for (label, name), field in fields().items():
        model = apps.get_model(label)
        if field.kind == "identifying" and model._meta.app_label != "outcomes":
            column = model._meta.get_field(name)
            for value in set(map(as_found, model.objects.values_list(column.attname, flat=True))):
                if value not in (None, ""):
                    yield (label, name), value


def as_found(value):
    if isinstance(value, dict | list):
        return json.dumps(value) if value else None
    return value if isinstance(value, int | date | None) else str(value)


def written(folder: Path) -> tuple[list[str], set[float], set[date]]:
    """Every text (also of the manifests and the names of files), number and day that was written."""
    texts, numbers, days = [], set(), set()

    def sort(value) -> None:
        if isinstance(value, dict):
            for inner in (*value.keys(), *value.values()):
                sort(inner)
        elif isinstance(value, list):
            for inner in value:
                sort(inner)
        elif isinstance(value, date):
            days.add(value)
        elif isinstance(value, int | float):
            numbers.add(value)
        elif value is not None:
            texts.append(value)

    for file in folder.rglob("*"):
        texts.append(file.name)
        if file.suffix == ".parquet":
            for row in duckdb.sql(f"FROM read_parquet('{file}')").fetchall():
                sort(list(row))
    for file in folder.rglob("manifest.json"):
        kept = json.loads(file.read_text())
        del kept["mark"], kept["end"]  # numbers of audit rows, to know where to go on from
        sort(kept)
    return texts, numbers, days
