"""Takes the pictures: ADDRESS of a running demo, its data folder, the report's page, the browser, the target folder."""

import json
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 860}
REPORT = {"width": 1280, "height": 1080}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
PICTURES = [
    (
        "demo.patient.week.six@demo.example",
        PHONE,
        {"patient-home": "/my/", "patient-check-in": "/my/check-in/"},
    ),
    ("demo.patient.discharged@demo.example", PHONE, {"patient-progress": "/my/progress/"}),
    ("physiotherapist@demo.example", DESKTOP, {"today": "/clinic/"}),
]


def main(address: str, data: str, report: str, chromium: str, target: str) -> None:
    password = json.loads(Path(data, "demo_sign_ins.json").read_text())["password"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for email, size, pages in PICTURES:
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
        page = browser.new_page(viewport=REPORT)
        page.goto(Path(report).as_uri())
        page.screenshot(path=Path(target, "report.png"))
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
