"""Amble's pages as script/server serves them: the same command, in a folder and on a port of its own."""

import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SECONDS_TO_START = 30

_spec = importlib.util.spec_from_file_location("amble_web", ROOT / "script" / "lib" / "web.py")
web = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(web)


class RealServer:
    """One service: its folder, its database and, between `start` and `stop` or `kill`, its processes."""

    def __init__(self, folder: Path, database_url: str = "", **environment: str) -> None:
        """`database_url`: an empty database of PostgreSQL; without one the service keeps SQLite in its folder."""
        self.application = environment.pop("application", "amble.config.wsgi:application")
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            "AMBLE_VAR": str(folder),
            "DATABASE_URL": database_url,
            "AMBLE_ADDRESS": self.address,
            "DJANGO_SETTINGS_MODULE": "amble.config.settings",
            **environment,
        }
        self.process: subprocess.Popen | None = None
        self.python(web.PREPARE)

    def python(self, code: str, *arguments: str) -> str:
        """What `code` prints when it runs beside the server, with its settings."""
        command = [sys.executable, "-c", code, *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, text=True)
        done.check_returncode()
        return done.stdout

    def ask(self, code: str, *arguments: str) -> Any:
        """The JSON that `code` prints, with Django set up."""
        return json.loads(self.python(f"import django, json, sys\ndjango.setup()\n{code}", *arguments))

    def start(self) -> None:
        command = web.command(sys.executable, host="127.0.0.1", port=self.port, application=self.application)
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, start_new_session=True)
        deadline = time.monotonic() + SECONDS_TO_START
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("the server does not answer")

    def kill(self) -> None:
        """kill -9 of the server and its workers, all at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
