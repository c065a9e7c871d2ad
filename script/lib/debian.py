"""Installs one of Debian's packages where that is possible: as root, with apt."""

import os
import shutil
import subprocess

from place import say


def install(package: str, words: str) -> bool:
    """Whether it was tried. `words`: what the package is to a reader."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    say(f"Installing Debian's {words}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update"],
        ["apt-get", "install", "-y", "--no-install-recommends", package],
    ):
        subprocess.run(command, env=environment, capture_output=True)
    return True
