"""Reads the programme's .toml files. Every entry of every file names its source."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@cache
def read(name: str) -> dict[str, Any]:
    """The content of `programme/<name>.toml`. Read once per process: restart after editing."""
    with (FOLDER / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)
