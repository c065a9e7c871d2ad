"""How an estimate moved from day to day: its line, the band of the usual interval, and the edges of the one that
stays true however often one looks."""

from amble.evaluation.report.drawings.common import (
    COLOURS,
    HEIGHT,
    KEY,
    Encoding,
    Row,
    Vega,
    chart,
    layer,
    quantity,
    rule,
    scale,
    span,
    words,
)
from amble.evaluation.report.numbers import label

USUAL, ALWAYS = COLOURS[0], COLOURS[1]
DASH = [5, 3]


def moved(rows: list[Row], encoding: Encoding) -> Vega:
    """x: days as 2026-03-31.  low, high: of the usual interval.  low_always, high_always: of the other.

    A line stands where both kinds of care are alike: at nought, for a ratio at one.
    """
    alike = 1.0 if "ratio" in encoding["y"] else 0.0
    ends = ("y", "low", "high", "low_always", "high_always")
    low, high = span([*rows, {"y": alike}], *ends, zero=False)
    above = 2 * KEY
    top = high + (high - low) * above / (HEIGHT - 50)
    axis = {"grid": False, "format": "%b %y", "tickCount": 4, "labelOverlap": True, "labelFlush": True}
    x = {"field": "x", "type": "temporal", "scale": {"type": "utc"}, "axis": axis, "title": None}
    y = quantity("y", scale=scale(low, top), axis={"tickCount": 5})
    ranged = [row for row in rows if row.get("low") is not None and row.get("high") is not None]
    band = {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}}
    layers = [rule("y", alike), layer(ranged, "area", band, color=USUAL, opacity=0.2)]
    for edge in ("low_always", "high_always"):
        known = [row for row in rows if row.get(edge) is not None]
        place = {"x": x, "y": y | {"field": edge}}
        layers.append(layer(known, "line", place, color=ALWAYS, strokeWidth=2, strokeDash=DASH))
    layers.append(layer(rows, "line", {"x": x, "y": y}, color=USUAL, strokeWidth=2.5))
    return chart(layers + _key(), HEIGHT + above, label(encoding["y"]))


def _key() -> list[Vega]:
    """The two bands by name, at the top."""
    left, right = {"x": {"value": 4}}, {"x2": {"value": 30}}
    swatch = {"y": {"value": 3}, "y2": {"value": 13}}
    dashed = {"color": ALWAYS, "strokeWidth": 2, "strokeDash": DASH}
    return [
        layer([{}], "rect", left | right | swatch, color=USUAL, opacity=0.2),
        *_said("usual interval, for one look", 8),
        layer([{}], "rule", left | right | {"y": {"value": 8 + KEY}}, **dashed),
        *_said("interval for every look", 8 + KEY),
    ]


def _said(text: str, down: int) -> list[Vega]:
    return words([{"text": text}], {"x": {"value": 38}, "y": {"value": down}}, align="left")
