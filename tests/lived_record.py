"""A record in which everything has happened once: each action on people of its own."""

from collections.abc import Iterable
from importlib import import_module

from django.apps import apps
from django.db import connection

from tests.integration.every_action import CALLS


def prepared() -> list[tuple]:
    """(action, its arguments) of every action there is; the people are there, the action has not happened."""
    return [(_action(name), make()) for name, make in CALLS.items()]


def happen(made: Iterable[tuple]) -> None:
    for action, arguments in made:
        action(**arguments)


def _action(name: str):
    module, function = name.rsplit(".", 1)
    return getattr(import_module(module), function)


def number_rows_from(first: int) -> None:
    """New rows get numbers that nothing else looks like, each table its own."""
    models = [model for model in apps.get_models() if model._meta.label.startswith(APPS)]
    for place, model in enumerate(models):
        table, number = model._meta.db_table, first + place * 1_000_000
        with connection.cursor() as cursor:
            if model._meta.pk.name != "id":
                continue
            if connection.vendor == "sqlite":
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, number])
            else:
                cursor.execute(f"ALTER TABLE {table} ALTER COLUMN id RESTART WITH {number}")


APPS = ("accounts.", "audit.", "records.", "assessments.", "journey.", "outcomes.")
