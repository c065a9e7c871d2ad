"""Pictures as SVG, drawn from released tables: what a table hides, no picture shows.

As wide as a telephone's screen, so that its letters are never smaller than 12 px there and grow with wider pages.
Groups differ by shape and dash as well as by colour, and are named where they are drawn.
"""

import math
import re
from collections.abc import Callable
from html import escape
from threading import Thread

import vl_convert

from amble.evaluation.report.disclosure import hidden
from amble.evaluation.report.drawings import areas, lines, listed, reach
from amble.evaluation.report.drawings.common import FONT, GRID, INK, Row, Vega
from amble.evaluation.report.drawings.moved import moved
from amble.evaluation.report.numbers import MINUS
from amble.evaluation.results import Cell, Figure, Table

KINDS: dict[str, Callable[[list[Row], dict[str, str]], Vega]] = {
    "by_visit": lines.by_visit,
    "forest": listed.forest,
    "balance": listed.balance,
    "overlap": areas.overlap,
    "bars": listed.bars,
    "curve": lines.curve,
    "moved": moved,
    "plane": areas.plane,
    "funnel": reach.funnel,
    "by_month": reach.by_month,
}
# The size is the whole picture's, with its words.
FRAME = {
    "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
    "autosize": {"type": "fit", "contains": "padding"},
    "background": "transparent",
    "padding": 4,
    "config": {
        "font": FONT,
        "axis": {
            **dict.fromkeys(("labelColor", "titleColor", "domainColor", "tickColor"), INK),
            **{"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "gridColor": GRID},
        },
        "title": {"fontSize": 12, "fontWeight": "normal", "color": INK, "anchor": "start", "frame": "bounds"},
        "view": {"stroke": None},
    },
}
NEEDED = {
    "by_visit": ("y",),
    "forest": (),
    "balance": ("x",),
    "overlap": ("x", "x2", "y"),
    "bars": (),
    "curve": ("x", "y"),
    "moved": ("y",),
    "plane": ("x", "y"),
    "funnel": (),
    "by_month": (),
}


def warm_up() -> None:
    """Start the drawing machine while sums are added up: its start takes as long as drawing the whole report."""
    least = {"$schema": FRAME["$schema"], "data": {"values": [{}]}, "mark": "point"}
    Thread(target=vl_convert.vegalite_to_svg, args=(least,)).start()


def draw(figure: Figure, table: Table) -> str:
    """The figure as one `<svg role="img">`; "" when the table shows too little to draw.

    The page has an element with the id `about-<name>` that says in words what is to be seen.
    """
    rows = rows_of(figure, table)
    if not rows:
        return ""
    picture = KINDS[figure.kind](rows, figure.encoding) | FRAME
    return _for_page(vl_convert.vegalite_to_svg(picture), figure)


def rows_of(figure: Figure, table: Table) -> list[Row]:
    """The table's rows as role -> value; hidden and absent cells are None, rows without what is needed left out.

    A row that is the sum of others is left out among bars, which it would dwarf, and where it has no number.
    """
    at = {role: table.columns.index(column) for role, column in figure.encoding.items()}
    bars = figure.kind == "bars"
    kept = [
        row
        for r, row in enumerate(table.rows)
        if r not in table.total_rows or not (bars or row[at["x"]] is None)
    ]
    rows = [{role: _drawable(row[k]) for role, k in at.items()} for row in kept]
    numeric = NEEDED[figure.kind]
    return [row for row in rows if all(isinstance(row[role], int | float) for role in numeric)]


def _drawable(cell: Cell) -> Cell:
    unknown = isinstance(cell, float) and not math.isfinite(cell)
    return None if unknown or hidden(cell) else cell


def _for_page(svg: str, figure: Figure) -> str:
    """One picture with one description; its parts are not named, the table beside it is there for that."""
    svg = re.sub(r' style="[^"]*"', "", svg)
    svg = re.sub(r' (aria-[a-z]+|role|tabindex|xmlns(:\w+)?|width|height)="[^"]*"', _keep_sizes_of_parts, svg)
    svg = re.sub(r'(id="|url\(#)([\w-]+)', rf"\1{figure.name}-\2", svg)
    name = escape(figure.name, quote=True)
    # Numbers and short names read from left to right in every language.
    return svg.replace(
        "<svg ", f'<svg role="img" aria-labelledby="about-{name}" direction="ltr" ', 1
    ).replace(">-", f">{MINUS}")


def _keep_sizes_of_parts(match: re.Match) -> str:
    """The picture's own size is the page's business; a rectangle inside keeps its width and height."""
    before = match.string[: match.start()]
    inside = before.rfind("<svg") != before.rfind("<")
    return match[0] if inside and match[1] in {"width", "height"} else ""
