"""What is easy to keep small and hard to win back: file and function size, where rows and directions come from."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = [file for file in sorted((ROOT / "amble").rglob("*.py")) if "migrations" not in file.parts]
DOORS = [
    file
    for door in ("patients", "clinicians", "service")
    for file in sorted((ROOT / "amble" / "care" / door).rglob("*.py"))
    if "migrations" not in file.parts
]
STYLES = [ROOT / "assets" / "amble.scss", *sorted((ROOT / "assets" / "theme").glob("*.scss"))]
LONGEST_FILE, LONGEST_FUNCTION = 400, 45

PHYSICAL = re.compile(
    r"(?:^|[\s;{])((?:(?:margin|padding|border)-)?(?:left|right)(?:-[a-z]+)?\s*:"
    r"|border-(?:top|bottom)-(?:left|right)-radius\s*:"
    r"|(?:text-align|float|clear)\s*:\s*(?:left|right)\b)"
)


def name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def tables_used(code: str) -> Iterator[int]:
    """The lines on which a model's rows are reached from the table: Model.objects, or its default manager."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager", "_base_manager"}:
            yield node.lineno


def long_functions(code: str) -> list[str]:
    functions = (
        n for n in ast.walk(ast.parse(code)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return [f.name for f in functions if f.end_lineno - f.lineno + 1 > LONGEST_FUNCTION]


@pytest.mark.parametrize("file", DOORS, ids=name)
def test_a_door_reaches_rows_from_the_clinic_or_the_patient(file: Path) -> None:
    assert list(tables_used(file.read_text("utf-8"))) == []


@pytest.mark.parametrize("file", OURS, ids=name)
def test_files_and_functions_stay_short(file: Path) -> None:
    code = file.read_text("utf-8")
    assert len(code.splitlines()) <= LONGEST_FILE
    assert long_functions(code) == []


@pytest.mark.parametrize("file", STYLES, ids=name)
def test_our_styles_speak_of_start_and_end(file: Path) -> None:
    code = re.sub(r"//.*", "", file.read_text("utf-8"))
    assert PHYSICAL.findall(code) == []


def test_the_rules_notice_what_they_forbid() -> None:
    assert list(tables_used("rows = Patient.objects.all()")) == [1]
    assert long_functions("def f():\n" + "    pass\n" * LONGEST_FUNCTION) == ["f"]
    for wrong in (
        "a { margin-left: 1px; }",
        "a {\n  left: 0;\n}",
        "a { text-align: right; }",
        "a {float:left}",
    ):
        assert PHYSICAL.search(wrong), wrong
    assert not PHYSICAL.search("a { margin-inline-start: 1px; inset-inline-start: 0; text-align: start; }")
