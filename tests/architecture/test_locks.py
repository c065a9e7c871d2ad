"""Locks say which version and which hash, never from where: that is for the machine to know."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["runtime", "test"])
def test_python_lock_has_hashes_and_no_addresses(name: str) -> None:
    lines = (ROOT / "requirements" / f"{name}.txt").read_text().splitlines()
    packages = [index for index, line in enumerate(lines) if re.match(r"[a-z0-9][a-z0-9._-]*==", line)]
    assert len(packages) > 30
    assert all(re.match(r"\s+--hash=sha256:[0-9a-f]{64}", lines[index + 1]) for index in packages)
    assert [line for line in lines if "://" in line or re.match(r"-|\s+--(?!hash=)", line)] == []


def test_front_end_lock_has_hashes_and_no_addresses() -> None:
    text = (ROOT / "assets" / "package-lock.json").read_text()
    assert "://" not in text
    packages = json.loads(text)["packages"]
    installed = {path: package for path, package in packages.items() if path}
    assert all("integrity" in package for package in installed.values())
    assert [path for path, package in installed.items() if "resolved" in package] == []
