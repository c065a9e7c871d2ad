"""Starts Amble: the web server and the worker for slow and scheduled tasks, and stops both together.

With --service the demo is a whole simulated health service, in a folder of its own beside the demo clinic's.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

import web
from bootstrap import bootstrap
from place import PYTHON, ROOT, STATIC_BUILD, VAR, VENV, Stamp, run_quietly, say, stop

HOST = os.environ.get("AMBLE_BIND", "127.0.0.1")
PORT = os.environ.get("PORT", "8000")
AMBLE = VENV / "bin" / "amble"
WEB = web.command(PYTHON, host=HOST, port=PORT)
WORKER = [AMBLE, "manage", "run_worker"]
SERVICE = "--service"
SECONDS_TO_START, SECONDS_TO_STOP = 60, 15


def main() -> None:
    if unknown := [argument for argument in sys.argv[1:] if argument != SERVICE]:
        stop(f"script/server does not know {unknown[0]}. It knows {SERVICE}.")
    with_service = SERVICE in sys.argv[1:]
    if with_service:
        os.environ.setdefault("AMBLE_VAR", str(VAR / "service"))
    if not PORT.isdecimal():
        stop(f"PORT must be a number such as 8000, not {PORT!r}.")
    os.environ["AMBLE_DEMO"] = "1"
    os.environ.setdefault("AMBLE_ADDRESS", f"http://localhost:{PORT}")
    bootstrap()
    check_port_is_free()
    prepare_database()
    collect_static_files()
    sign_ins = demo(with_service)
    sys.exit(serve(sign_ins))


def check_port_is_free() -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(PORT)))
        except OSError as problem:
            stop(
                f"Port {PORT} cannot be used: {problem.strerror}.\n"
                f"Stop what is using it, or choose another: PORT={int(PORT) + 1} script/server"
            )


def prepare_database() -> None:
    Path(os.environ.get("AMBLE_VAR", VAR)).mkdir(parents=True, exist_ok=True)
    run_quietly([PYTHON, "-c", web.PREPARE], otherwise="The database could not be prepared.", cwd=ROOT)


def collect_static_files() -> None:
    """Copy styles, scripts and the admin's files to where they are served from, under names with a hash."""
    made_from = (STATIC_BUILD / ".amble").read_text() + (VENV / ".amble-runtime").read_text()
    stamp = Stamp(ROOT / "static" / ".amble", made_from)
    if stamp.is_current():
        return
    command = [AMBLE, "manage", "collectstatic", "--no-input", "--clear"]
    run_quietly(command, otherwise="The styles and scripts could not be put in place.")
    stamp.write()


def demo(with_service: bool) -> str:
    """Load the demo the first time; return the address and sign-ins to show."""
    if with_service:
        say("The first time, a health service with 4,193 patients is simulated. This takes a minute.")
    command = [AMBLE, "demo", *([SERVICE] if with_service else [])]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        stop("The demo could not be loaded.")
    return done.stdout


def serve(sign_ins: str) -> int:
    stopping = False

    def ask_to_stop(signum: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, ask_to_stop)

    # In sessions of their own, so that Ctrl-C reaches this script alone and it stops them in order.
    running = [subprocess.Popen(command, cwd=ROOT, start_new_session=True) for command in (WEB, WORKER)]
    try:
        started = wait_for_port(running, lambda: stopping)
        if started:
            say(f"{sign_ins}\nAmble is running. Ctrl-C stops it; nothing is lost.")
        while started and not stopping and all(process.poll() is None for process in running):
            time.sleep(0.2)
        ended = [process for process in running if process.poll() is not None]
    finally:
        stop_all(running)
    if stopping:
        say(f"Amble has stopped; {' '.join(['script/server', *sys.argv[1:]])} starts it again.")
        return 0
    which = "web server" if running[0] in ended else "worker" if ended else "web server (no answer)"
    say(f"Amble has stopped because its {which} ended by itself; the reason is above.")
    return 1


def wait_for_port(running: list[subprocess.Popen], stopping) -> bool:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and not stopping():
        if any(process.poll() is not None for process in running):
            return False
        try:
            socket.create_connection((HOST, int(PORT)), timeout=1).close()
            return True
        except OSError:
            time.sleep(0.05)
    return False


def stop_all(processes: list[subprocess.Popen]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + SECONDS_TO_STOP
    for process in processes:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        stop("Stopped before Amble had started; script/server goes on from here.")
