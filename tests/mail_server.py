"""A real mail server for tests, which can be stopped and started again at the same address."""

import socket
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller


class MailServer:
    """Keeps what it received in `received`. Use it in a `with` statement."""

    host = "127.0.0.1"

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind((self.host, 0))
            self.port = probe.getsockname()[1]
        self.received = []
        self.controller = None

    async def handle_DATA(self, server, session, envelope):
        self.received.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 kept"

    def start(self) -> None:
        self.controller = Controller(self, hostname=self.host, port=self.port)
        self.controller.start()

    def stop(self) -> None:
        if self.controller:
            self.controller.stop()
            self.controller = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
