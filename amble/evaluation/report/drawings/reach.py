"""Reach: the steps on the way as bars from wide to narrow, and a share month by month, each beside a reference."""

from textwrap import wrap

from amble.evaluation.report.drawings.common import (
    BOLD,
    COLOURS,
    HEIGHT,
    INK,
    KEY,
    WIDTH,
    Encoding,
    Row,
    Vega,
    chart,
    groups_of,
    layer,
    quantity,
    scale,
    words,
)
from amble.evaluation.report.numbers import label, number

LINE, BAR = 17, 14
REFERENCE = {"color": INK, "strokeWidth": 2.5, "strokeDash": [3, 2]}


def funnel(rows: list[Row], encoding: Encoding) -> Vega:
    """y: the step.  x: per cent of the first step of its group, as long as its bar.  count and share: said above it.

    reference: the same per cent elsewhere, a dashed mark across the bar; its name is that of its column.
    """
    groups, top = groups_of(rows), KEY + 8
    texts, counts, bars, marks = [], [], [], []
    for row in rows:
        for text in wrap(label(str(row["y"])), int(WIDTH / BOLD)):
            texts.append({"text": text, "words": top + 9})
            top += LINE
        said = {"text": _said(row), "words": top + 9}
        top += LINE + 2
        colour = COLOURS[groups.index(row.get("colour")) % len(COLOURS)]
        place = {"from": top, "to": top + BAR, "nought": 0, "colour": colour}
        counts.append(said)
        bars.append(place | {"value": row["x"] or 0.0})
        if row.get("reference") is not None:
            marks.append(place | {"value": row["reference"], "from": top - 3, "to": top + BAR + 3})
        top += BAR + 10
    x = quantity("value", axis=None, scale=scale(0, 100))
    y = {"axis": None, "scale": scale(0, top, reverse=True)}
    low = quantity("from", **y)
    colour = {"field": "colour", "type": "nominal", "scale": None}
    drawn = {"x": x, "x2": {"field": "nought"}, "y": low, "y2": {"field": "to"}, "color": colour}
    across = {"x": x, "y": low, "y2": {"field": "to"}}
    place = {"x": {"value": 0}, "y": quantity("words", **y)}
    layers = [
        layer(bars, "rect", drawn),
        layer(marks, "rule", across, color="white", strokeWidth=6),
        layer(marks, "rule", across, **REFERENCE),
        *words(texts, place, align="left", fontWeight="bold"),
        *words(counts, place, align="left"),
    ]
    return chart(layers + (_key(encoding) if marks else []), top + 4)


def by_month(rows: list[Row], encoding: Encoding) -> Vega:
    """x: first days of months or quarters as 2026-03-01.  y: per cent, with the band from low to high.

    reference: a level line. A month that is hidden leaves a gap.
    """
    axis = {"grid": False, "format": "%b %y", "tickCount": 4, "labelOverlap": True, "labelFlush": True}
    x = {"field": "x", "type": "temporal", "scale": {"type": "utc"}, "axis": axis, "title": None}
    known = [row for row in rows if row["y"] is not None]
    level = next((row["reference"] for row in rows if row.get("reference") is not None), None)
    most = max([row.get("high") or row["y"] for row in known] + [level or 0.0, 5.0])
    y = quantity("y", scale=scale(0, 1.18 * most), axis={"tickCount": 5, "labelExpr": "datum.value + '%'"})
    ranged = [row for row in known if row.get("low") is not None and row.get("high") is not None]
    band = {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}}
    layers = [
        layer(ranged, "rule", band, color=COLOURS[0], strokeWidth=6, opacity=0.2),
        layer(
            rows,
            "line",
            {"x": x, "y": y},
            color=COLOURS[0],
            strokeWidth=2.5,
            invalid="break-paths-show-domains",
        ),
        layer(known, "point", {"x": x, "y": y}, filled=True, size=45, opacity=1, color=COLOURS[0]),
    ]
    if level is not None:
        layers += [layer([{"line": level}], "rule", {"y": quantity("line")}, **REFERENCE), *_key(encoding)]
    return chart(layers, HEIGHT, label(encoding["y"]))


def _said(row: Row) -> str:
    """The count and its share of the step before: 70, 64% of those trained."""
    count = "not shown" if row["count"] is None else number(row["count"], 0)
    return (
        count
        if row.get("share") is None
        else f"{count}, {number(row['share'], 0)}% {row.get('of') or ''}".rstrip()
    )


def _key(encoding: Encoding) -> list[Vega]:
    place = {"x": {"value": 6}, "y": {"value": 0}, "y2": {"value": 15}}
    named = {"x": {"value": 14}, "y": {"value": 8}}
    return [
        layer([{}], "rule", place, **REFERENCE),
        *words([{"text": label(encoding["reference"])}], named, align="left"),
    ]
