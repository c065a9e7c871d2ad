"""Every hazard has a control, and every control names a test that exists."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOG = tomllib.loads((ROOT / "docs" / "safety" / "hazard_log.toml").read_text("utf-8"))
HAZARDS = LOG["hazards"]
CONTROLS = [
    pytest.param(control["test"], id=f"{hazard['id']}: {control['test']}")
    for hazard in HAZARDS
    for control in hazard["controls"]
]


def names_of_tests(file: Path) -> set[str]:
    tree = ast.parse(file.read_text("utf-8"))
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    }


@pytest.mark.parametrize("named", CONTROLS)
def test_the_test_of_a_control_exists(named: str) -> None:
    file, _, test = named.partition("::")
    path = ROOT / file
    assert file.startswith("tests/"), named
    assert path.is_file(), f"{file} does not exist"
    found = names_of_tests(path)
    assert found, f"{file} has no tests"
    assert not test or test in found, f"{file} has no {test}"


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard["id"])
def test_a_hazard_is_complete(hazard: dict) -> None:
    assert all(len(hazard[part]) > 10 for part in ("hazard", "cause", "effect"))
    assert hazard["controls"]
    before, after = hazard["before"], hazard["after"]
    for rating in (before, after):
        assert rating.keys() == {"severity", "likelihood"}
        assert all(value in range(1, 6) for value in rating.values())
    assert after["severity"] <= before["severity"]
    assert after["likelihood"] <= before["likelihood"]
    assert after != before, "controls that change nothing are not controls"


def test_hazards_are_numbered_once() -> None:
    ids = [hazard["id"] for hazard in HAZARDS]
    assert ids == [f"H{number:02}" for number in range(1, len(ids) + 1)]


def test_no_hazard_is_left_at_an_unacceptable_risk() -> None:
    risks = {hazard["id"]: hazard["after"]["severity"] * hazard["after"]["likelihood"] for hazard in HAZARDS}
    assert {id: risk for id, risk in risks.items() if risk >= 10} == {}
