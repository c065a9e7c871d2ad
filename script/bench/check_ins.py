"""Check-ins under concurrent load, beside bare views that insert one row.

All are served by the same processes from the same database in the same run, in turns. A check-in is a real
one: session, CSRF, all of Amble's middleware, form, one transaction with its audit row. peer/wsgi.py says
what each of the peers passes through.
"""

import statistics
import uuid

from tests.real_server import RealServer

from . import load
from .databases import Database
from .memory import peak_mb

CLIENTS, ROUNDS, POSTS = 16, 7, 250
GOAL = 0.5
CSRF = "benchbenchbenchbenchbenchbench12"
SEED = """
from django.db import connection
from script.bench.peer.models import Row
from tests import crowd, factories
with connection.schema_editor() as editor:
    editor.create_model(Row)
here = factories.clinic()
episodes = crowd.in_care(here, factories.member(here), int(sys.argv[1]), weeks=4)
print(json.dumps(crowd.sign_in(episodes)))
"""
COUNT = """
from amble.care.audit.models import AuditEvent
from amble.care.journey.models import CheckIn
told, noted = CheckIn.objects.filter(week=4), AuditEvent.objects.filter(action="week.told")
print(json.dumps([told.count(), noted.count()]))
"""
ANSWERS = {"pain": 4, "held_back": 3, "confidence": 7, "note": "Walked to the river and back."}


def measure(database: Database) -> dict:
    needed = (1 + ROUNDS) * POSTS
    server = RealServer(
        database.folder,
        database.url,
        application="script.bench.peer.wsgi:application",
        DJANGO_SETTINGS_MODULE="script.bench.peer.settings",
    )
    sessions = server.ask(SEED, str(needed))
    server.start()
    try:
        rounds = _rounds(server.port, sessions)
        megabytes = peak_mb(server.process.pid)
    finally:
        server.stop()
    saved = server.ask(COUNT)
    if saved != [needed, needed]:
        raise RuntimeError(f"{needed} check-ins were acknowledged; check-ins and audit rows saved: {saved}")
    return _result(database, rounds, megabytes)


def _rounds(port: int, sessions: list[str]) -> dict[str, list[load.Load]]:
    rounds = {kind: [] for kind in KINDS}
    for first in range(0, len(sessions), POSTS):
        people = sessions[first : first + POSTS]
        for kind, request in KINDS.items():
            done = load.run(port, [request(session) for session in people], clients=CLIENTS)
            if set(done.answers) != {EXPECTED[kind]}:
                raise RuntimeError(f"{kind}: {done.answers}")
            rounds[kind].append(done)
    return {kind: done[1:] for kind, done in rounds.items()}  # the first round warms up


def _check_in(session: str) -> bytes:
    form = ANSWERS | {
        "csrfmiddlewaretoken": CSRF,
        "submission": uuid.uuid4(),
        "days_done": 3,
        "minutes_done": 15,
        "anything_new": "no",
    }
    return load.post("/my/check-in/", form, _cookies(session))


def _signed_in(session: str) -> bytes:
    form = ANSWERS | {"csrfmiddlewaretoken": CSRF, "days": 3, "minutes": 15}
    return load.post("/signed-in/", form, _cookies(session))


def _in_amble(session: str) -> bytes:
    form = ANSWERS | {"csrfmiddlewaretoken": CSRF, "days": 3, "minutes": 15}
    return load.post("/in-amble/", form, _cookies(session))


def _bare(session: str) -> bytes:
    return load.post("/bare/", ANSWERS | {"days": 3, "minutes": 15})


def _cookies(session: str) -> dict[str, str]:
    return {"amble_session": session, "amble_csrf": CSRF}


PEERS = ("in_amble", "signed_in", "bare")
KINDS = {"check_in": _check_in, "in_amble": _in_amble, "signed_in": _signed_in, "bare": _bare}
EXPECTED = {"check_in": "302 /my/plan/"} | dict.fromkeys(PEERS, "204")


def _result(database: Database, rounds: dict[str, list[load.Load]], megabytes: float) -> dict:
    def ratio(kind: str, peer: str) -> float:
        pairs = zip(rounds[kind], rounds[peer], strict=True)
        return round(statistics.median(one.per_second / other.per_second for one, other in pairs), 2)

    result: dict = {"database": database.name, "server_peak_mb": round(megabytes)}
    for kind, done in rounds.items():
        result[kind] = {
            "per_second": round(statistics.median(each.per_second for each in done)),
            "p95_ms": round(statistics.median(each.p95_ms for each in done), 1),
            **{f"ratio_to_{peer}": ratio(kind, peer) for peer in PEERS},
        }
    return result
