"""Lines: over the visits, and over a continuous axis."""

import altair as alt

from amble.evaluation.report.drawings.common import (
    COLOURS,
    DASHES,
    HEIGHT,
    KINDS,
    LETTER,
    SHAPES,
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


def by_visit(rows: list[Row], encoding: Encoding) -> alt.LayerChart:
    """Groups side by side over the visits, each with its intervals; a line at nought when there is one group."""
    visits = list(dict.fromkeys(str(row["x"]) for row in rows))
    groups = groups_of(rows)
    for row in rows:
        shift = (groups.index(row.get("colour")) - (len(groups) - 1) / 2) * 0.07
        row["at"] = visits.index(str(row["x"])) + shift
    start, end = -0.4, len(visits) - 0.7
    axis = alt.Axis(
        values=list(range(len(visits))),
        labelExpr=f"{[_two_lines(label(visit)) for visit in visits]}[datum.value]",
        grid=False,
        labelOverlap=False,
    )
    x = alt.X("at:Q", title=None, scale=scale(start, end + _room(groups) * (end - start)), axis=axis)
    return _lines(rows, x, encoding, points=True)


def curve(rows: list[Row], encoding: Encoding) -> alt.LayerChart:
    """Lines over a continuous axis, with bands where there are intervals."""
    for row in rows:
        row["at"] = row["x"]
    low, high = min(row["at"] for row in rows), max(row["at"] for row in rows)
    end = high + _room(groups_of(rows)) * (high - low)
    axis = alt.Axis(grid=False, tickCount=5)
    x = alt.X("at:Q", title=label(encoding["x"]), scale=scale(low, end), axis=axis)
    return _lines(rows, x, encoding, points=False)


def _lines(rows: list[Row], x: alt.X, encoding: Encoding, points: bool) -> alt.LayerChart:
    groups = groups_of(rows)
    low, high = span(rows, "y", "low", "high", zero=len(groups) == 1)
    if len(groups) == 2:  # room for the names above and below
        low, high = low - 0.08 * (high - low), high + 0.08 * (high - low)
    y_scale = scale(low, high)
    layers = [rule("y", 0.0)] if low <= 0 <= high else []
    for g, group in enumerate(groups):
        mine = [row for row in rows if row.get("colour") == group]
        if "low" in encoding:
            layers.append(_intervals(mine, x, y_scale, g, points))
        chart = data(mine).encode(x=x, y=alt.Y("y:Q", title=None, scale=y_scale, axis=alt.Axis(tickCount=5)))
        # The average over the visits is no further visit.
        line = data(row for row in mine if row["x"] != "average").encode(x=x, y=chart.encoding.y)
        layers.append(line.mark_line(color=_colour(g), strokeWidth=2.5, strokeDash=DASHES[g % KINDS]))
        if points:
            fill = "white" if g % 2 else _colour(g)
            shape = {"stroke": _colour(g), "fill": fill, "shape": SHAPES[g % KINDS]}
            layers.append(chart.mark_point(size=70, strokeWidth=2, opacity=1, **shape))
    if len(groups) > 1:
        layers += _end_labels(rows, x, (low, high))
    return alt.layer(*layers).properties(width=WIDTH, height=HEIGHT, title=label(encoding["y"]))


def _intervals(rows: list[Row], x: alt.X, y_scale: alt.Scale, g: int, bars: bool) -> alt.Chart:
    ranged = data(row for row in rows if row["low"] is not None and row["high"] is not None)
    ranged = ranged.encode(x=x, y=alt.Y("low:Q", title=None, scale=y_scale), y2="high:Q")
    if bars:
        return ranged.mark_rule(color=_colour(g), strokeWidth=1.5)
    return ranged.mark_area(color=_colour(g), opacity=0.15)


def _end_labels(rows: list[Row], x: alt.X, extent: tuple[float, float]) -> list[alt.Chart]:
    """The groups' names at their last points: two above and below, more of them beside, none covering another."""
    ends = {g: row for row in rows for g, group in enumerate(groups_of(rows)) if row.get("colour") == group}
    order = sorted(ends, key=lambda g: ends[g]["y"])
    if len(order) == 2:
        lower, upper = (ends[g] for g in order)
        edges = (lower, "low", 11), (upper, "high", -11)
        places = [
            (row["y"] if row.get(edge) is None else row[edge], dy, 0, "right") for row, edge, dy in edges
        ]
    else:
        gap = 17 * (extent[1] - extent[0]) / (HEIGHT - 50)
        places = [(height, 0, 9, "left") for height in _apart([ends[g]["y"] for g in order], gap)]
    texts = []
    for g, (height, dy, dx, align) in zip(order, places, strict=True):
        value = {"at": ends[g]["at"], "y": height, "text": label(str(ends[g]["colour"]))}
        look = {"align": align, "dx": dx + 8 * (align == "right"), "dy": dy, "color": _colour(g)}
        mark = data([value]).mark_text(fontSize=12, fontWeight="bold", **look)
        texts.append(mark.encode(x=x, y=alt.Y("y:Q", title=None), text="text:N"))
    return texts


def _apart(heights: list[float], gap: float) -> list[float]:
    """Sorted heights, moved until neighbours are a gap apart."""
    heights = list(heights)
    for _ in range(20):
        for i in range(len(heights) - 1):
            overlap = max(0.0, gap - (heights[i + 1] - heights[i]))
            heights[i], heights[i + 1] = heights[i] - overlap / 2, heights[i + 1] + overlap / 2
    return heights


def _colour(g: int) -> str:
    return COLOURS[g % KINDS]


def _room(groups: list) -> float:
    """What the groups' names need at the end of the axis, as a part of the rest of it."""
    if len(groups) < 3:
        return 0.04
    part = min(0.5, (LETTER * max(len(label(str(group))) for group in groups) + 12) / (WIDTH - 45))
    return part / (1 - part)


def _two_lines(name: str) -> str | list[str]:
    """A name under an axis, broken at its spaces so that it does not run into the next."""
    return name.split(" ") if len(name) > 5 else name
