"""The built styles and scripts: small, self-contained, and ready for either direction of reading."""

import gzip
import re
from pathlib import Path

import pytest

BUILT = Path(__file__).parents[2] / "static-build" / "amble"
PHYSICAL = re.compile(
    r"[;{](?:left|right|(?:margin|padding|border)-(?:left|right)[a-z-]*|border-(?:top|bottom)-(?:left|right)-radius"
    r"|(?:text-align|float|clear):(?:left|right))\s*[:;}]"
)


@pytest.fixture(scope="module")
def styles() -> str:
    return (BUILT / "amble.css").read_text()


def test_left_and_right_have_become_start_and_end(styles: str) -> None:
    assert PHYSICAL.findall(styles) == []


def test_uneven_boxes_are_logical_except_the_drawn_tick(styles: str) -> None:
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", styles)
    uneven = [
        selector
        for selector, body in rules
        for top, right, bottom, left in re.findall(
            r"(?:^|;)(?:margin|padding|border-width):([^\s;(]+) ([^\s;(]+) ([^\s;(]+) ([^\s;(]+)(?=;|$)", body
        )
        if left != right
    ]
    assert {s for s in uneven if "checkboxes__label:after" not in s} == set()
    assert uneven, "the pattern finds the tick, so it would find others"


@pytest.mark.parametrize("name", ["amble.css", "amble.js", "htmx.min.js"])
def test_nothing_is_loaded_from_another_host(name: str) -> None:
    text = (BUILT / name).read_text()
    assert re.findall(r"url\((?![\"']?data:)[^)]*", text) == []
    assert re.findall(r"@import|//# sourceMappingURL", text) == []


def test_styles_and_scripts_leave_room_for_the_page_within_60_kilobytes() -> None:
    assert sum(len(gzip.compress(file.read_bytes())) for file in BUILT.glob("*.*s")) < 48_000
