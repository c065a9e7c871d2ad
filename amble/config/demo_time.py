"""Lets time pass in the demo, so that three weekly check-ins can be tried in ten minutes.

Every date of a patient's journey moves into the past; nothing else changes. Exists for the demo only.
"""

from datetime import timedelta

from django.apps import apps
from django.db import models, transaction

from amble.care.journey.my_data import path_to_patient

APPS = ("records", "assessments", "journey", "audit")
STAYS = {
    "birth_date",
    "invited_on",
    "trained_on",
    "started_at",
    "ended_at",
    "expires_at",
    "reminders_paused_until",
}
MOVES_BUT_NAMED_ALIKE = {"assessments.response"}  # its started_at is a time of the journey


def let_time_pass(days: int, patient=None) -> None:
    """Move all that happened `days` into the past, for one patient or for everyone."""
    with transaction.atomic():
        for app in APPS:
            for model in apps.get_app_config(app).get_models():
                rows = model.objects.all()
                if patient is not None:
                    path = path_to_patient(model)
                    if path is None:
                        continue
                    rows = rows.filter(**{path: patient.pk})
                _move(rows, _moving_fields(model), timedelta(days=days))


def _moving_fields(model) -> list[str]:
    stays = STAYS - {"started_at"} if model._meta.label_lower in MOVES_BUT_NAMED_ALIKE else STAYS
    return [
        f.name for f in model._meta.concrete_fields if isinstance(f, models.DateField) and f.name not in stays
    ]


def _move(rows, fields: list[str], by: timedelta) -> None:
    if not fields:
        return
    moved = []
    for row in rows.iterator():
        for field in fields:
            if value := getattr(row, field):
                setattr(row, field, value - by)
        moved.append(row)
    if moved:
        rows.model.objects.bulk_update(moved, fields, batch_size=200)
