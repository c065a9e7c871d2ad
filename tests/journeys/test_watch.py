"""The guards of the browser tests do guard."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.watch import Watch

HOST = "amble.test"
FAULTS = {
    "<img alt='' src='http://elsewhere.test/tracker.png'>": "request to another host",
    "<link rel='stylesheet' href='/missing.css'>": "404 for",
    "<script>console.error('trouble')</script>": "console: trouble",
    "<script>nowhere()</script>": "script error",
    "<p style='color: red'>Inline styles are against the policy</p>": "Content Security Policy",
}
POLICY = "default-src * 'unsafe-inline'; style-src 'self'"


@pytest.fixture
def bare_page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


def serve(page: Page, body: str) -> None:
    """Answer from the test itself: one page, and nothing else."""
    html = f"<!doctype html><html lang='en'><title>Page</title><main><h1>Page</h1>{body}</main></html>"
    page.route("**/*", lambda route: route.fulfill(status=404, body=""))
    page.route(
        f"http://{HOST}/",
        lambda route: route.fulfill(
            body=html, content_type="text/html", headers={"Content-Security-Policy": POLICY}
        ),
    )
    page.goto(f"http://{HOST}/")


@pytest.mark.parametrize(("body", "fault"), FAULTS.items())
def test_a_fault_is_seen(bare_page: Page, body: str, fault: str) -> None:
    watch = Watch(bare_page, HOST)
    serve(bare_page, body)
    assert any(fault in seen for seen in watch.faults), watch.faults


def test_a_good_page_has_no_fault(bare_page: Page, axe) -> None:
    watch = Watch(bare_page, HOST)
    serve(bare_page, "<p>Walking is safe for your back.</p>")
    axe(bare_page)
    assert watch.faults == []


def test_axe_names_the_rule_and_the_element(bare_page: Page, axe) -> None:
    serve(bare_page, "<input id='pain'>")
    with pytest.raises(AssertionError, match=r"label: .*\n.*#pain"):
        axe(bare_page)
