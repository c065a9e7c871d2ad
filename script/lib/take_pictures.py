"""Takes pictures in a real browser: of the pages of a running demo ("clinic" or "service"), or of a report."""

import json
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 860}
FIGURES = {"width": 1280, "height": 880}
REPORT = {"width": 1280, "height": 1080}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
PICTURES = {
    "clinic": [
        (
            "demo.patient.week.six@demo.example",
            PHONE,
            {"patient-home": "/my/", "patient-check-in": "/my/check-in/"},
        ),
        ("demo.patient.discharged@demo.example", PHONE, {"patient-progress": "/my/progress/"}),
        ("physiotherapist@demo.example", DESKTOP, {"today": "/clinic/"}),
    ],
    "service": [("lead@demo.example", FIGURES, {"figures": "/service/"})],
}


def main(of: str, chromium: str, target: str, *where: str) -> None:
    """where: the report's page, or the demo's address and its data folder."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        if of == "report":
            page = browser.new_page(viewport=REPORT)
            page.goto(Path(*where).as_uri())
            page.screenshot(path=Path(target, "report.png"))
        else:
            take_demo(browser, PICTURES[of], target, *where)
        browser.close()


def take_demo(browser, pictures: list, target: str, address: str, data: str) -> None:
    password = json.loads(Path(data, "demo_sign_ins.json").read_text())["password"]
    for email, size, pages in pictures:
        page = browser.new_context(viewport=size, base_url=address, locale="en-GB").new_page()
        page.goto("/account/login/")
        page.locator("summary").click()
        page.locator("#id_login").fill(email)
        page.locator("#id_password").fill(password)
        with page.expect_navigation():
            page.get_by_role("button", name="Sign in with password").click()
        for name, path in pages.items():
            page.goto(path)
            page.screenshot(path=Path(target, f"{name}.png"))


if __name__ == "__main__":
    main(*sys.argv[1:])
