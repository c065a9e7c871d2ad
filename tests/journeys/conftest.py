"""A real browser against a real server: pages at phone size, watched for what a page must never do.

`page` is a phone. `new_page(...)` opens further ones, each a person of their own with their own cookies.
`axe(page)` fails with a readable list of what a person who uses assistive technology would meet.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.journeys.watch import DESKTOP, PHONE, Watch, axe_problems

# Playwright's synchronous calls run an event loop in the test's thread; Django would refuse queries there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = os.environ.get("AMBLE_CHROMIUM") or shutil.which("chromium")
    if not executable:
        pytest.skip("no Chromium was found; script/test finds or installs one")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser: Browser, live_server, settings) -> Iterator[Callable[..., Page]]:
    """Open a page as a new person: `new_page(viewport=DESKTOP, java_script_enabled=False)`, and so on."""
    settings.ADDRESS = live_server.url
    contexts, watches = [], []

    def open_page(**options) -> Page:
        options = {"viewport": PHONE, "locale": "en-GB", "timezone_id": "Europe/London"} | options
        context = browser.new_context(base_url=live_server.url, **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        watches.append(Watch(page, urlsplit(live_server.url).netloc))
        return page

    yield open_page
    for context in contexts:
        context.close()
    faults = [fault for watch in watches for fault in watch.faults]
    assert not faults, "\n".join(faults)


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page()


@pytest.fixture
def desktop_page(new_page: Callable[..., Page]) -> Page:
    return new_page(viewport=DESKTOP)


@pytest.fixture(scope="session")
def axe(pytestconfig: pytest.Config) -> Callable[[Page], None]:
    source = Path(pytestconfig.rootpath, "assets/node_modules/axe-core/axe.min.js").read_text()

    def check(page: Page) -> None:
        problems = axe_problems(page, source)
        assert not problems, f"{page.url}\n" + "\n".join(problems)

    return check
