"""Finds a Java for Spark, or installs Debian's."""

import os
import shutil
import subprocess

from place import say


def find_java() -> str | None:
    """What runs Java 17 or later, for the tests of the evaluation on Spark."""
    home = os.environ.get("JAVA_HOME")
    return (home and shutil.which(f"{home}/bin/java")) or shutil.which("java") or from_debian()


def from_debian() -> str | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    say("Installing Debian's Java")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update"],
        ["apt-get", "install", "-y", "--no-install-recommends", "default-jre-headless"],
    ):
        subprocess.run(command, env=environment, capture_output=True)
    return shutil.which("java")
