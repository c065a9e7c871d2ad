"""Takes the README's pictures of a fresh demo clinic, a demo service and an invented service's report."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from bootstrap import bootstrap
from browser import find_chromium
from place import PYTHON, ROOT, say, stop

PORT = os.environ.get("PORT", "8087")
TARGET = ROOT / "docs" / "pictures"
TAKE = [PYTHON, Path(__file__).with_name("take_pictures.py")]
SERVER = {"clinic": [], "service": ["--service"]}
PARTS = [*SERVER, "report"]
SECONDS_TO_START = 600


def main() -> None:
    wanted = sys.argv[1:] or PARTS
    if unknown := [part for part in wanted if part not in PARTS]:
        stop(f"script/pictures does not know {unknown[0]}. It knows {', '.join(PARTS)}.")
    bootstrap("test")
    chromium = find_chromium()
    if chromium is None:
        stop("No Chromium was found. Set AMBLE_CHROMIUM to one.")
    TARGET.mkdir(parents=True, exist_ok=True)
    for part in wanted:
        with tempfile.TemporaryDirectory(prefix="amble-pictures-") as folder:
            take = [*TAKE, part, chromium, TARGET]
            if part == "report":
                subprocess.run([*take, evaluated(Path(folder))], check=True)
            else:
                take_demo(take, SERVER[part], folder)
    say(f"The pictures are in {TARGET.relative_to(ROOT)}.")


def take_demo(take: list, arguments: list[str], folder: str) -> None:
    environment = {**os.environ, "AMBLE_VAR": folder, "PORT": PORT, "DATABASE_URL": ""}
    command = [ROOT / "script" / "server", *arguments]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        wait(f"http://localhost:{PORT}/health/")
        subprocess.run([*take, f"http://localhost:{PORT}", folder], check=True)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def evaluated(folder: Path) -> Path:
    """The report of an invented service, as the README says how to make one."""
    amble, snapshot, out = PYTHON.with_name("amble"), folder / "invented", folder / "report"
    simulate = [amble, "simulate", "--episodes", "4193", "--seed", "1", "--out", snapshot]
    subprocess.run(simulate, check=True, stdout=subprocess.DEVNULL)
    evaluate = [amble, "evaluate", "--snapshot", snapshot, "--out", out]
    subprocess.run(evaluate, check=True, stdout=subprocess.DEVNULL)
    return out / "report.html"


def wait(address: str) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except OSError:
            time.sleep(0.5)
    stop("The demo did not start.")


if __name__ == "__main__":
    main()
