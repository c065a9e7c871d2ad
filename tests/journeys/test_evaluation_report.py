"""The evaluation's report in a browser, on a telephone, a desk and paper: for everyone, and never too wide."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from amble.evaluation.commands import evaluate
from amble.evaluation.simulate import simulate
from tests.journeys.watch import DESKTOP, PHONE, Watch

PAPER = {"width": 710, "height": 1000}  # A4 between its margins
TOO_WIDE = """() => [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .filter(e => !e.closest('.scroll, svg') && getComputedStyle(e).display !== 'none')
    .map(e => e.tagName + ' ' + e.className + ' ' + e.textContent.slice(0, 40))"""
CUT = """() => [...document.querySelectorAll('figure svg')].flatMap(svg => [...svg.querySelectorAll('text')]
    .filter(t => {
        const box = t.getBoundingClientRect(), all = svg.getBoundingClientRect();
        return box.width && (box.right > all.right + 1 || box.left < all.left - 1);
    })
    .map(t => svg.getAttribute('aria-labelledby') + ': ' + t.textContent))"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evaluation")
    simulate(out=folder / "snapshot", episodes=1624, seed=1)
    asked = {"study": None, "engine": "duckdb", "progress": lambda step: None}
    return evaluate(snapshot=folder / "snapshot", out=folder / "report", **asked)


@pytest.fixture
def report_page(report: Path, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    page = browser.new_page(viewport=request.param)
    watch = Watch(page, "")
    page.goto(report.as_uri())
    yield page
    page.close()
    assert not watch.faults, "\n".join(watch.faults)


@pytest.mark.parametrize("report_page", [PHONE, DESKTOP], indirect=True, ids=["phone", "desktop"])
def test_the_report_can_be_used_by_everyone(report_page: Page, axe) -> None:
    axe(report_page)
    report_page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    axe(report_page)


@pytest.mark.parametrize("report_page", [PHONE, DESKTOP], indirect=True, ids=["phone", "desktop"])
def test_the_page_never_scrolls_sideways_and_no_word_of_a_picture_is_cut(report_page: Page) -> None:
    report_page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert report_page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert report_page.evaluate(TOO_WIDE) == []
    assert report_page.evaluate(CUT) == []


@pytest.mark.parametrize("report_page", [PAPER], indirect=True, ids=["paper"])
def test_no_table_is_wider_than_paper(report_page: Page) -> None:
    report_page.emulate_media(media="print")
    wide = "() => [...document.querySelectorAll('table')].filter(t => t.getBoundingClientRect().right > 712)"
    assert report_page.evaluate(f"({wide})().map(t => t.caption.textContent)") == []
