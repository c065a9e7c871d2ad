"""Pictures that fill their plane: the overlap of two groups, and cost against effect."""

import math

import altair as alt

from amble.evaluation.report.drawings.common import (
    COLOURS,
    HEIGHT,
    WIDTH,
    Encoding,
    Row,
    data,
    groups_of,
    rule,
    scale,
    span,
)
from amble.evaluation.report.numbers import label

MOST_POINTS = 400


def overlap(rows: list[Row], encoding: Encoding) -> alt.LayerChart:
    """Two groups back to back: the first above the line, the second below it."""
    top = max(row["y"] for row in rows) * 1.2 or 1.0
    x = alt.X("x:Q", title=label(encoding["x"]), axis=alt.Axis(tickCount=5, grid=False))
    axis = alt.Axis(tickCount=5, labelExpr="format(abs(datum.value), '.2~f')")
    layers = []
    for g, group in enumerate(groups_of(rows)[:2]):
        mine = [
            row | {"nought": 0, "y": -row["y"] if g else row["y"]}
            for row in rows
            if row.get("colour") == group
        ]
        bars = data(mine).mark_rect(color=COLOURS[g], stroke="white", strokeWidth=1)
        y = alt.Y("y:Q", title=None, scale=scale(-top, top), axis=axis)
        layers.append(bars.encode(x=x, x2="x2:Q", y=y, y2="nought:Q"))
        where = {"baseline": "bottom" if g else "top", "align": "right", "color": COLOURS[g]}
        name = data([{"text": label(str(group))}]).mark_text(fontSize=12, fontWeight="bold", **where)
        place = {"x": alt.value("width"), "y": alt.value("height" if g else 2)}
        layers.append(name.encode(text="text:N", **place))
    return alt.layer(*layers, rule("y", 0.0, solid=True)).properties(
        width=WIDTH, height=HEIGHT, title=label(encoding["y"])
    )


def plane(rows: list[Row], encoding: Encoding) -> alt.LayerChart:
    """Repetitions as points around the crossing of the lines at nought; at most 400 of them are drawn."""
    rows = rows[:: math.ceil(len(rows) / MOST_POINTS)]
    axis = alt.Axis(tickCount=5)
    x = alt.X("x:Q", title=label(encoding["x"]), scale=scale(*span(rows, "x", zero=True)), axis=axis)
    y = alt.Y("y:Q", title=None, scale=scale(*span(rows, "y", zero=True)), axis=axis)
    points = data(rows).mark_circle(size=22, color=COLOURS[0], opacity=0.45).encode(x=x, y=y)
    return alt.layer(points, rule("x", 0.0), rule("y", 0.0)).properties(
        width=WIDTH, height=0.85 * WIDTH, title=label(encoding["y"])
    )
