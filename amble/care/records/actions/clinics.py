"""Clinics of the service, and the numbers a patient is given there in an emergency."""

from django.utils.text import slugify
from django.utils.translation import gettext as _

from amble.care.audit.actions import action, record

from ..models import Clinic


class NotPossible(Exception):
    """The change cannot be made; the message says why."""


@action
def add(*, name: str, by, **details) -> Clinic:
    slug = slugify(name)
    if not slug or Clinic.objects.filter(slug=slug).exists():
        raise NotPossible(
            _("Another clinic has this name. Choose a name of its own, with letters or numbers.")
        )
    clinic = Clinic.objects.create(name=name, slug=slug, **details)
    record("clinic.added", by=by, clinic=clinic, subject=clinic)
    return clinic


@action
def change(*, clinic, by, **details) -> Clinic:
    """Change the clinic's name, numbers, language or time zone. The audit keeps which ones."""
    changed = sorted(field for field, value in details.items() if getattr(clinic, field) != value)
    for field in changed:
        setattr(clinic, field, details[field])
    clinic.save(update_fields=changed)
    record("clinic.changed", by=by, clinic=clinic, subject=clinic, fields=changed)
    return clinic
