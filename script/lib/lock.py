"""Makes requirements/*.txt and assets/package-lock.json again."""

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from bootstrap import bootstrap, npm
from place import ASSETS, ROOT, say, stop

HEADER = "# Made by script/lock from {}: versions and hashes, no download addresses. Do not edit.\n"


def main() -> None:
    upgrade = sys.argv[1:] == ["--upgrade"]
    if sys.argv[1:] and not upgrade:
        stop("Usage: script/lock [--upgrade]")
    lock_python(upgrade)
    bootstrap("test")
    lock_node(upgrade)
    bootstrap("test")


def lock_python(upgrade: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        subprocess.run([Path(folder, "bin", "pip"), "install", "--quiet", "uv"], check=True)
        for name in ("runtime", "spark", "test"):
            source, locked = f"requirements/{name}.in", ROOT / "requirements" / f"{name}.txt"
            say(f"Locking {source}")
            command = [
                Path(folder, "bin", "uv"),
                "pip",
                "compile",
                source,
                "--output-file",
                locked,
                "--quiet",
            ]
            command += ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-annotate"]
            command += ["--no-header", "--no-emit-index-url", "--no-emit-find-links"]
            subprocess.run(command + ["--upgrade"] * upgrade, check=True, cwd=ROOT)
            locked.write_text(HEADER.format(source) + locked.read_text())


def lock_node(upgrade: bool) -> None:
    say("Locking assets/package.json")
    subprocess.run(npm("update" if upgrade else "install", "--package-lock-only"), check=True, cwd=ASSETS)
    # npm leaves out where packages come from, but notes who asks for money, with an address.
    file = ASSETS / "package-lock.json"
    lock = json.loads(file.read_text())
    for package in lock["packages"].values():
        package.pop("funding", None)
    file.write_text(json.dumps(lock, indent=2) + "\n")


if __name__ == "__main__":
    main()
