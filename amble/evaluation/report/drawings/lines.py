"""Lines: over the visits, and over a continuous axis."""

from collections.abc import Callable

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


def by_visit(rows: list[Row], encoding: Encoding) -> Vega:
    """Groups side by side over the visits, each with its intervals; a line at nought when there is one group."""
    visits = list(dict.fromkeys(str(row["x"]) for row in rows))
    groups = groups_of(rows)
    for row in rows:
        shift = (groups.index(row.get("colour")) - (len(groups) - 1) / 2) * 0.07
        row["at"] = visits.index(str(row["x"])) + shift
    start, end = -0.4, len(visits) - 0.7
    names = [label(visit).split(" ") for visit in visits]  # one word to a line, so that names stay apart
    axis = {"values": list(range(len(visits))), "labelExpr": f"{names}[datum.value]", "labelOverlap": False}
    x_scale = scale(start, end + _room(groups) * (end - start))
    return _lines(rows, quantity("at", scale=x_scale, axis=axis | {"grid": False}), encoding, points=True)


def curve(rows: list[Row], encoding: Encoding) -> Vega:
    """Lines over a continuous axis, with bands where there are intervals."""
    for row in rows:
        row["at"] = row["x"]
    low, high = min(row["at"] for row in rows), max(row["at"] for row in rows)
    end = high + _room(groups_of(rows)) * (high - low)
    axis = {"grid": False, "tickCount": 5}
    x = quantity("at", title=label(encoding["x"]), scale=scale(low, end), axis=axis)
    return _lines(rows, x, encoding, points=False)


def _lines(rows: list[Row], x: Vega, encoding: Encoding, points: bool) -> Vega:
    groups = groups_of(rows)
    low, high = span(rows, "y", "low", "high", zero=len(groups) == 1)
    if len(groups) == 2:  # room for the names above and below
        low, high = low - 0.08 * (high - low), high + 0.08 * (high - low)
    y = quantity("y", scale=scale(low, high), axis={"tickCount": 5})
    layers = [rule("y", 0.0)] if low <= 0 <= high else []
    for g, group in enumerate(groups):
        mine, colour = [row for row in rows if row.get("colour") == group], COLOURS[g % KINDS]
        ranged = [row for row in mine if row.get("low") is not None and row.get("high") is not None]
        place = {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}}
        band = {"color": colour} | ({"strokeWidth": 1.5} if points else {"opacity": 0.15})
        layers.append(layer(ranged, "rule" if points else "area", place, **band))
        # The average over the visits is no further visit.
        joined = (row for row in mine if row["x"] != "average")
        dash = DASHES[g % KINDS]
        layers.append(layer(joined, "line", {"x": x, "y": y}, color=colour, strokeWidth=2.5, strokeDash=dash))
        if points:
            look = {"stroke": colour, "fill": "white" if g % 2 else colour, "shape": SHAPES[g % KINDS]}
            layers.append(layer(mine, "point", {"x": x, "y": y}, size=70, strokeWidth=2, opacity=1, **look))
    if len(groups) > 1:
        layers += _end_labels(rows, x, y)
    return chart(layers, HEIGHT, label(encoding["y"]))


def _end_labels(rows: list[Row], x: Vega, y: Vega) -> list[Vega]:
    """The groups' names at their last points: two above and below, more of them beside, none covering another."""
    groups = groups_of(rows)
    ends = {g: row for row in rows for g, group in enumerate(groups) if row.get("colour") == group}
    order = sorted(ends, key=lambda g: ends[g]["y"])
    if len(order) == 2:
        edges = (order[0], "low", min, 11), (order[1], "high", max, -11)
        places = [(_edge(rows, ends[g], role, most), dy, 8, "right") for g, role, most, dy in edges]
    else:
        low, high = y["scale"]["domain"]
        gap = 17 * (high - low) / (HEIGHT - 50)
        places = [(height, 0, 9, "left") for height in _apart([ends[g]["y"] for g in order], gap)]
    texts = []
    for g, (height, dy, dx, align) in zip(order, places, strict=True):
        value = {"at": ends[g]["at"], "y": height, "text": label(str(ends[g]["colour"]))}
        look = {"align": align, "dx": dx, "dy": dy, "color": COLOURS[g % KINDS], "fontWeight": "bold"}
        texts += words([value], {"x": x, "y": y}, **look)
    return texts


def _edge(rows: list[Row], end: Row, role: str, most: Callable) -> float:
    """Beyond the last point or the one before it, whichever reaches further: the name covers neither."""
    last = [row for row in rows if row.get("colour") == end.get("colour")][-2:]
    return most(row["y"] if row.get(role) is None else row[role] for row in last)


def _apart(heights: list[float], gap: float) -> list[float]:
    """Sorted heights, moved until neighbours are a gap apart."""
    heights = list(heights)
    for _ in range(20):
        for i in range(len(heights) - 1):
            overlap = max(0.0, gap - (heights[i + 1] - heights[i]))
            heights[i], heights[i + 1] = heights[i] - overlap / 2, heights[i + 1] + overlap / 2
    return heights


def _room(groups: list) -> float:
    """What more than two groups' names need at the end of the axis, as a part of the rest of it."""
    if len(groups) < 3:
        return 0.04
    part = min(0.5, (LETTER * max(len(label(str(group))) for group in groups) + 12) / (WIDTH - 45))
    return part / (1 - part)
