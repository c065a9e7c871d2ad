"""docs/generated/simulation.md and .json: one row per estimator and scenario, in plain headings."""

import json
import platform
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from . import judgement
from .estimands import Scenario, content, holding, scenarios
from .summary import Row

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "generated"
HEAD = """# Simulations

Made by `script/bench/run simulations`; do not edit. Invented services whose truth is known
(`docs/methods/simulation.md`) go through the whole report, and every estimate is held against what is true
(`script/bench/simulation/estimands.toml`).

How to read a row. Each estimator is one row per scenario; what it says of several outcomes, visits or groups is
averaged (every one by itself is in `simulation.json`). After ± stands the simulation error: two of them either way
hold the number that endless repetition would give, about 19 times in 20. All rows of a table are about the same
services, so chance moves them together: all of them a point too low is one accident, not forty.

- **estimates**: how many outcomes, visits and groups the row averages.
- **off by**: bias as a share of the estimator's own standard error; above 0, the effect is made too large (where
  nothing is true: too high). 0.1 of a standard error costs an interval next to nothing, 0.5 costs a 95% interval
  about 3 points of coverage.
- **of the truth**: bias as a percentage of the true effects; empty where they are 0 or next to it.
- **standard error**: the one that is stated over the one that is true. 1 is right, below 1 is too sure.
- **holds the truth**: how often the interval does. Should be 95% (equivalence: 90%).
- **finds a difference**: how often p is below 0.05 or the interval leaves out zero (equivalence: how often "no
  different" is said). Where ETMI changes nothing it should be 5% or less; elsewhere it is power, not an error.
- **with interval**, **warned**: share of estimates that have an interval; that carry a warning.
- **remark**: in bold what these simulations found wrong (by the limits of `script/bench/simulation/judgement.py`); "a
  little too narrow" where an interval holds the truth less often than it says by more than three simulation errors,
  but not so much that it counts as wrong; else what is so by design.
"""
COLUMNS = (
    "estimator",
    "estimates",
    "off by",
    "of the truth",
    "standard error",
    "holds the truth",
    "finds a difference",
    "with interval",
    "warned",
    "remark",
)


def write(rows: list[Row], about: dict[str, str], folder: Path = FOLDER) -> None:
    """about: what was run on what, in words."""
    folder.mkdir(parents=True, exist_ok=True)
    said = {"about": about, "reasons": content()["reason"], "rows": [_json(row) for row in rows]}
    (folder / "simulation.json").write_text(_lines(_rounded(said)))
    (folder / "simulation.md").write_text(markdown(rows, about))


def markdown(rows: list[Row], about: dict[str, str]) -> str:
    parts = [HEAD, *(_part(one, rows) for one in scenarios().values())]
    parts.append("## Run\n\n" + "\n".join(f"- {what}: {value}" for what, value in about.items()) + "\n")
    return "\n".join(parts)


def about(
    replicates: int, episodes: int, repetitions: int, services: int, failed: dict[str, str], seeds: str
) -> dict[str, str]:
    names = ("numpy", "scipy")
    return {
        "replicates": f"{replicates} invented services per scenario, each of {episodes:,} episodes",
        "seeds": seeds,
        "bootstraps": f"{repetitions} repetitions each; the report takes more, so its intervals are steadier",
        "truth": f"from {services} other services of 25,000 episodes each per scenario",
        **{f"fits that did not converge, {name}": words for name, words in failed.items()},
        "versions": f"Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in names),
        "command": "`script/bench/run simulations`",
    }


def _part(scenario: Scenario, rows: list[Row]) -> str:
    own = [row for row in rows if row.scenario.name == scenario.name]
    if not own:
        return ""
    lines = [COLUMNS, ["---"] * len(COLUMNS), *(_line(row) for row in own)]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"## {scenario.title}\n\n{scenario.meaning}\n\n{table}\n"


def _line(row: Row) -> list[str]:
    faults = [f"**{fault}**" for fault in judgement.faults(row)]
    short = ["intervals a little too narrow"] if judgement.a_little_short(row) else []
    reasons = holding((*row.estimator.bias, *row.estimator.interval), row.scenario)
    return [
        row.estimator.name,
        str(len(row.targets)),
        _with(row.bias, row.bias_error, 2),
        "" if row.relative_bias is None else f"{100 * row.relative_bias:+.0f}%",
        _with(row.se_ratio, row.se_ratio_error, 2),
        _with(row.coverage, row.coverage_error, 1, 100, "%"),
        _with(row.rejected, row.rejected_error, 1, 100, "%"),
        f"{100 * row.with_interval:.0f}%",
        f"{100 * row.warned:.0f}%",
        "; ".join((*faults, *short, *reasons)),
    ]


def _with(value: float | None, error: float | None, digits: int, times: float = 1, unit: str = "") -> str:
    if value is None:
        return ""
    beside = "" if error is None else f" ± {times * error:.{digits}f}"
    return f"{times * value + 0.0:.{digits}f}{beside}{unit}"


def _json(row: Row) -> dict:
    found = asdict(row)
    found["scenario"] = row.scenario.name
    found["by_design"] = holding((*row.estimator.bias, *row.estimator.interval), row.scenario)
    found["found_wrong"] = judgement.faults(row)
    return found


def _lines(said: dict) -> str:
    """JSON with a line for each row."""
    rows = ",\n".join(json.dumps(row) for row in said["rows"])
    rest = json.dumps({key: value for key, value in said.items() if key != "rows"}, indent=1)
    return f'{rest[:-2]},\n "rows": [\n{rows}\n]}}\n'


def _rounded(value):
    """Four digits say all that a simulation knows; what is not known is left out."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items() if each is not None}
    return [_rounded(each) for each in value] if isinstance(value, list | tuple) else value
