"""The physiotherapist's day in a clinic with 100,000 episodes, beside the same day in one with 1,000.

The physiotherapist has the same patients in both; the clinic's past is larger, and a tenth of it is theirs. Two
servers, asked in turns.
"""

import contextlib
import http.client
import statistics
import time
from pathlib import Path

from tests.real_server import RealServer

from .databases import Database
from .memory import peak_mb

SMALL, LARGE = 1_000, 100_000
ROUNDS, WARM_UP = 60, 5
GOAL = 2
SEED = """
from django.db import connection
from django.contrib.sessions.models import Session
from django.test import Client
from django.test.utils import CaptureQueriesContext
from amble.care.records.models import Episode
from amble.care.journey.actions import messages
from tests import crowd, factories
here = factories.clinic()
staff = [factories.member(here) for _ in range(10)]
crowd.in_care(here, staff[0], 35, weeks=7)
for n in range(5):
    factories.referred(here)
    person = factories.started(here, staff[0])
    messages.send(patient=person, body="Hello", from_patient=True, by=person.user)
    factories.answer_safety(person, "past-cancer", occasion="check_in")
wanted = int(sys.argv[1])
while missing := wanted - Episode.objects.count():
    crowd.long_discharged(here, staff, min(missing, 5_000))
if connection.vendor == "postgresql":
    connection.cursor().execute("VACUUM ANALYZE")  # as its own housekeeping does within minutes
client = Client(headers={"host": "localhost"})
client.force_login(staff[0])
client.get("/clinic/")
with CaptureQueriesContext(connection) as captured:
    assert client.get("/clinic/").status_code == 200
print(json.dumps([client.session.session_key, len(captured)]))
"""


def measure(small: Database, large: Database) -> dict:
    with _clinic(small, SMALL) as few, _clinic(large, LARGE) as many:
        for clinic in (few, many):
            for _ in range(WARM_UP):
                clinic.ask()
        times = [(few.ask(), many.ask()) for _ in range(ROUNDS)]
        return {
            "database": small.name,
            "small_ms": round(statistics.median(one for one, _ in times), 1),
            "large_ms": round(statistics.median(other for _, other in times), 1),
            "ratio": round(statistics.median(other / one for one, other in times), 2),
            "small_queries": few.queries,
            "large_queries": many.queries,
            "large_server_peak_mb": round(peak_mb(many.server.process.pid)),
        }


class _Clinic:
    def __init__(self, server: RealServer, session: str, queries: int) -> None:
        self.server, self.queries = server, queries
        self.headers = {"Cookie": f"amble_session={session}", "Accept-Encoding": "gzip"}

    def ask(self) -> float:
        """Open the day once; milliseconds until all of it has arrived."""
        began = time.perf_counter()
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.server.port)) as connection:
            connection.request("GET", "/clinic/", headers=self.headers)
            answer = connection.getresponse()
            answer.read()
        if answer.status != 200:
            raise RuntimeError(f"the day answers {answer.status}")
        return (time.perf_counter() - began) * 1000


@contextlib.contextmanager
def _clinic(database: Database, episodes: int):
    folder = Path(database.folder, str(episodes))
    folder.mkdir()
    server = RealServer(folder, database.url, AMBLE_DEMO="1")  # staff of the demo need no second factor
    session, queries = server.ask(SEED, str(episodes))
    server.start()
    try:
        yield _Clinic(server, session, queries)
    finally:
        server.stop()
