"""The numbers behind the demo service, from `parameters.toml`."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("parameters.toml")


@cache
def _values() -> dict[str, Any]:
    content = tomllib.loads(FILE.read_text("utf-8"))
    return {
        f"{section}.{name}": entry["value"] for section in content for name, entry in content[section].items()
    }


def names() -> tuple[str, ...]:
    return tuple(_values())


def p(name: str) -> Any:
    """ "section.name" -> value."""
    return _values()[name]
