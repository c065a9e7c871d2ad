"""What all pictures share: colours and shapes, who the groups are, how far an axis goes."""

import math
from collections.abc import Iterable, Sequence

import altair as alt

from amble.evaluation.results import Cell

Row = dict[str, Cell]
Encoding = dict[str, str]

INK, QUIET, GRID = "#23302f", "#56625f", "#ddd8cc"
FONT = "system-ui, Noto Sans, Arial, sans-serif"
WIDTH, HEIGHT = 328, 230
LETTER = 7.2  # pixels of a letter of 12 px, at most on average
# Dark on white (at least 4.5 to 1), apart for every kind of colour vision and, with shapes and dashes, in grey.
COLOURS = ("#1f5f5b", "#b04a12", "#4a4a9e", "#7d6200", "#8e2f5d", "#56625f")
SHAPES = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross")
DASHES = ([1, 0], [7, 4], [2, 3], [9, 3, 2, 3], [4, 2], [1, 4])
KINDS = len(COLOURS)


def groups_of(rows: Sequence[Row]) -> list[Cell]:
    """In order of appearance, with ETMI first and usual care second where they are the groups."""
    found = list(dict.fromkeys(row.get("colour") for row in rows))
    arms = [arm for arm in ("etmi", "ETMI", "usual_care", "usual care") if arm in found]
    return arms + [group for group in found if group not in arms]


def data(rows: Iterable[Row]) -> alt.Chart:
    return alt.Chart(alt.Data(values=list(rows)))


def scale(low: float, high: float, reverse: bool = False) -> alt.Scale:
    return alt.Scale(domain=[low, high], nice=False, reverse=reverse)


def span(rows: Sequence[Row], *roles: str, zero: bool) -> tuple[float, float]:
    """From the lowest to the highest number of some roles, with a little room; with nought when asked for."""
    values = [row[role] for row in rows for role in roles if row.get(role) is not None] + [0.0] * zero
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = 0.06 * (high - low) or 1.0
    return low - room, high + room


def rule(axis: str, at: float, solid: bool = False) -> alt.Chart:
    """A quiet line across the picture at a value of one axis."""
    mark = data([{"line": at}]).mark_rule(
        color=QUIET, strokeWidth=1.5, strokeDash=[1, 0] if solid else [4, 3]
    )
    return mark.encode(x=alt.X("line:Q")) if axis == "x" else mark.encode(y=alt.Y("line:Q"))


def coded(names: Sequence[Cell], marks: alt.Chart, legend: alt.Legend | None = None) -> alt.Chart:
    """Marks whose colour and shape say their `group`, which is one of the names."""
    parts = {"domain": list(names)}
    return marks.encode(
        color=alt.Color(
            "group:N", scale=alt.Scale(**parts, range=list(COLOURS[: len(names)])), legend=legend
        ),
        shape=alt.Shape("group:N", scale=alt.Scale(**parts, range=list(SHAPES[: len(names)])), legend=legend),
    )


def finite(cell: Cell) -> bool:
    return not isinstance(cell, float) or math.isfinite(cell)
