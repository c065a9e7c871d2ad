"""Every change is saved with its audit row or not at all. The tests walk the list of actions."""

import importlib
import inspect
import pkgutil

import pytest
from django.apps import apps
from django.db import DatabaseError

import amble.care
from amble.care.audit import actions as audit
from amble.care.audit.models import AuditEvent
from amble.care.journey.actions import messages
from tests import factories
from tests.integration.every_action import CALLS

for module in pkgutil.walk_packages(amble.care.__path__, "amble.care."):
    if ".actions" in module.name:
        importlib.import_module(module.name)

ACTIONS = sorted(audit.ACTIONS)


def rows() -> dict[str, int]:
    labels = ("accounts", "audit", "records", "assessments", "journey")
    return {
        model._meta.label: model.objects.count()
        for label in labels
        for model in apps.get_app_config(label).get_models()
    }


def test_every_action_is_exercised():
    assert sorted(CALLS) == ACTIONS


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_needs_the_person_responsible_and_takes_names_only(name):
    parameters = inspect.signature(audit.ACTIONS[name]).parameters.values()
    assert all(p.kind in {p.KEYWORD_ONLY, p.VAR_KEYWORD} for p in parameters)
    assert any(p.name == "by" and p.default is p.empty for p in parameters)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_leaves_an_audit_row(name):
    arguments = CALLS[name]()
    before = AuditEvent.objects.count()
    audit.ACTIONS[name](**arguments)
    assert AuditEvent.objects.count() > before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_whose_audit_row_cannot_be_written_saves_nothing(name, monkeypatch):
    arguments = CALLS[name]()
    before = rows()

    def broken(*args, **kwargs):
        raise DatabaseError("the audit table cannot be written")

    monkeypatch.setattr(AuditEvent.objects, "create", broken)
    with pytest.raises(DatabaseError):
        audit.ACTIONS[name](**arguments)
    assert rows() == before


@pytest.mark.django_db
def test_a_form_sent_twice_is_saved_once():
    import uuid

    person, key = factories.patient(factories.clinic()), uuid.uuid4()
    send = {"patient": person, "body": "Hello", "from_patient": True, "by": person.user, "submission": key}
    messages.send(**send)
    with pytest.raises(audit.AlreadySaved):
        messages.send(**send)
    assert person.messages.count() == 1
