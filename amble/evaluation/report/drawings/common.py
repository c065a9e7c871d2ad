"""What all pictures share: colours and shapes, who the groups are, how far an axis goes, parts of Vega-Lite."""

from collections.abc import Iterable, Sequence
from typing import Any

from amble.evaluation.report.numbers import label
from amble.evaluation.results import Cell

Row = dict[str, Cell]
Encoding = dict[str, str]
Vega = dict[str, Any]

INK, QUIET, GRID = "#23302f", "#56625f", "#ddd8cc"
FONT = "system-ui, Noto Sans, Arial, sans-serif"
WIDTH, HEIGHT = 300, 220
LETTER = 7.2  # pixels of a letter of 12 px, at most on average; BOLD: of a bold one
BOLD = 7.7
KEY = 19  # height of a line of the key
# Dark on white (at least 4.5 to 1), apart for every kind of colour vision and, with shapes and dashes, in grey.
COLOURS = ("#1f5f5b", "#b04a12", "#4a4a9e", "#7d6200", "#8e2f5d", "#56625f")
SHAPES = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross")
DASHES = ([1, 0], [7, 4], [2, 3], [9, 3, 2, 3], [4, 2], [1, 4])
KINDS = len(COLOURS)
HALO = {"stroke": "white", "strokeWidth": 5, "strokeJoin": "round"}


def groups_of(rows: Sequence[Row]) -> list[Cell]:
    """In order of appearance, with ETMI first and usual care second where they are the groups."""
    found = list(dict.fromkeys(row.get("colour") for row in rows))
    arms = [arm for arm in ("etmi", "ETMI", "usual_care", "usual care") if arm in found]
    return arms + [group for group in found if group not in arms]


def chart(layers: list[Vega], height: float, title: str | None = None) -> Vega:
    return {"width": WIDTH, "height": height, "layer": layers} | ({"title": title} if title else {})


def layer(rows: Iterable[Row], mark: str, encoding: Vega, **look: Any) -> Vega:
    """One kind of mark for some rows; `look` are properties of the mark."""
    return {"data": {"values": list(rows)}, "mark": {"type": mark} | look, "encoding": encoding}


def quantity(field: str, **more: Any) -> Vega:
    """A number on a continuous axis. `axis`, `scale` and `title` as in Vega-Lite; no title unless given."""
    return {"field": field, "type": "quantitative", "title": None} | more


def scale(low: float, high: float, reverse: bool = False) -> Vega:
    return {"domain": [low, high], "nice": False, "zero": False, "reverse": reverse}


def span(rows: Sequence[Row], *roles: str, zero: bool) -> tuple[float, float]:
    """From the lowest to the highest number of some roles, with a little room; with nought when asked for."""
    values = [row[role] for row in rows for role in roles if row.get(role) is not None] + [0.0] * zero
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = 0.06 * (high - low) or 1.0
    return low - room, high + room


def rule(axis: str, at: float, solid: bool = False) -> Vega:
    """A quiet line across the picture at a value of one axis."""
    dash = [1, 0] if solid else [4, 3]
    place = {axis: quantity("line")}
    return layer([{"line": at}], "rule", place, color=QUIET, strokeWidth=1.5, strokeDash=dash)


def words(rows: list[Row], place: Vega, **look: Any) -> list[Vega]:
    """The rows' `text`, with a white edge so that no line behind it makes it hard to read."""
    look = {"fontSize": 12, "baseline": "middle", "color": INK} | look
    place = place | {"text": {"field": "text"}}
    return [layer(rows, "text", place, **look | HALO), layer(rows, "text", place, **look)]


def key(names: Sequence[str], points: bool = True, dashes: bool = True, filled: bool = False) -> list[Vega]:
    """More than two groups are named in lines at the top of the picture, each with its mark."""
    layers = []
    for g, name in enumerate(names):
        down, colour = {"value": 8 + g * KEY}, COLOURS[g % KINDS]
        if dashes:
            dash = {"color": colour, "strokeWidth": 2.5, "strokeDash": DASHES[g % KINDS]}
            layers.append(layer([{}], "rule", {"x": {"value": 4}, "x2": {"value": 30}, "y": down}, **dash))
        if points:
            fill = colour if filled or g % 2 == 0 else "white"
            look = {"stroke": colour, "fill": fill, "shape": SHAPES[g % KINDS], "strokeWidth": 2}
            place = {"x": {"value": 17}, "y": down}
            layers.append(layer([{}], "point", place, size=70, opacity=1, **look))
        layers += words([{"text": label(name)}], {"x": {"value": 38}, "y": down}, align="left")
    return layers


def coded(names: Sequence[Cell]) -> Vega:
    """Colour and shape that say the `group`, which is one of the names."""
    named = {"field": "group", "type": "nominal", "legend": None}
    return {
        channel: named | {"scale": {"domain": list(names), "range": list(kinds)}}
        for channel, kinds in (("color", COLOURS), ("shape", SHAPES))
    }
