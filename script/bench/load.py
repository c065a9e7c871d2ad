"""Many clients at once, each on one connection that stays open. Loopback only, a fixed number of posts.

The client is kept lean, because it shares the machine with the server it measures: requests are made before
the clock starts, and of a response only the status line and the length are read.
"""

import socket
import statistics
import threading
import time
from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode

SECONDS_FOR_AN_ANSWER = 30
SECONDS_BETWEEN_CONNECTIONS = 0.01


@dataclass(frozen=True)
class Load:
    """One round: how many posts, in how many seconds, how long each took, and what came back."""

    seconds: float
    latencies: list[float]
    answers: Counter

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    @property
    def p95_ms(self) -> float:
        return statistics.quantiles(self.latencies, n=20)[-1] * 1000


def post(path: str, form: dict[str, object], cookies: dict[str, str] | None = None) -> bytes:
    body = urlencode(form).encode()
    cookie = "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n" + (f"Cookie: {cookie}\r\n" if cookie else "") + "\r\n"
    )
    return head.encode() + body


def run(port: int, requests: list[bytes], *, clients: int) -> Load:
    """Send every request once, shared out over the clients."""
    connections = [_connect(port) for _ in range(clients)]
    results: list[list[tuple[float, str]]] = [[] for _ in connections]
    threads = [
        threading.Thread(target=_client, args=(connection, requests[n::clients], results[n]))
        for n, connection in enumerate(connections)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    for connection in connections:
        connection.close()
    sent = [each for result in results for each in result]
    if len(sent) != len(requests):
        raise RuntimeError(f"{len(requests) - len(sent)} of {len(requests)} posts got no answer")
    return Load(seconds, [latency for latency, _ in sent], Counter(answer for _, answer in sent))


def _connect(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=SECONDS_FOR_AN_ANSWER)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # Connections that arrive in the same millisecond all fall to one of the server's processes.
    time.sleep(SECONDS_BETWEEN_CONNECTIONS)
    return connection


def _client(connection: socket.socket, share: list[bytes], result: list[tuple[float, str]]) -> None:
    stream = connection.makefile("rb")
    for request in share:
        began = time.perf_counter()
        connection.sendall(request)
        answer = _read_response(stream)
        result.append((time.perf_counter() - began, answer))


def _read_response(stream) -> str:
    """The status with where it leads, such as `302 /my/plan/`."""
    status = stream.readline().split(b" ", 2)[1].decode()
    length, location = 0, ""
    while (line := stream.readline()) not in (b"\r\n", b""):
        name, _, value = line.partition(b":")
        match name.lower():
            case b"content-length":
                length = int(value)
            case b"location":
                location = value.strip().decode()
    stream.read(length)
    return f"{status} {location}".strip()
