"""Every estimator has a page of mathematics, every page a test that holds it; equations named in the code exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
METHODS = ROOT / "docs" / "methods"
PAGES = [page for page in sorted(METHODS.glob("*.md")) if page.stem != "README"]
KERNELS = [
    file
    for folder in ("estimators", "diagnostics")
    for file in sorted((ROOT / "amble" / "evaluation" / folder).glob("*.py"))
    if file.stem != "__init__"
]
# Algebra that several methods share: no quantity of its own, so no page of its own.
SHARED = {
    "chunks",
    "matrices",
    "mmrm_start",
    "newton",
    "nested_covariance",
    "nuisance",
}


# Pages of what has no number that others could have published. Every page of an estimator names a reference.
NO_REFERENCE = {
    "disclosure": "rules for tables, not an estimate: every table that fits what is shown is tried instead",
    "simulation": "an invented service: its truth is computed, and nobody else has one",
    "sums": "counts and sums: engines and a plain sum must agree to the last bit instead",
}


def name(file: Path) -> str:
    return file.stem


@pytest.mark.parametrize("file", [file for file in KERNELS if file.stem not in SHARED], ids=name)
def test_a_kernel_names_its_page(file: Path) -> None:
    named = re.findall(r"\b(\w+)\.md", file.read_text("utf-8"))
    assert named and all((METHODS / f"{page}.md").exists() for page in named)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_names_tests_that_exist_and_stands_in_the_index(page: Path) -> None:
    tests = re.findall(r"tests/[\w/]+\.py", page.read_text("utf-8"))
    assert tests and all((ROOT / test).exists() for test in tests)
    assert f"({page.name})" in (METHODS / "README.md").read_text("utf-8")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_names_a_published_reference_or_stands_among_those_that_have_none(page: Path) -> None:
    references = re.findall(r"tests/reference/test_\w+\.py", page.read_text("utf-8"))
    assert bool(references) != (page.stem in NO_REFERENCE)


def test_no_page_of_an_estimator_is_excused_from_a_reference() -> None:
    kernels = "".join(file.read_text("utf-8") for file in KERNELS if file.parent.name == "estimators")
    assert [page for page in NO_REFERENCE if f"{page}.md" in kernels] == []
    assert [page for page in NO_REFERENCE if not (METHODS / f"{page}.md").exists()] == []


@pytest.mark.parametrize("file", KERNELS, ids=name)
def test_the_equations_a_kernel_cites_exist(file: Path) -> None:
    pages = (page.read_text("utf-8").replace(r"\_", "_") for page in PAGES)
    labels = {label for text in pages for label in re.findall(r"\b([a-z_]+-\d+)\b", text)}
    cited = re.findall(r"\(([a-z_]+-\d+)\)", file.read_text("utf-8"))
    assert [label for label in cited if label not in labels] == []


def test_the_index_names_no_page_that_is_not_there() -> None:
    named = re.findall(r"\((\w+\.md)\)", (METHODS / "README.md").read_text("utf-8"))
    assert [page for page in named if not (METHODS / page).exists()] == []
