"""Many patients at once, written straight into the tables: for load and for long lists, where the actions that
the pages use would take minutes. Everything else that a test needs comes from factories.
"""

import itertools
from collections.abc import Iterable
from datetime import date, timedelta

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import get_random_string

from amble.care.accounts.models import User
from amble.care.assessments.models import Assessment
from amble.care.journey.models import CheckIn, Goal
from amble.care.records.models import ConsentDecision, Episode, EpisodeState, Patient
from amble.care.records.states import EpisodeStatus
from amble.programme import consent, timetable
from amble.vocabulary import Arm, Visit

BATCH = 1_000
FOLLOW_UPS = (Visit.BASELINE, Visit.WEEK_6, Visit.MONTH_3, Visit.MONTH_6, Visit.MONTH_12)
LONG_AGO_DAYS = 600  # every window of an episode that started then has closed


def in_care(clinic, clinician, count: int, *, weeks: int = 1) -> list[Episode]:
    """Patients who may tell week `weeks` today, having told the ones before it."""
    started = timezone.localdate() - timedelta(days=7 * weeks)
    episodes = _episodes(clinic, [clinician], [started] * count, EpisodeStatus.STARTED)
    _assessments(episodes, completed_every=1)
    _weeks(episodes, range(1, weeks))
    return episodes


def long_discharged(clinic, clinicians, count: int) -> list[Episode]:
    """The clinic's history: episodes of past years, half of their measures never completed."""
    longest = timezone.localdate() - timedelta(days=LONG_AGO_DAYS)
    days = [longest - timedelta(days=n % 3_000) for n in range(count)]
    episodes = _episodes(clinic, clinicians, days, EpisodeStatus.DISCHARGED)
    _assessments(episodes, completed_every=2)
    _weeks(episodes, range(1, 3))
    return episodes


def sign_in(episodes: Iterable[Episode]) -> list[str]:
    """A session for each patient, as after signing in. Returns the session keys in the same order."""
    return sessions_of(episode.patient.user for episode in episodes)


def sessions_of(users: Iterable[User]) -> list[str]:
    store, sessions = SessionStore(), []
    for user in users:
        content = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        }
        sessions.append(
            Session(
                session_key=get_random_string(32, "abcdefghijklmnopqrstuvwxyz0123456789"),
                session_data=store.encode(content),
                expire_date=timezone.now() + timedelta(days=14),
            )
        )
    Session.objects.bulk_create(sessions, BATCH)
    return [session.session_key for session in sessions]


def _episodes(clinic, clinicians, start_dates: list[date], status: EpisodeStatus) -> list[Episode]:
    number = itertools.count(Patient.objects.count() + 1)
    patients = [
        Patient(
            clinic=clinic,
            name=f"Test patient {n}",
            email=f"crowd{n}@test.example",
            birth_date=date(1970, 1, 1),
            sex="female",
        )
        for n in itertools.islice(number, len(start_dates))
    ]
    for patient in patients:
        patient.user = User(email=patient.email, name=patient.name, time_zone=clinic.time_zone)
        patient.user.password = UNUSABLE_PASSWORD_PREFIX + get_random_string(40)
    User.objects.bulk_create([patient.user for patient in patients], BATCH)
    for patient in patients:
        patient.user_id = patient.user.pk
    Patient.objects.bulk_create(patients, BATCH)
    episodes = [
        Episode(
            patient=patient,
            clinic=clinic,
            clinician=clinicians[n % len(clinicians)],
            referred_on=started - timedelta(days=7),
            symptom_months=12,
            status=status,
            arm=Arm.ETMI,
            arm_reason="test",
            start_date=started,
            discharge_date=started + timedelta(days=60) if status is EpisodeStatus.DISCHARGED else None,
        )
        for n, (patient, started) in enumerate(zip(patients, start_dates, strict=True))
    ]
    Episode.objects.bulk_create(episodes, BATCH)
    EpisodeState.objects.bulk_create([EpisodeState(episode=e, status=status) for e in episodes], BATCH)
    _consents(patients)
    return episodes


def _consents(patients: list[Patient]) -> None:
    text = consent.current()
    ConsentDecision.objects.bulk_create(
        [
            ConsentDecision(patient=p, version=text.version, choice=choice.id, agreed=True, by=p.user)
            for p in patients
            for choice in text.choices
        ],
        BATCH,
    )


def _assessments(episodes: list[Episode], *, completed_every: int) -> None:
    """The measures of each visit; those whose window is past are completed, or one in `completed_every`."""
    today, rows = timezone.localdate(), []
    for episode, visit in itertools.product(episodes, FOLLOW_UPS):
        window = timetable.window(visit, started=episode.start_date)
        done = window.opens < today and len(rows) % completed_every == 0
        rows.append(
            Assessment(
                episode=episode,
                clinic_id=episode.clinic_id,
                visit=visit,
                opens_on=window.opens,
                due_on=window.due,
                closes_on=window.closes,
                completed_at=timezone.now() if done else None,
            )
        )
    Assessment.objects.bulk_create(rows, BATCH)


def _weeks(episodes: list[Episode], weeks: Iterable[int]) -> None:
    Goal.objects.bulk_create(
        [
            Goal(
                episode=e,
                by=e.patient.user,
                activity_name="Brisk walking",
                days_per_week=3,
                minutes=10,
                confidence=7,
            )
            for e in episodes
        ],
        BATCH,
    )
    CheckIn.objects.bulk_create(
        [
            CheckIn(
                episode=episode,
                by=episode.patient.user,
                week=week,
                days_done=3,
                minutes_done=10,
                pain=4,
                held_back=4,
                confidence=7,
                anything_new=False,
            )
            for episode in episodes
            for week in weeks
        ],
        BATCH,
    )
