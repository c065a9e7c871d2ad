"""The weight of each patient page on the wire, headers included, as the server of script/server sends it.

Asked for as a browser does without https, which offers gzip and not brotli: the heavier case. `first` is a
visit with nothing kept: the page with every style, script and picture it names. `later` is the page alone.
"""

import http.client
import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import server as script_server  # script/lib/server.py

from tests.real_server import RealServer

from .databases import Database
from .memory import peak_mb

FIRST_KB, LATER_KB = 60, 15
DEMO = """
from amble.care.records.models import Episode
from amble.config import demo
from amble.vocabulary import Role
from tests import address_map, crowd
demo.load()
found = []
episodes = list(Episode.objects.filter(patient__user__isnull=False).select_related("patient__user"))
for episode, session in zip(episodes, crowd.sign_in(episodes)):
    for place in address_map.guarded():
        if place.role is Role.PATIENT:
            try:
                found.append([place.name, address_map.address(place.route, patient=episode.patient), session])
            except LookupError:
                continue
print(json.dumps(found))
"""


def measure(database: Database) -> dict:
    script_server.collect_static_files()
    server = RealServer(database.folder, database.url, AMBLE_DEMO="1")
    pages = server.ask(DEMO)
    server.start()
    try:
        weights = _weigh(server, pages)
        return {"pages": weights, "server_peak_mb": round(peak_mb(server.process.pid))}
    finally:
        server.stop()


def _weigh(server: RealServer, pages: list) -> dict[str, dict[str, int]]:
    """For each page the heaviest of the demo's patients, in bytes."""
    wire = _Wire(server)
    weights: dict[str, dict[str, int]] = {}
    for name, address, session in pages:
        page, size = wire.get(address, session)
        if page is None:
            continue
        parts = {urljoin(address, part) for part in _parts(page)}
        first = size + sum(wire.asset(part) for part in parts)
        heaviest = weights.setdefault(name, {"first": 0, "later": 0})
        heaviest["first"], heaviest["later"] = max(heaviest["first"], first), max(heaviest["later"], size)
    return weights


class _Wire:
    """Asks for files and counts the bytes of the answers."""

    def __init__(self, server: RealServer) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port)
        self.sizes: dict[str, int] = {}

    def get(self, address: str, session: str) -> tuple[str | None, int]:
        """The page and its weight; no page where the answer is a redirect, a refusal or a file to keep."""
        answer, body = self._ask(address, session)
        if answer.status != 200 or not answer.headers["Content-Type"].startswith("text/html"):
            return None, 0
        _, plain = self._ask(address, session, accept="identity")
        return plain.decode(), _weight(answer, body)

    def asset(self, address: str) -> int:
        """A style, script or picture, with what a style itself asks for."""
        if address not in self.sizes:
            answer, body = self._ask(address, "")
            if answer.status != 200:
                raise RuntimeError(f"{address}: {answer.status}")
            self.sizes[address] = _weight(answer, body)
            if address.endswith(".css"):
                _, style = self._ask(address, "", accept="identity")
                named = re.findall(r"url\(\s*[\"']?(?!data:)([^\"')]+)", style.decode())
                self.sizes[address] += sum(self.asset(urljoin(address, part)) for part in named)
        return self.sizes[address]

    def _ask(
        self, address: str, session: str, accept: str = "gzip, deflate"
    ) -> tuple[http.client.HTTPResponse, bytes]:
        headers = {"Accept-Encoding": accept, "Cookie": f"amble_session={session}"}
        self.connection.request("GET", urlsplit(address).path, headers=headers)
        answer = self.connection.getresponse()
        return answer, answer.read()


def _weight(answer, body: bytes) -> int:
    head = sum(len(f"{name}: {value}\r\n".encode()) for name, value in answer.getheaders())
    return len(f"HTTP/1.1 {answer.status} {answer.reason}\r\n\r\n") + head + len(body)


def _parts(page: str) -> list[str]:
    parser = _Parts()
    parser.feed(page)
    return parser.found


class _Parts(HTMLParser):
    """What a browser fetches with the page: styles, scripts, icons and pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs).get({"link": "href", "script": "src", "img": "src"}.get(tag, ""))
        if named and not named.startswith("data:"):
            self.found.append(named)
