"""Pictures that fill their plane: the overlap of two groups, and cost against effect."""

import math

from amble.evaluation.report.drawings.common import (
    COLOURS,
    HEIGHT,
    WIDTH,
    Encoding,
    Row,
    Vega,
    chart,
    groups_of,
    layer,
    quantity,
    rule,
    scale,
    span,
    words,
)
from amble.evaluation.report.numbers import label

MOST_POINTS = 400


def overlap(rows: list[Row], encoding: Encoding) -> Vega:
    """Two groups back to back: the first above the line, the second below it."""
    top = max(row["y"] for row in rows) * 1.2 or 1.0
    x = quantity("x", title=label(encoding["x"]), axis={"tickCount": 5, "grid": False})
    axis = {"tickCount": 5, "labelExpr": "format(abs(datum.value), '.2~f')"}
    layers = []
    for g, group in enumerate(groups_of(rows)[:2]):
        mine = [row | {"nought": 0, "y": row["y"] * (-1) ** g} for row in rows if row.get("colour") == group]
        y = quantity("y", scale=scale(-top, top), axis=axis)
        place = {"x": x, "x2": {"field": "x2"}, "y": y, "y2": {"field": "nought"}}
        layers.append(layer(mine, "rect", place, color=COLOURS[g], stroke="white", strokeWidth=1))
        corner = {"x": {"value": "width"}, "y": {"value": "height" if g else 2}}
        look = {"baseline": "bottom" if g else "top", "align": "right", "color": COLOURS[g]}
        layers += words([{"text": label(str(group))}], corner, fontWeight="bold", **look)
    return chart([*layers, rule("y", 0.0, solid=True)], HEIGHT, label(encoding["y"]))


def plane(rows: list[Row], encoding: Encoding) -> Vega:
    """Repetitions as points around the crossing of the lines at nought; at most 400 of them are drawn."""
    rows = rows[:: math.ceil(len(rows) / MOST_POINTS)]
    axis = {"tickCount": 5}
    x = quantity("x", title=label(encoding["x"]), scale=scale(*span(rows, "x", zero=True)), axis=axis)
    y = quantity("y", scale=scale(*span(rows, "y", zero=True)), axis=axis)
    points = layer(rows, "circle", {"x": x, "y": y}, size=22, color=COLOURS[0], opacity=0.45)
    return chart([points, rule("x", 0.0), rule("y", 0.0)], 0.85 * WIDTH, label(encoding["y"]))
