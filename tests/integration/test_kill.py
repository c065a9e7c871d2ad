"""kill -9 of the server in the middle of 1,000 check-ins: what was acknowledged is there, once, with its audit row."""

import contextlib
import http.client
import os
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import psycopg
import pytest
from django.db import connection

from tests.real_server import RealServer

PATIENTS, AT_ONCE = 1_000, 16
KILLED_AFTER = (250, 600)  # acknowledged check-ins
SECONDS_MOST = 50
CSRF = "k" * 32
SEED = f"""
from tests import crowd, factories
here = factories.clinic()
episodes = crowd.in_care(here, factories.member(here), {PATIENTS})
print(json.dumps(list(zip([e.patient_id for e in episodes], crowd.sign_in(episodes)))))
"""
SAVED = """
from collections import Counter
from amble.care.audit.models import AuditEvent
from amble.care.journey.models import CheckIn
told = Counter(CheckIn.objects.values_list("episode__patient_id", flat=True))
noted = Counter(AuditEvent.objects.filter(action="week.told").values_list("patient_id", flat=True))
print(json.dumps([sorted(told.items()), sorted(noted.items())]))
"""


def test_kill_9_loses_no_acknowledged_check_in(server: RealServer) -> None:
    patients = Patients(server)
    for enough in KILLED_AFTER:
        server.start()
        with patients.telling():
            wait_until(lambda enough=enough: len(patients.acknowledged) >= enough)
            server.kill()
        assert len(patients.acknowledged) < PATIENTS, "it was over before the kill"
        told = told_once_with_audit(server)
        assert patients.acknowledged <= told

    server.start()
    with patients.telling():
        wait_until(lambda: len(patients.acknowledged) == PATIENTS)
    assert patients.unanswered, "nobody's post was cut off"
    patients.tell_again()
    server.kill()
    assert told_once_with_audit(server) == patients.everyone


class Patients:
    """Each tells one week. A post that gets no answer is sent again, the same, as a browser does on reload."""

    def __init__(self, server: RealServer) -> None:
        self.port = server.port
        self.posts = {patient: (session, _form()) for patient, session in server.ask(SEED)}
        self.everyone = set(self.posts)
        self.acknowledged: set[int] = set()
        self.unanswered: set[int] = set()
        self.refused: list[str] = []

    @contextlib.contextmanager
    def telling(self) -> Iterator[None]:
        """Everyone who has no answer yet tells their week, many at once, until the server is gone or all are done."""
        waiting = sorted(self.everyone - self.acknowledged)
        threads = [
            threading.Thread(target=self._tell, args=(waiting[n::AT_ONCE],), daemon=True)
            for n in range(AT_ONCE)
        ]
        for thread in threads:
            thread.start()
        yield
        for thread in threads:
            thread.join(SECONDS_MOST)
        assert not self.refused

    def tell_again(self) -> None:
        """Posts whose answer was lost once, and some of the others, are sent another time."""
        self._tell([*self.unanswered, *sorted(self.acknowledged)[:100]])
        assert not self.refused

    def _tell(self, patients: list[int]) -> None:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as server:
            for patient in patients:
                session, form = self.posts[patient]
                headers = {
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Cookie": f"amble_session={session}; amble_csrf={CSRF}",
                }
                try:
                    server.request("POST", "/my/check-in/", form, headers)
                    answer = server.getresponse()
                    answer.read()
                except (OSError, http.client.HTTPException):
                    self.unanswered.add(patient)
                    return  # the server is gone
                if (answer.status, answer.headers["Location"]) != (302, "/my/plan/"):
                    self.refused.append(f"{answer.status} {answer.headers['Location']}")
                    return
                self.acknowledged.add(patient)


def _form() -> str:
    return urlencode(
        {
            "csrfmiddlewaretoken": CSRF,
            "submission": uuid.uuid4(),
            "days_done": 3,
            "minutes_done": 15,
            "held_back": 3,
            "pain": 4,
            "confidence": 7,
            "anything_new": "no",
        }
    )


def told_once_with_audit(server: RealServer) -> set[int]:
    """The patients whose week is saved: each once, each with one audit row and no audit row without a week."""
    told, noted = server.ask(SAVED)
    assert told == noted
    assert {count for _, count in told} <= {1}
    return {patient for patient, _ in told}


def wait_until(done) -> None:
    deadline = time.monotonic() + SECONDS_MOST
    while not done():
        assert time.monotonic() < deadline, "it takes too long"
        time.sleep(0.005)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RealServer]:
    with database_url() as url:
        running = RealServer(tmp_path, url)
        yield running
        if running.process and running.process.poll() is None:
            running.kill()


@contextlib.contextmanager
def database_url() -> Iterator[str]:
    """SQLite in the server's folder, or a database of its own where the tests run on PostgreSQL."""
    if connection.vendor == "sqlite":
        yield ""
        return
    name, url = f"kill_{uuid.uuid4().hex}", urlsplit(os.environ["DATABASE_URL"])
    its = connection.settings_dict
    options = {
        "host": its["HOST"],
        "port": its["PORT"] or None,
        "user": its["USER"],
        "password": its["PASSWORD"],
    }
    with psycopg.connect(dbname="postgres", autocommit=True, **options) as postgres:
        postgres.execute(f"CREATE DATABASE {name}")
        try:
            yield url._replace(path=f"/{name}").geturl()
        finally:
            postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")
