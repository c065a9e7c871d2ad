"""The pages that anybody may open, as a phone, a large screen, and a browser without scripts show them."""

import gzip

import pytest

from tests.journeys.watch import DESKTOP, PHONE

PAGES = ["/", "/about/", "/accessibility/", "/account/login/", "/no-such-page/"]
ZOOMED = {"width": 320, "height": 256}  # 1280 by 1024 at 400%


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP, ZOOMED], ids=["phone", "desktop", "zoom"])
@pytest.mark.parametrize("address", PAGES)
def test_page_is_accessible_and_fits(new_page, axe, address: str, viewport: dict) -> None:
    page = new_page(viewport=viewport)
    page.goto(address)
    axe(page)
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("address", PAGES)
def test_page_needs_no_script(new_page, address: str) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(address)
    assert page.locator("h1").is_visible()


def test_keyboard_reaches_the_content_first(page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_first_visit_fits_60_kilobytes_compressed(page) -> None:
    bodies: list[bytes] = []
    page.on("response", lambda response: bodies.append(response.body()))
    page.goto("/", wait_until="networkidle")
    assert len(bodies) >= 3, "the page, its styles and its script"
    assert sum(len(gzip.compress(body)) for body in bodies) <= 60_000
