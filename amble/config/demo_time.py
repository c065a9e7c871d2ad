"""Lets time pass in the demo, so that three weekly check-ins can be tried in ten minutes.

Every date of a patient's journey and of the figures moves into the past; nothing else changes. Exists for the
demo only. The database moves them by itself, so that a whole service takes seconds.
"""

from datetime import timedelta

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models import F

from amble.care.journey.my_data import path_to_patient
from amble.outcomes.bridge import folder

APPS = ("records", "assessments", "journey", "audit", "outcomes")
STAYS = {"birth_date", "started_at", "finished_at", "ended_at", "expires_at", "reminders_paused_until"}
# Times of the journey, and of the figures: a night of last week is an old one, so the worker makes a new one.
MOVE_ALL_THE_SAME = {"assessments.response": {"started_at"}, "outcomes.night": {"started_at", "finished_at"}}


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
                if fields := _moving_fields(model):
                    rows.update(**{field: F(field) - timedelta(days=days) for field in fields})
    for name in ("snapshot", "operations"):  # no action did this, so no audit row tells the bridge
        folder.forget(settings.VAR / "outcomes" / name)


def _moving_fields(model) -> list[str]:
    stays = STAYS - MOVE_ALL_THE_SAME.get(model._meta.label_lower, set())
    return [
        f.name for f in model._meta.concrete_fields if isinstance(f, models.DateField) and f.name not in stays
    ]
