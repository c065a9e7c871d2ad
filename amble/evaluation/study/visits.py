"""Nominal times of visits."""

import tomllib
from functools import cache
from importlib import resources


@cache
def weeks() -> dict[str, float]:
    """Visit -> weeks after the start, from visits.toml."""
    text = resources.files(__package__).joinpath("visits.toml").read_text("utf-8")
    return {visit: float(time) for visit, time in tomllib.loads(text)["weeks"].items()}
