"""Everything Amble keeps about one patient, for the patient to take with them.

The tables are found by walking the models: whatever leads to a patient belongs to the download. Sessions,
passkeys and passwords do not: they are keys to the record, not part of it.
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterator

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from amble.care.accounts.models import User
from amble.care.records.models import Clinic, Patient

APPS = ("accounts", "records", "assessments", "journey", "audit")
SECRETS = {"accounts.user.password", "records.invitation.token_hash"}
NAMES_ONLY = (User, Clinic)
"""Rows of other people or places: the patient sees their name, not their row."""


def path_to_patient(model) -> str | None:
    """How a row leads to its patient, such as response__assessment__episode__patient. None when it does not."""
    if model is Patient:
        return "pk"
    if model is User:
        return "patient"
    fields = {field.name: field for field in model._meta.concrete_fields}
    if "patient" in fields or "patient_id" in fields:
        return "patient_id"
    onward = (f for f in fields.values() if f.is_relation and f.related_model not in NAMES_ONLY)
    paths = ((field.name, path_to_patient(field.related_model)) for field in onward)
    return next((f"{name}__{inner}" for name, inner in paths if inner), None)


def models_of_a_patient() -> list[type[models.Model]]:
    every = [model for app in APPS for model in apps.get_app_config(app).get_models()]
    return [model for model in every if path_to_patient(model)]


def tables(patient) -> dict[str, list[dict]]:
    """Every row about the patient, by table. One query for each table."""
    return {model._meta.label_lower: list(_rows(model, patient)) for model in models_of_a_patient()}


def as_json(patient) -> bytes:
    content = {"exported_at": timezone.now(), "tables": tables(patient)}
    return json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2).encode()


def as_csv(patient) -> bytes:
    """A zip with one CSV file for each table that has rows."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in tables(patient).items():
            if rows:
                archive.writestr(f"{name}.csv", _csv(rows))
    return file.getvalue()


def _rows(model, patient) -> Iterator[dict]:
    fields = [f for f in model._meta.concrete_fields if f"{model._meta.label_lower}.{f.name}" not in SECRETS]
    named = [f.name for f in fields if f.is_relation and f.related_model in NAMES_ONLY]
    found = model.objects.filter(**{path_to_patient(model): patient.pk}).select_related(*named).order_by("pk")
    for row in found:
        yield {field.name: _value(row, field) for field in fields}


def _value(row, field):
    if field.is_relation and field.related_model in NAMES_ONLY:
        other = getattr(row, field.name)
        return other.name if other else None
    return getattr(row, field.attname)


def _csv(rows: list[dict]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    # The mark at the beginning tells spreadsheets that the file is UTF-8.
    return "\ufeff" + text.getvalue()


def _cell(value):
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        # A spreadsheet would run it as a formula.
        return f"'{value}"
    return value
