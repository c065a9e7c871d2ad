"""Finds a Java for Spark, or installs Debian's."""

import os
import shutil

import debian


def find_java() -> str | None:
    """What runs Java 17 or later, for the tests of the evaluation on Spark."""
    home = os.environ.get("JAVA_HOME")
    return (home and shutil.which(f"{home}/bin/java")) or shutil.which("java") or from_debian()


def from_debian() -> str | None:
    return shutil.which("java") if debian.install("default-jre-headless", "Java") else None
