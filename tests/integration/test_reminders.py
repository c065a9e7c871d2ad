"""Reminders leave once, at the hour the person chose on their own clock, and say nothing about them."""

import os
import subprocess
import sys
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from amble.care.accounts.models import User
from amble.care.journey.actions import referrals, weeks
from amble.care.journey.models import Reminder
from amble.care.journey.reminders import send_due
from amble.care.journey.tasks import send_email
from amble.care.records.actions import consents
from amble.programme import consent
from amble.vocabulary import Arm, Visit
from tests import factories
from tests.mail_server import MailServer

START = date(2026, 11, 2)
WEEK_1 = datetime(2026, 11, 9, 9, 0, tzinfo=UTC)
"""The hour of the first check-in's reminder for a patient in London who chose 9 o'clock."""

one_database_for_all = pytest.mark.django_db(transaction=True)


def patient_in_care(on: date = START, *, arm: Arm = Arm.ETMI, zone: str = "Europe/London", hour: int = 9):
    here = factories.clinic()
    with time_machine.travel(datetime.combine(on, datetime.min.time(), UTC), tick=False):
        person = factories.started(here, factories.member(here), arm=arm, on=on)
    User.objects.filter(pk=person.user_id).update(time_zone=zone)
    person.reminder_hour = hour
    person.save()
    return person


def sent(slot: str = "check-in") -> list[str]:
    return [s for s in Reminder.objects.values_list("slot", flat=True) if s.startswith(slot)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zone", "day", "hour", "utc"),
    [
        ("Europe/London", "2026-10-24", 9, "2026-10-24 08:00"),
        ("Europe/London", "2026-10-25", 9, "2026-10-25 09:00"),  # clocks went back in the night
        ("Europe/London", "2026-10-25", 1, "2026-10-25 00:00"),  # 1 o'clock comes twice: the first
        ("Europe/London", "2027-03-28", 1, "2027-03-28 01:00"),  # 1 o'clock does not come: at 2
        ("Europe/London", "2027-03-28", 9, "2027-03-28 08:00"),
        ("Asia/Jerusalem", "2026-10-25", 9, "2026-10-25 07:00"),
        ("Asia/Jerusalem", "2026-10-25", 1, "2026-10-24 22:00"),
        ("Asia/Jerusalem", "2027-03-26", 2, "2027-03-26 00:00"),
        ("Asia/Jerusalem", "2027-03-26", 0, "2027-03-25 22:00"),
        ("Asia/Jerusalem", "2027-03-26", 23, "2027-03-26 20:00"),
    ],
)
def test_the_hour_on_their_own_clock_when_clocks_change(zone, day, hour, utc):
    patient_in_care(date.fromisoformat(day) - timedelta(weeks=1), zone=zone, hour=hour)
    moment = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    for minutes, expected in ((-60, 0), (-1, 0), (0, 1), (5, 1), (59, 1), (24 * 60, 1)):
        with time_machine.travel(moment + timedelta(minutes=minutes), tick=False):
            send_due()
            assert len(sent()) == expected, minutes


@pytest.mark.django_db
def test_run_again_it_sends_nothing_again():
    person = patient_in_care()
    with time_machine.travel(WEEK_1, tick=False):
        first = send_due()
        assert first == DBTaskResult.objects.count() > 0
        assert send_due() == 0
        assert DBTaskResult.objects.count() == first
    assert sent() == [f"check-in:{person.episode.pk}:1"]


@one_database_for_all
def test_two_workers_at_once_send_it_once():
    for _ in range(3):
        patient_in_care()
    together, counts, faults = threading.Barrier(2), [], []

    def work():
        try:
            together.wait(10)
            counts.append(send_due())
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    with time_machine.travel(WEEK_1, tick=False):
        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(60)
    assert faults == []
    assert len(sent()) == 3
    assert sum(counts) == Reminder.objects.count() == DBTaskResult.objects.count()


def _pauses(person):
    person.reminders_paused_until = WEEK_1.date()
    person.save()


def _withdraws(person):
    referrals.withdraw(episode=person.episode, by=person.user)


def _is_discharged(person):
    referrals.discharge(episode=person.episode, on=START + timedelta(days=3), by=None)


def _says_no_to_amble(person):
    choices = consent.current().choices
    consents.decide(
        patient=person,
        version=consent.current().version,
        agreed={choice.id: False for choice in choices},
        by=person.user,
    )


def _reports_an_emergency(person):
    factories.answer_safety(person, "saddle-numbness", occasion="check_in")


def _has_told_the_week(person):
    weeks.check_in(
        episode=person.episode,
        week=1,
        days_done=2,
        minutes_done=10,
        pain=4,
        held_back=4,
        confidence=7,
        anything_new=False,
        by=person.user,
    )


def _left_the_clinic(person):
    User.objects.filter(pk=person.user_id).update(is_active=False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        _pauses,
        _withdraws,
        _is_discharged,
        _says_no_to_amble,
        _reports_an_emergency,
        _has_told_the_week,
        _left_the_clinic,
    ],
)
def test_no_check_in_reminder_for_a_patient_who(change):
    person, other = patient_in_care(), patient_in_care()
    with time_machine.travel(WEEK_1, tick=False):
        change(person)
        send_due()
    assert sent() == [f"check-in:{other.episode.pk}:1"]


@pytest.mark.django_db
def test_a_pause_ends_after_its_last_day():
    person = patient_in_care()
    _pauses(person)
    with time_machine.travel(WEEK_1 + timedelta(weeks=1), tick=False):
        send_due()
    assert sent() == [f"check-in:{person.episode.pk}:2"]


@pytest.mark.django_db
def test_usual_care_is_asked_for_measures_only():
    person = patient_in_care(arm=Arm.USUAL_CARE)
    for week in range(1, 9):
        with time_machine.travel(WEEK_1 + timedelta(weeks=week - 1), tick=False):
            send_due()
    assert {slot.split(":")[0] for slot in sent("")} == {"measures"}
    six_weeks = person.episode.assessments.get(visit=Visit.WEEK_6)
    assert {f"measures:{six_weeks.pk}:due", f"measures:{six_weeks.pk}:overdue"} <= set(sent("measures"))


@pytest.mark.django_db
def test_follow_up_goes_on_after_discharge_and_ends_with_a_withdrawal():
    person = patient_in_care()
    _is_discharged(person)
    follow_up = {
        visit: person.episode.assessments.get(visit=visit) for visit in (Visit.MONTH_3, Visit.MONTH_6)
    }
    for visit, assessment in follow_up.items():
        if visit is Visit.MONTH_6:
            _withdraws(person)
        day = datetime.combine(assessment.due_on, WEEK_1.time(), UTC)
        with time_machine.travel(day, tick=False):
            send_due()
    assert sent("measures") == [f"measures:{follow_up[Visit.MONTH_3].pk}:due"]


def mail_settings(url: str) -> subprocess.CompletedProcess:
    """What a fresh Amble makes of AMBLE_MAIL_URL."""
    names = (
        "EMAIL_BACKEND EMAIL_HOST EMAIL_PORT EMAIL_HOST_USER EMAIL_HOST_PASSWORD EMAIL_USE_TLS EMAIL_USE_SSL"
    )
    code = f"from amble.config import settings as s; print(*(getattr(s, n) for n in '{names}'.split()))"
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "AMBLE_MAIL_URL": url},
        capture_output=True,
        text=True,
    )


def test_one_address_names_the_mail_server():
    backend = "django.core.mail.backends.smtp.EmailBackend"
    signed_in = mail_settings("smtp://amble:p%40ss@mail.example.org:587").stdout
    assert signed_in.split() == [backend, "mail.example.org", "587", "amble", "p@ss", "True", "False"]
    encrypted = mail_settings("smtps://amble:word@mail.example.org").stdout
    assert encrypted.split() == [backend, "mail.example.org", "465", "amble", "word", "False", "True"]
    assert "AMBLE_MAIL_URL must look like" in mail_settings("mail.example.org").stderr


@pytest.fixture
def mail_server(settings):
    """A real mail server on this machine, and Amble's settings as AMBLE_MAIL_URL makes them."""
    with MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
        yield server


def work(at: datetime) -> None:
    with time_machine.travel(at, tick=False):
        call_command("run_worker", once=True)


@one_database_for_all
def test_an_e_mail_really_leaves(mail_server):
    person = patient_in_care()
    work(WEEK_1)
    subjects = {message["Subject"] for message in mail_server.received}
    assert "How was your week?" in subjects
    assert len(mail_server.received) == Reminder.objects.count()
    assert {message["To"] for message in mail_server.received} == {person.user.email}


@one_database_for_all
def test_while_the_mail_server_is_down_an_e_mail_waits_and_then_arrives_once(mail_server):
    patient_in_care()
    mail_server.stop()
    work(WEEK_1)
    waiting = DBTaskResult.objects.filter(status=TaskResultStatus.READY)
    assert waiting.count() == Reminder.objects.count() > 0
    mail_server.start()
    work(WEEK_1 + timedelta(seconds=30))
    assert mail_server.received == []
    work(WEEK_1 + timedelta(minutes=2))
    work(WEEK_1 + timedelta(days=1))
    assert len(mail_server.received) == Reminder.objects.count()


@one_database_for_all
def test_an_e_mail_that_a_killed_worker_had_begun_is_taken_up(mail_server):
    patient_in_care()
    with time_machine.travel(WEEK_1, tick=False):
        send_due()
        for task in DBTaskResult.objects.all():
            task.claim("killed")
    work(WEEK_1 + timedelta(minutes=5))
    assert mail_server.received == []
    work(WEEK_1 + timedelta(minutes=16))
    assert len(mail_server.received) == Reminder.objects.count() > 0


@one_database_for_all
def test_no_e_mail_of_a_year_says_who_it_is_for_or_how_they_are(settings):
    person = patient_in_care()
    due = {a.due_on for a in person.episode.assessments.all()}
    days = {START + timedelta(weeks=week) for week in range(1, 55)} | due | {d + timedelta(7) for d in due}
    for day in sorted(days):
        with time_machine.travel(datetime.combine(day, WEEK_1.time(), UTC), tick=False):
            send_due()
    work(WEEK_1 + timedelta(days=400))
    assert len(mail.outbox) == Reminder.objects.count() > 54
    clinician = person.episode.clinician
    told = [
        person.name,
        person.clinic.name,
        clinician.name,
        str(person.birth_date.year),
        "physio",
        "clinician",
    ]
    health = [
        "back pain",
        "spine",
        "pain",
        "sore",
        "flare",
        "worr",
        "fear",
        "anxi",
        "depress",
        "mood",
        "safety",
    ]
    for message in mail.outbox:
        text = f"{message.subject}\n{message.body}\n{message.from_email}".lower()
        assert [word for word in told + health if word.lower() in text] == [], message.subject
        assert message.to == [person.user.email]


@one_database_for_all
def test_a_mail_that_was_sent_leaves_the_queue():
    """It may hold the link of an invitation, which only its receiver should know."""
    send_email(to="a@test.example", subject="Hello", body="a secret link")
    call_command("run_worker", once=True)
    assert len(mail.outbox) == 1
    call_command("run_worker", once=True)
    assert not DBTaskResult.objects.exists()
