"""People and records for tests, made through the same actions that the pages use."""

import itertools
from datetime import date

from django.utils import timezone

from amble.care.journey.actions import contacts, referrals, safety
from amble.care.records.actions import consents, invitations, staff
from amble.care.records.models import Clinic
from amble.programme import consent
from amble.programme import safety as safety_rules
from amble.vocabulary import Arm, Role

_number = itertools.count(1)


def clinic(**fields) -> Clinic:
    n = next(_number)
    return Clinic.objects.create(
        **{
            "name": f"Clinic {n}",
            "slug": f"clinic-{n}",
            "time_zone": "Europe/London",
            "phone": "000 clinic",
            "emergency_number": "000 emergency",
            "urgent_line": "000 urgent",
            "crisis_line": "000 crisis",
            **fields,
        }
    )


def member(clinic=None, role: Role = Role.PHYSIOTHERAPIST):
    """A member of staff. Returns the user."""
    n = next(_number)
    return staff.join(
        email=f"{role}{n}@test.example",
        name=f"Test {role} {n}",
        role=role,
        clinic=None if role is Role.ADMINISTRATOR else clinic,
        by=None,
    ).user


def referred(clinic, by=None, **details):
    """A patient as the clinic referred them, without an account."""
    n = next(_number)
    return referrals.refer(
        clinic=clinic,
        by=by,
        **{
            "name": f"Test patient {n}",
            "email": f"patient{n}@test.example",
            "birth_date": date(1970, 1, 1),
            "sex": "female",
            "symptom_months": 12,
            "referred_on": timezone.localdate(),
            **details,
        },
    )


def patient(clinic, **details):
    """A patient who signed in and agreed to everything."""
    person = referred(clinic, **details)
    invitations.invite(patient=person, by=None)
    text = consent.current()
    consents.decide(
        patient=person, version=text.version, agreed={c.id: True for c in text.choices}, by=person.user
    )
    return person


def started(clinic, clinician, arm: Arm = Arm.ETMI, on=None, **details):
    """A patient who answered the safety questions with no, in care from `on` (today)."""
    person = patient(clinic, **details)
    answer_safety(person)
    referrals.start(
        episode=person.episode,
        arm=arm,
        reason="test",
        clinician=clinician,
        on=on or timezone.localdate(),
        by=clinician,
    )
    return person


def answer_safety(person, *yes: str, occasion: str = "start"):
    answers = {question.id: question.id in yes for question in safety_rules.questions()}
    return safety.answer(episode=person.episode, occasion=occasion, answers=answers, by=person.user)


def etmi_session(person, *, by):
    """An ETMI session held today, its checklist left open."""
    return contacts.record_etmi(
        episode=person.episode,
        day=timezone.localdate(),
        minutes=40,
        modalities=[],
        guide_session=1,
        marks={},
        breaches=[],
        messages_given=[],
        by=by,
    )
