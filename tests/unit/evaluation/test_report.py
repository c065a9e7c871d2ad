"""The report as files: one page that needs nothing else, results.json, tables; all of them or none."""

import csv
import json
import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import pytest

from amble.evaluation.report import numbers, writing
from amble.evaluation.report.disclosure import hidden, release_report
from amble.evaluation.report.page import LONGEST
from amble.evaluation.report.writing import KEYS, CannotWrite, write
from amble.evaluation.study.model import Disclosure
from tests.unit.evaluation.invented_report import report

ROOT = Path(__file__).parents[3]
VOID = {"meta", "link", "br", "hr", "img", "input"}


class Page(HTMLParser):
    """What a reader gets: text, identifiers and attributes; fails where tags are not nested."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open, self.elements, self.text, self.ids = [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self.ids += [value for name, value in attributes if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    @property
    def words(self) -> str:
        return " ".join("".join(self.text).split())


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    return write(report(), tmp_path_factory.mktemp("report") / "out").parent


@pytest.fixture(scope="module")
def page(out) -> Page:
    return Page((out / "report.html").read_text("utf-8"))


@pytest.fixture(scope="module")
def results(out) -> dict:
    def refuse(name: str):
        raise AssertionError(f"{name} is not JSON")

    return json.loads((out / "results.json").read_text("utf-8"), parse_constant=refuse)


def test_the_page_refers_to_nothing_outside_itself(out, page) -> None:
    text = (out / "report.html").read_text("utf-8")
    assert not re.search(r"https?:|//\w|<script|<link|<iframe|@import|url\((?!#)", text)
    references = {v for _, a in page.elements for k, v in a.items() if k in {"src", "href", "xlink:href"}}
    assert all(reference.startswith("#") and reference[1:] in page.ids for reference in references)
    assert len(page.ids) == len(set(page.ids))


def test_the_page_has_every_sentence_and_every_table(page) -> None:
    released = release_report(report())
    for answer in released.answers:
        for text in (answer.question, *answer.sentences, *answer.assumptions, *answer.warnings):
            assert " ".join(text.split()) in page.words
        for table in answer.tables:
            assert table.title in page.words
            if len(table.rows) <= LONGEST:
                assert f"table-{table.name}" in page.ids
    assert "did not come to rest" in page.words  # a fit that did not converge is not a quiet number
    for cell in page.elements:
        if cell[0] == "th":
            assert cell[1].get("scope") in {"col", "row"}


def test_observational_stands_beside_every_comparison(out) -> None:
    text = (out / "report.html").read_text("utf-8")
    short = text[text.index('id="short"') : text.index('id="complete"')]
    assert short.count(">observational</span>") == short.count("<dt>") == 4
    for answer in report().answers:
        if answer.estimates:
            section = text[text.index(f'<h2 id="question-{answer.name}"') :]
            assert ">observational</span>" in section[: section.index("</section>")]
            assert section[: section.index("</section>")].count("(observational)") == len(answer.figures)


def test_every_figure_is_one_picture_with_words_for_those_who_cannot_see_it(page) -> None:
    pictures = [attributes for tag, attributes in page.elements if tag == "svg"]
    figures = [figure for answer in report().answers for figure in answer.figures]
    assert len(pictures) == len(figures)
    for picture, figure in zip(pictures, figures, strict=True):
        assert picture["role"] == "img"
        assert picture["aria-labelledby"] == f"about-{figure.name}"
        assert picture["aria-labelledby"] in page.ids
        assert figure.description in page.words
    sizes = [float(a["font-size"].removesuffix("px")) for _, a in page.elements if "font-size" in a]
    assert sizes and min(sizes) >= 12


def test_a_csv_file_equals_its_table(out) -> None:
    released = release_report(report())
    for table in (table for answer in released.answers for table in answer.tables):
        with (out / "tables" / f"{table.name}.csv").open(encoding="utf-8", newline="") as stream:
            columns, *rows = csv.reader(stream)
        assert tuple(columns) == table.columns
        assert rows == [["" if cell is None else str(cell) for cell in row] for row in table.rows]


def test_results_have_every_estimate_with_every_key_and_pass_disclosure_control(results) -> None:
    estimates = [e for answer in report().answers for e in answer.estimates]
    assert [tuple(e) for e in results["estimates"]] == [KEYS] * len(estimates)
    withheld = [e for e in results["estimates"] if e["estimate"] is None]
    assert [e["subgroup"] for e in withheld] == ["sex = other"]
    assert all(withheld[0][key] is None for key in ("se", "ci_low", "p", "n_etmi", "n_usual_care"))
    shown = [n for e in results["estimates"] for n in (e["n_etmi"], e["n_usual_care"]) if n is not None]
    assert min(shown) > 7
    # Men follow from everybody, women and the few others, so that their number is not shown either.
    groups = {e["subgroup"]: e for e in results["estimates"] if e["method"] == "interaction"}
    assert None in (groups["sex = male"]["n_etmi"], groups["sex = female"]["n_etmi"])
    assert results["flow"][1]["etmi"] is None and results["flow"][2]["etmi"] == 200
    assert results["implementation"]["outcomes_complete"] == {"count": 410, "of": 1000, "share": 0.41}
    assert results["convergence"][1]["newton_decrement"] is None  # NaN is not JSON
    assert {w["answer"] for w in results["warnings"]} >= {None, "over_time"}


def test_nothing_says_what_was_withheld(out) -> None:
    everything = "".join(file.read_text("utf-8") for file in sorted(out.rglob("*.*")) if file.is_file())
    assert not re.search(r"\b4,?3(19|21|23)\.5", everything)
    assert "Only 6 patients" not in everything


def test_counts_are_rounded_everywhere_when_the_study_says_so(tmp_path) -> None:
    rule = Disclosure(round_to=5)
    out = write(report(rule), tmp_path / "out").parent
    results = json.loads((out / "results.json").read_text("utf-8"))
    counts = [n for e in results["estimates"] for n in (e["n_etmi"], e["n_usual_care"]) if n is not None]
    assert counts and all(n % 5 == 0 for n in counts)
    released = release_report(report(rule))
    for table in (table for answer in released.answers for table in answer.tables):
        for column in table.counts:
            cells = [row[table.columns.index(column)] for row in table.rows]
            assert all(cell % 5 == 0 for cell in cells if not hidden(cell))


def test_a_report_takes_the_place_of_an_earlier_one_and_of_nothing_else(tmp_path) -> None:
    out = tmp_path / "out"
    write(report(), out)
    (out / "tables" / "old.csv").write_text("from an earlier study")
    write(report(), out)
    assert not (out / "tables" / "old.csv").exists()
    (out / "thesis.docx").write_text("years of work")
    with pytest.raises(CannotWrite, match=r"thesis\.docx"):
        write(report(), out)
    assert (out / "thesis.docx").read_text() == "years of work"
    with pytest.raises(CannotWrite, match="is a file"):
        write(report(), out / "thesis.docx")


def test_nothing_is_half_written(tmp_path, monkeypatch) -> None:
    out = tmp_path / "out"
    write(report(), out)
    before = {file: file.read_bytes() for file in sorted(out.rglob("*.*")) if file.is_file()}

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "_save_csv", full)
    with pytest.raises(CannotWrite, match="No space left"):
        write(report(), out)
    assert {file: file.read_bytes() for file in sorted(out.rglob("*.*")) if file.is_file()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_empty_report_says_that_nothing_can_be_known(tmp_path) -> None:
    bare = report(answers=(), flow=None, balance=None, implementation={}, provenance={}, warnings=())
    page = Page(write(bare, tmp_path / "out").read_text("utf-8"))
    assert page.words.count("No estimate could be made from these data.") == 4
    assert "not known how complete" in page.words


def test_every_method_of_the_engine_has_its_paragraph_and_its_pages() -> None:
    """The methods are read from the source of the analyses, so that a new one is not forgotten."""
    code = "".join(
        file.read_text("utf-8") for file in sorted((ROOT / "amble/evaluation/analyses").glob("*.py"))
    )
    told = tomllib.loads((ROOT / "amble/evaluation/report/methods.toml").read_text("utf-8"))["method"]
    beginnings = tuple(start for method in told for start in method["of"])
    used = re.findall(r'method="(\w+)"', code)
    assert used
    assert [name for name in used if not name.startswith(beginnings)] == []
    for page in (page for method in told for page in method["pages"]):
        assert (ROOT / "docs/methods" / f"{page}.md").exists(), page


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (numbers.number(-0.04, 1), "0.0"),
        (numbers.number(-1234.5, 1), "−1,234.5"),
        (numbers.number(float("nan")), "–"),
        (numbers.p_value(0.00004), "< 0.001"),
        (numbers.interval(-1.0, 2.0, 1), "−1.0 to 2.0"),
        (numbers.label("activity_level = 3+"), "Activity level: 3+"),
        (numbers.percent(0.387), "39%"),
    ],
)
def test_how_numbers_are_said(said, expected) -> None:
    assert said == expected
