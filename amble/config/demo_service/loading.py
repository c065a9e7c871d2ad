"""Puts the demo service into an empty database: the simulated past, the demo's people, and a night."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from amble.care.accounts.models import User
from amble.care.audit.models import AuditEvent
from amble.care.records.actions import consents, staff
from amble.care.records.models import Clinic, Episode, Patient
from amble.care.records.states import EpisodeStatus
from amble.config import demo
from amble.config.demo_service import beside, past, weeks
from amble.config.demo_service.parameters import p
from amble.outcomes.bulk.loading import load as load_in_bulk
from amble.outcomes.models import Night
from amble.outcomes.nightly import job
from amble.programme import consent
from amble.vocabulary import Arm, Role

TRUTH = "demo_truth.json"
SIMULATE, INVENT, FILL, TELL, PEOPLE = (
    "Simulate a health service",
    "Invent what Amble records beside it",
    "Fill the record",
    "Tell weeks and goals",
    "Bring the people of the demo",
)
STEPS = (SIMULATE, INVENT, FILL, TELL, PEOPLE, *job.STEPS)
Tell = Callable[[str], None]


class NoFigures(Exception):
    """The service is loaded, but the nightly job could not make its figures. The message says why."""


def load(tell: Tell = lambda step: None) -> str:
    """Load the demo service if it is not there, and return the text with the address and the sign-ins.

    Stopped half-way, the database is as empty as before; without figures, the next call makes them.
    """
    if not Clinic.objects.exists():
        _fill(tell)
    elif not is_here():
        raise demo.NotEmpty(
            "This database holds something else than the demo service, and the two do not mix. Choose another "
            "folder with AMBLE_VAR, or another database with DATABASE_URL, and start again."
        )
    if not is_ready():
        night = job.run(progress=tell)
        if night.state != Night.State.GOOD:
            raise NoFigures(
                f"The demo service is loaded, but its figures could not be made.\n{night.problem}"
            )
    return demo.sign_ins("The demo service")


def is_here() -> bool:
    return demo.is_here() and AuditEvent.objects.filter(action="record.bulk_loaded").exists()


def is_ready() -> bool:
    """Whether it is loaded and has figures."""
    return is_here() and Night.objects.filter(state=Night.State.GOOD).exists()


def _fill(tell: Tell) -> None:
    last = timezone.localdate() - timedelta(days=1)
    settings.VAR.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".demo-", dir=settings.VAR) as folder:
        snapshot, operations = Path(folder, "snapshot"), Path(folder, "operations")
        tell(SIMULATE)
        size = {"episodes": p("service.episodes"), "seed": p("service.seed")}
        truth = past.write(Path(folder, "simulated"), snapshot, last=last, **size)
        tell(INVENT)
        beside.write(snapshot, operations, last)

        def also(con) -> None:
            tell(TELL)
            weeks.add(con, last)
            tell(PEOPLE)
            _add_people()
            (settings.VAR / TRUTH).write_text(json.dumps(truth, indent=1, default=str) + "\n", "utf-8")
            demo.set_password()

        tell(FILL)
        load_in_bulk(snapshot, operations, clinic=demo.CLINIC, also=also)


def _add_people() -> None:
    """The demo's staff work in one of the clinics, where its physiotherapist is one of the simulated ones."""
    physiotherapist = _busiest_with_etmi()
    physiotherapist.email, physiotherapist.name = demo.STAFF[Role.PHYSIOTHERAPIST]
    physiotherapist.save(update_fields=["email", "name"])
    clinic = physiotherapist.memberships.get().clinic
    for role in (Role.SERVICE_LEAD, Role.ADMINISTRATOR):
        email, name = demo.STAFF[role]
        staff.join(
            email=email, name=name, role=role, clinic=None if role is Role.ADMINISTRATOR else clinic, by=None
        )
    simulated = Patient.objects.order_by("-pk").values_list("pk", flat=True).first()
    demo.add_patients(clinic=clinic, physiotherapist=physiotherapist)
    _leave_out_of_evaluation(Patient.objects.filter(pk__gt=simulated))


def _busiest_with_etmi() -> User:
    """The one with most ETMI patients in care."""
    in_care = Episode.objects.filter(arm=Arm.ETMI, status=EpisodeStatus.STARTED)
    counted = in_care.values("clinician").annotate(patients=Count("pk")).order_by("-patients", "clinician")
    return User.objects.get(pk=counted[0]["clinician"])


def _leave_out_of_evaluation(patients) -> None:
    """They are no part of the simulated truth, and they answer another questionnaire about fear."""
    for patient in patients.filter(user__isnull=False, consent_decisions__isnull=False).distinct():
        version = consent.current().version
        consents.decide(patient=patient, version=version, agreed={"evaluation": False}, by=patient.user)
