"""An empty SQLite file and an empty PostgreSQL server, each for one measurement."""

import contextlib
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "lib"))
import postgresql


@dataclass(frozen=True)
class Database:
    name: str
    folder: Path
    url: str


@contextlib.contextmanager
def sqlite() -> Iterator[Database]:
    with tempfile.TemporaryDirectory(prefix="amble-bench-") as folder:
        yield Database("SQLite", Path(folder), "")


@contextlib.contextmanager
def postgres() -> Iterator[Database]:
    with tempfile.TemporaryDirectory(prefix="amble-bench-") as folder, postgresql.server() as url:
        yield Database("PostgreSQL", Path(folder), url)


BOTH = (sqlite, postgres)
