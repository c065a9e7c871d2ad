"""What the numbers were measured on."""

import os
import platform
import sqlite3
import subprocess
from datetime import date
from importlib.metadata import version
from pathlib import Path

import psycopg

from .databases import postgres


def describe(name: str) -> dict[str, str]:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True
    ).stdout.strip()
    return {
        "date": date.today().isoformat(),
        "commit": commit or "unknown",
        "machine": f"{os.cpu_count()} cores of {_processor()}, {_memory_gb()} GB, "
        f"{platform.system()} {platform.release()}",
        "load before": f"{os.getloadavg()[0]:.1f} (processes that wanted a core in the last minute)",
        "versions": f"Python {platform.python_version()}, {versions(name)}",
    }


def versions(name: str) -> str:
    if name == "evaluation":
        return ", ".join(f"{each} {version(each)}" for each in ("duckdb", "ibis-framework", "numpy", "scipy"))
    if name in ("snapshot", "nightly"):
        arrow = ", ".join(f"{each} {version(each)}" for each in ("duckdb", "pyarrow", "psycopg"))
        return f"{arrow}, SQLite {sqlite3.sqlite_version}, PostgreSQL {_postgresql()}"
    return (
        f"Django {version('django')}, gunicorn {version('gunicorn')}, SQLite {sqlite3.sqlite_version}, "
        f"PostgreSQL {_postgresql()}"
    )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next(
        (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown kind"
    )


def _memory_gb() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9)


def _postgresql() -> str:
    with (
        postgres() as database,
        psycopg.connect(database.url.replace("postgres://", "postgresql://")) as connection,
    ):
        return str(connection.info.server_version // 10_000)
