"""Where things are, and how the scripts speak. Standard library only: it runs before any install."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = Path(os.environ.get("AMBLE_VENV", ROOT / ".venv")).absolute()
VAR = Path(os.environ.get("AMBLE_VAR", ROOT / "var")).absolute()
PYTHON = VENV / "bin" / "python"
ASSETS = ROOT / "assets"
STATIC_BUILD = ROOT / "static-build"


def say(message: str) -> None:
    print(message, flush=True)


def stop(message: str) -> None:
    """End the script with a message for a person."""
    sys.exit(f"\n{message}")


def run_quietly(command: list[str | Path], *, otherwise: str, **options) -> None:
    """Run a command whose output matters only when it fails; then show the end of it and stop."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode:
        stop("\n".join([*done.stdout.splitlines()[-15:], "", otherwise]))


def fingerprint(paths: Iterable[Path], *more: str) -> str:
    digest = hashlib.sha256("\0".join(more).encode())
    for path in sorted(paths):
        digest.update(str(path).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


class Stamp:
    """Remembers what a finished step was made from, so that the step is skipped until that changes."""

    def __init__(self, path: Path, content: str) -> None:
        self.path, self.content = path, content

    def is_current(self) -> bool:
        return self.path.exists() and self.path.read_text() == self.content

    def write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(self.content)
