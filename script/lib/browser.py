"""Finds a Chromium for the browser tests, or installs Debian's."""

import os
import shutil
import subprocess

import debian
from place import PYTHON

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
PLAYWRIGHTS_OWN = (
    "from playwright.sync_api import sync_playwright\n"
    "with sync_playwright() as p: print(p.chromium.executable_path)"
)


def find_chromium() -> str | None:
    named = os.environ.get("AMBLE_CHROMIUM")
    if named:
        return shutil.which(named)
    return on_path() or playwrights_own() or from_debian()


def on_path() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


def playwrights_own() -> str | None:
    answer = subprocess.run([PYTHON, "-c", PLAYWRIGHTS_OWN], capture_output=True, text=True)
    return shutil.which(answer.stdout.strip()) if answer.returncode == 0 else None


def from_debian() -> str | None:
    return on_path() if debian.install("chromium", "Chromium") else None
