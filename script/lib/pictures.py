"""Takes the README's pictures of a fresh demo clinic, and of an invented service's report, in a real browser."""

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
TAKE = Path(__file__).with_name("take_pictures.py")


def main() -> None:
    bootstrap("test")
    chromium = find_chromium()
    if chromium is None:
        stop("No Chromium was found. Set AMBLE_CHROMIUM to one.")
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="amble-pictures-") as folder:
        environment = {**os.environ, "AMBLE_VAR": folder, "PORT": PORT, "DATABASE_URL": ""}
        server = subprocess.Popen([ROOT / "script" / "server"], env=environment, stdout=subprocess.DEVNULL)
        try:
            wait(f"http://localhost:{PORT}/health/")
            report = evaluated(Path(folder))
            take = [PYTHON, TAKE, f"http://localhost:{PORT}", folder, report, chromium, TARGET]
            done = subprocess.run(take)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)
    if done.returncode == 0:
        say(f"The pictures are in {TARGET.relative_to(ROOT)}.")
    sys.exit(done.returncode)


def evaluated(folder: Path) -> Path:
    """The report of an invented service, as the README says how to make one."""
    amble, snapshot, out = PYTHON.with_name("amble"), folder / "invented", folder / "report"
    simulate = [amble, "simulate", "--episodes", "4193", "--seed", "1", "--out", snapshot]
    subprocess.run(simulate, check=True, stdout=subprocess.DEVNULL)
    evaluate = [amble, "evaluate", "--snapshot", snapshot, "--out", out]
    subprocess.run(evaluate, check=True, stdout=subprocess.DEVNULL)
    return out / "report.html"


def wait(address: str) -> None:
    for _ in range(240):
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except OSError:
            time.sleep(0.5)
    stop("The demo did not start.")


if __name__ == "__main__":
    main()
