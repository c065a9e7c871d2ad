"""When the night is due, and that the worker starts it as a program of its own while reminders go on."""

import os
import signal
import subprocess
import sys
import time
import uuid
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.db import connection

from amble.outcomes.models import Night
from amble.outcomes.nightly import clock
from tests import factories
from tests.real_server import ROOT, RealServer

SECONDS_MOST = 60


def night(*at: int) -> None:
    Night.objects.create(
        started_at=datetime(*at, tzinfo=UTC), day=datetime(*at).date(), state=Night.State.FAILED
    )


@pytest.mark.django_db
def test_it_is_due_once_a_day_after_two_where_most_clinics_are(time_machine):
    for zone in ("Asia/Jerusalem", "Europe/London", "Asia/Jerusalem"):
        factories.referred(factories.clinic(time_zone=zone))
    assert str(clock.service_zone()) == "Asia/Jerusalem"
    night(2026, 1, 9, 0, 5)  # five past two there
    time_machine.move_to(datetime(2026, 1, 9, 23, 59, tzinfo=UTC))
    assert not clock.is_due()
    time_machine.move_to(datetime(2026, 1, 10, 0, 1, tzinfo=UTC))
    assert clock.is_due()
    night(2026, 1, 10, 0, 1)
    assert not clock.is_due()  # one that failed is not tried again before the next night


@pytest.mark.django_db
def test_a_night_that_was_missed_is_due_at_once(time_machine):
    factories.referred(factories.clinic(time_zone="Europe/London"))
    night(2026, 1, 8, 2, 0)
    time_machine.move_to(datetime(2026, 1, 10, 0, 30, tzinfo=UTC))  # before two: yesterday's never began
    assert clock.is_due()
    night(2026, 1, 10, 0, 30)
    assert not clock.is_due()
    time_machine.move_to(datetime(2026, 1, 10, 2, 0, tzinfo=UTC))
    assert clock.is_due()


@pytest.mark.django_db
@pytest.mark.parametrize("day", [(2026, 3, 29), (2026, 10, 25)])
def test_there_is_one_night_when_clocks_change(time_machine, day):
    """Every quarter of an hour of two days around the change, as the worker looks."""
    factories.referred(factories.clinic(time_zone="Europe/Berlin"))
    begun = []
    start = datetime(*day, tzinfo=UTC).timestamp() - 25 * 3600
    for quarter in range(4 * 54):
        time_machine.move_to(start + quarter * 900)
        if clock.is_due():
            now = datetime.now(UTC)
            night(now.year, now.month, now.day, now.hour, now.minute)
            begun.append(now)
    there = [at.astimezone(ZoneInfo("Europe/Berlin")) for at in begun[1:]]  # the first is one that was missed
    assert [at.toordinal() for at in there] == [date(*day).toordinal() + n for n in (-1, 0, 1)]
    assert all((at.hour, at.minute) in {(2, 0), (3, 0)} for at in there)


@pytest.mark.django_db
def test_the_zone_is_utc_without_clinics_and_nothing_is_due_without_patients():
    assert str(clock.service_zone()) == "UTC"
    factories.clinic()
    assert not clock.is_due()


@pytest.fixture
def server(tmp_path, request):
    """A service with two patients, on SQLite or in a new database of PostgreSQL."""
    if connection.vendor == "sqlite":
        yield RealServer(tmp_path)
        return
    name = f"amble_night_{uuid.uuid4().hex[:12]}"
    place = os.environ["DATABASE_URL"]
    with psycopg.connect(place, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            yield RealServer(tmp_path, place.rpartition("/")[0] + "/" + name)
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


PATIENTS = """
from tests import factories
from amble.vocabulary import Arm
here = factories.clinic()
therapist = factories.member(here)
for arm in Arm:
    factories.started(here, therapist, arm)
print(json.dumps(0))
"""
NIGHTS = """
from amble.outcomes.models import Night
print(json.dumps([[n.state, n.provenance["process"], n.problem] for n in Night.objects.order_by("pk")]))
"""


def worker(server: RealServer) -> subprocess.Popen:
    command = [sys.executable, "-m", "amble", "manage", "run_worker"]
    return subprocess.Popen(command, cwd=ROOT, env=server.environment)


def wait_for(server: RealServer, wanted) -> list:
    deadline = time.monotonic() + SECONDS_MOST
    while time.monotonic() < deadline:
        if wanted(found := server.ask(NIGHTS)):
            return found
        time.sleep(0.2)
    raise AssertionError(f"after {SECONDS_MOST} seconds: {server.ask(NIGHTS)}")


def test_the_worker_makes_the_night_in_a_program_of_its_own(server):
    server.ask(PATIENTS)
    running = worker(server)
    try:
        ((_, process, problem),) = wait_for(server, lambda found: found and found[0][0] != "running")
        assert (server.ask(NIGHTS)[0][0], problem) == ("good", "")
        assert process != running.pid
    finally:
        running.terminate()
        assert running.wait(30) == 0


def test_a_worker_that_is_stopped_stops_its_night_which_says_so(server):
    server.ask(PATIENTS)
    running = worker(server)
    wait_for(server, bool)
    running.send_signal(signal.SIGTERM)
    assert running.wait(30) == 0
    ((state, process, problem),) = server.ask(NIGHTS)
    assert state == "failed" and "stopped" in problem, (state, problem)
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_the_command_ends_with_1_and_the_reasons(server):
    server.ask(PATIENTS)
    place = server.environment["AMBLE_VAR"] + "/outcomes"
    os.makedirs(place)
    with open(place + "/study.toml", "w") as study:
        study.write("confidence = 2\n")
    command = [sys.executable, "-m", "amble", "nightly"]
    done = subprocess.run(command, cwd=ROOT, env=server.environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert "study.toml, line 1: confidence" in done.stderr
    assert "stay what they were" in done.stderr
    os.remove(place + "/study.toml")
    done = subprocess.run(command, cwd=ROOT, env=server.environment, capture_output=True, text=True)
    assert (done.returncode, "were made in" in done.stdout) == (0, True), done.stderr
