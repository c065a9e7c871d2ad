"""Runs every check and every test, on both databases, and ends with pytest's own closing lines."""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

from bootstrap import bootstrap
from browser import find_chromium
from java import find_java
from place import PYTHON, ROOT, VENV, say

CI = os.environ.get("CI", "").lower() in ("1", "true")
BIN = VENV / "bin"
POSTGRESQL = [PYTHON, ROOT / "script" / "lib" / "postgresql.py"]
# The evaluation engine and the figures made from Parquet files know no database: their tests run once.
NO_DATABASE = [
    f"--ignore=tests/{folder}"
    for folder in (
        "generative/evaluation",
        "journeys/test_evaluation_report.py",
        "reference",
        "simulation",
        "unit/evaluation",
        "unit/outcomes",
    )
]
CHECKS = {
    "style": [BIN / "ruff", "check", "."],
    "format": [BIN / "ruff", "format", "--check", "."],
    "import directions": [BIN / "lint-imports", "--no-cache"],
}


@dataclass
class Step:
    name: str
    passed: bool
    seconds: float
    closing_line: str


def main() -> None:
    bootstrap("test")
    with tempfile.TemporaryDirectory(prefix="amble-var-") as var:
        sys.exit(check_everything(var))


def check_everything(var: str) -> int:
    environment, missing = browser_environment()
    environment["AMBLE_VAR"] = var  # tests never touch the data of a running Amble
    if not find_java():
        missing.append("evaluation on Spark: no Java was found; install Java 17 or later")
    steps = [run(name, command) for name, command in CHECKS.items()]

    pytest = [PYTHON, "-m", "pytest", "-n", "2", "-q", *sys.argv[1:]]
    steps.append(run("tests on SQLite", pytest, environment | {"DATABASE_URL": ""}))
    if postgresql_starts():
        steps.append(run("tests on PostgreSQL", [*POSTGRESQL, *pytest, *NO_DATABASE], environment))
    else:
        missing.append("tests on PostgreSQL: its server does not start here")
    return report(steps, missing)


def browser_environment() -> tuple[dict[str, str], list[str]]:
    chromium = find_chromium()
    if chromium:
        return {**os.environ, "AMBLE_CHROMIUM": chromium}, []
    environment = {name: value for name, value in os.environ.items() if name != "AMBLE_CHROMIUM"}
    return environment, ["browser tests: no Chromium was found; set AMBLE_CHROMIUM to one"]


def postgresql_starts() -> bool:
    return subprocess.run([*POSTGRESQL, PYTHON, "-c", ""], capture_output=True).returncode == 0


def run(name: str, command: list, environment: dict[str, str] | None = None) -> Step:
    """Run one step, showing its output as it comes and keeping its last line."""
    say(f"\n== {name}")
    started, last = time.monotonic(), ""
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    for line in process.stdout:
        sys.stdout.write(line)
        sys.stdout.flush()
        last = line.strip() or last
    return Step(name, process.wait() == 0, time.monotonic() - started, last)


def report(steps: list[Step], missing: list[str]) -> int:
    say("\n== In short")
    for step in steps:
        say(f"{'passed' if step.passed else 'FAILED'}  {step.name} ({step.seconds:.0f} s)")
    for reason in missing:
        say(f"{'FAILED' if CI else 'skipped'}  {reason}")
    for step in steps:
        if step.name.startswith("tests"):
            say(step.closing_line)
    return 0 if all(step.passed for step in steps) and not (CI and missing) else 1


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
