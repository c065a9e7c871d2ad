"""The demo clinic: one clinic, its people, and a few patients at different points of their journey.

Everything is made through the same actions that the pages use. The people are roles, not persons.
"""

import json
import os
import secrets
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from amble.care.accounts.models import User
from amble.care.journey.actions import referrals
from amble.care.records.actions import invitations, staff
from amble.care.records.models import Clinic
from amble.vocabulary import Role

from . import demo_patients

STAFF = {
    Role.PHYSIOTHERAPIST: ("physiotherapist@demo.example", "Demo physiotherapist"),
    Role.SERVICE_LEAD: ("lead@demo.example", "Demo service lead"),
    Role.ADMINISTRATOR: ("administrator@demo.example", "Demo administrator"),
}
PATIENT = ("patient@demo.example", "Demo patient")
CLINIC = {
    "time_zone": "Europe/London",
    "language": "en",
    "phone": "the number on your appointment letter",
    "emergency_number": "your local emergency number",
    "urgent_line": "your out-of-hours service",
    "crisis_line": "your local crisis line",
}


class NotEmpty(Exception):
    """The database holds a real service; the demo does not mix with it."""


def load() -> str:
    """Load the demo clinic if it is not there, and return the text with the address and the sign-ins."""
    if not Clinic.objects.exists():
        with transaction.atomic():
            _make()
            set_password()
    elif not is_here():
        raise NotEmpty(
            "This database holds a service that is not the demo. Choose another folder with AMBLE_VAR, "
            "or another database with DATABASE_URL, and start again."
        )
    return sign_ins("The demo clinic")


def is_here() -> bool:
    """Whether this database holds the demo's people, with or without its service."""
    return _file().exists() and User.objects.filter(email=PATIENT[0]).exists()


def _make() -> None:
    clinic = Clinic.objects.create(name="Demo clinic", slug="demo", **CLINIC)
    members = {
        role: staff.join(
            email=email, name=name, role=role, clinic=None if role is Role.ADMINISTRATOR else clinic, by=None
        ).user
        for role, (email, name) in STAFF.items()
    }
    physiotherapist = members[Role.PHYSIOTHERAPIST]
    today = timezone.localdate()
    staff.record_training(
        clinician=physiotherapist,
        clinic=clinic,
        invited_on=today - timedelta(days=120),
        trained_on=today - timedelta(days=90),
        course="ETMI, 90 minutes",
        by=members[Role.SERVICE_LEAD],
    )
    add_patients(clinic=clinic, physiotherapist=physiotherapist)


def add_patients(*, clinic: Clinic, physiotherapist: User) -> None:
    """One who has just been invited, and those further on."""
    today = timezone.localdate()
    patient = referrals.refer(
        clinic=clinic,
        name=PATIENT[1],
        email=PATIENT[0],
        birth_date=today.replace(year=today.year - 56, month=5, day=12),
        sex="female",
        symptom_months=14,
        referred_on=today - timedelta(days=2),
        by=physiotherapist,
    )
    invitations.invite(patient=patient, by=physiotherapist)
    demo_patients.make(clinic=clinic, physiotherapist=physiotherapist, today=today)


def set_password() -> None:
    """One password for everyone in the demo, kept in a file that only this account can read."""
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    User.objects.filter(email__endswith="@demo.example").update(password=make_password(password))
    _write_private(_file(), {"password": password})


def _file() -> Path:
    return settings.VAR / "demo_sign_ins.json"


def _further_on() -> list[str]:
    """The demo patients who have an account, but for the one that begins and for whom a visitor has added."""
    others = User.objects.filter(
        patient__isnull=False, email__startswith="demo.", email__endswith="@demo.example"
    )
    return list(others.order_by("pk").values_list("email", flat=True))


def _write_private(file: Path, content: dict) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        json.dump(content, handle)


def sign_ins(what: str) -> str:
    password = json.loads(_file().read_text())["password"]
    rows = [("patient", PATIENT[0])] + [
        (str(role).replace("_", " "), email) for role, (email, _) in STAFF.items()
    ]
    width = max(len(role) for role, _ in rows)
    return "\n".join(
        [
            f"{what} is at {settings.ADDRESS}",
            "Sign in as:",
            *(f"  {role:<{width}}  {email}" for role, email in rows),
            f"  Everyone's password: {password}",
            "Patients further on, with the same password:",
            *(f"  {email}" for email in _further_on()),
            f"Mail is not sent; read it at {settings.ADDRESS}/demo/mailbox/",
        ]
    )
