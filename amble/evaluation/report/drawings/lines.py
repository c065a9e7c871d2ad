"""Lines: over the visits, and over a continuous axis."""

from amble.evaluation.report.drawings.common import (
    COLOURS,
    DASHES,
    HEIGHT,
    KEY,
    KINDS,
    SHAPES,
    Encoding,
    Row,
    Vega,
    chart,
    groups_of,
    key,
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
        shift = (groups.index(row.get("colour")) - (len(groups) - 1) / 2) * min(0.1, 0.5 / len(groups))
        row["at"] = visits.index(str(row["x"])) + shift
    start, end = -0.4, len(visits) - 0.7
    names = [label(visit).split(" ") for visit in visits]  # one word to a line, so that names stay apart
    axis = {"values": list(range(len(visits))), "labelExpr": f"{names}[datum.value]", "labelOverlap": False}
    x_scale = scale(start, end + 0.04 * (end - start))
    return _lines(rows, quantity("at", scale=x_scale, axis=axis | {"grid": False}), encoding, points=True)


def curve(rows: list[Row], encoding: Encoding) -> Vega:
    """Lines over a continuous axis, with bands where there are intervals."""
    for row in rows:
        row["at"] = row["x"]
    low, high = min(row["at"] for row in rows), max(row["at"] for row in rows)
    x_scale = scale(low, high + 0.04 * (high - low))
    x = quantity("at", title=label(encoding["x"]), scale=x_scale, axis={"grid": False, "tickCount": 5})
    return _lines(rows, x, encoding, points=False)


def _lines(rows: list[Row], x: Vega, encoding: Encoding, points: bool) -> Vega:
    groups = groups_of(rows)
    low, high = span(rows, "y", "low", "high", zero=len(groups) == 1)
    if len(groups) == 2:  # room for the names above and below
        low, high = low - 0.08 * (high - low), high + 0.08 * (high - low)
    above = KEY * len(groups) if len(groups) > 2 else 0
    top = high + (high - low) * above / (HEIGHT - 50)
    y = quantity("y", scale=scale(low, top), axis={"tickCount": 5})
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
    if len(groups) == 2:
        layers += _end_labels(rows, x, y)
    layers += key([str(group) for group in groups], points) if above else []
    return chart(layers, HEIGHT + above, label(encoding["y"]))


def _end_labels(rows: list[Row], x: Vega, y: Vega) -> list[Vega]:
    """The names of two groups at their last points, above the upper and below the lower."""
    ends = {row.get("colour"): row for row in rows}
    lower, upper = sorted(ends, key=lambda group: ends[group]["y"])
    texts = []
    for group, role, most, dy in ((lower, "low", min, 11), (upper, "high", max, -11)):
        last = [row for row in rows if row.get("colour") == group][-2:]
        # Beyond the last point or the one before it, whichever reaches further: the name covers neither.
        height = most(row["y"] if row.get(role) is None else row[role] for row in last)
        value = {"at": ends[group]["at"], "y": height, "text": label(str(group))}
        look = {"color": COLOURS[groups_of(rows).index(group)], "fontWeight": "bold", "align": "right"}
        texts += words([value], {"x": x, "y": y}, dx=8, dy=dy, **look)
    return texts
