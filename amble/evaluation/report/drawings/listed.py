"""One row of words for each thing, its mark below: forest, balance, bars. Long names fit a narrow page so."""

from textwrap import wrap

from amble.evaluation.report.drawings.common import (
    BOLD,
    COLOURS,
    INK,
    KEY,
    LETTER,
    WIDTH,
    Encoding,
    Row,
    Vega,
    chart,
    coded,
    groups_of,
    key,
    layer,
    quantity,
    rule,
    scale,
    span,
    words,
)
from amble.evaluation.report.numbers import decimals, interval, label, number, word

LINE = 17


def forest(rows: list[Row], encoding: Encoding) -> Vega:
    """Words and numbers of each row, its interval below, lines at nought and at the margins if there are any."""
    groups, names = groups_of(rows), [str(row["y"]) for row in rows]
    places = decimals([row["x"] for row in rows] + [row.get("low") for row in rows])
    for row, name in zip(rows, names, strict=True):
        repeated = names.count(name) > 1 and row.get("colour") is not None
        row["text"] = label(name) + (f", {word(str(row['colour']))}" if repeated else "")
        ends = interval(row.get("low"), row.get("high"), places)
        row["numbers"] = "not shown" if row["x"] is None else f"{number(row['x'], places)} ({ends})"
        row["group"] = groups.index(row.get("colour"))
    beside = all(len(row["text"]) * BOLD + len(row["numbers"]) * LETTER < WIDTH - 6 for row in rows)
    y_end = 0
    for row in rows:
        row["text"] = wrap(row["text"], int(WIDTH / BOLD))
        row["words"] = y_end + 10
        row["figures"] = y_end + 10 + (0 if beside else LINE * len(row["text"]))
        row["mark"] = row["figures"] + LINE
        y_end = row["mark"] + 15
    drawn = [row for row in rows if row["x"] is not None]
    margins = ("margin_low", "margin_high")
    x_scale = scale(*span(drawn, "x", "low", "high", *margins, zero=True))
    x = quantity("x", title=label(encoding["x"]), scale=x_scale, axis={"tickCount": 5})
    y = scale(0, y_end, reverse=True)
    ranged = [row for row in drawn if row.get("low") is not None and row.get("high") is not None]
    bar = {"x": x | {"field": "low"}, "x2": {"field": "high"}, "y": _down("mark", y)}
    layers = [rule("x", 0.0)]
    layers += [
        rule("x", at, solid=True) for at in sorted({row[m] for row in drawn for m in margins if row.get(m)})
    ]
    layers.append(layer(ranged, "rule", bar, color=INK, strokeWidth=2))
    point = {"x": x, "y": _down("mark", y)} | coded(range(len(groups)))
    layers.append(layer(drawn, "point", point, filled=True, size=80, opacity=1))
    layers += words(rows, {"x": {"value": 0}, "y": _down("words", y)}, align="left", fontWeight="bold")
    figures = [{"text": row["numbers"], "figures": row["figures"]} for row in rows]
    side = ("right", "width") if beside else ("left", 0)
    layers += words(figures, {"x": {"value": side[1]}, "y": _down("figures", y)}, align=side[0])
    return chart(layers, y_end + 45)


def balance(rows: list[Row], encoding: Encoding) -> Vega:
    """How far the arms are apart in each covariate, per group (before and after weighting), with the line at 0.1."""
    names = list(dict.fromkeys(str(row["y"]) for row in rows))
    groups, step = [label(str(group or "")) for group in groups_of(rows)], 2 * LINE
    above = KEY * len(groups) if len(groups) > 1 else 0
    points = [
        {
            "x": abs(row["x"]),
            "mark": above + names.index(str(row["y"])) * step + LINE + 9,
            "group": label(str(row.get("colour") or "")),
        }
        for row in rows
    ]
    texts = [{"text": label(name), "words": above + i * step + 10} for i, name in enumerate(names)]
    high = 1.05 * max(0.25, *(point["x"] for point in points))
    x = quantity("x", title=label(encoding["x"]), scale=scale(0, high), axis={"tickCount": 5})
    y_end = above + len(names) * step
    y = scale(0, y_end, reverse=True)
    place = {"x": x, "y": _down("mark", y)} | coded(groups)
    marks = layer(points, "point", place, filled=True, size=80, opacity=1)
    said = words(texts, {"x": {"value": 0}, "y": _down("words", y)}, align="left")
    named = key(groups, dashes=False, filled=True) if above else []
    return chart([rule("x", 0.1), marks, *said, *named], y_end + 45)


def bars(rows: list[Row], encoding: Encoding) -> Vega:
    """Bars to the right, each with its number at its end, under the name of what it counts."""
    numeric, category = ("y", "x") if any(isinstance(row["x"], str) for row in rows) else ("x", "y")
    share, percent = ("share" in encoding[numeric], "percent" in encoding[numeric])
    places, groups = decimals(row[numeric] for row in rows), groups_of(rows)
    texts, drawn, top = [], [], 0
    for name in dict.fromkeys(str(row[category]) for row in rows):
        texts.append({"text": label(name), "words": top + 9})
        top += LINE + 1
        for row in (row for row in rows if str(row[category]) == name):
            value = row[numeric]
            said = "not shown" if value is None else number(value * 100**share, 0 if share else places)
            said += "%" * (value is not None and (share or percent))
            said = said if row.get("colour") is None else f"{label(str(row['colour']))} {said}"
            place = {"from": top, "to": top + 15, "mid": top + 8, "nought": 0}
            colour = COLOURS[groups.index(row.get("colour")) % len(COLOURS)]
            drawn.append({"value": value or 0, "text": said, "colour": colour} | place)
            top += LINE + 1
        top += 8
    room = LETTER * max(len(bar["text"]) for bar in drawn) + 8
    most = max(bar["value"] for bar in drawn) or 1
    x = quantity("value", axis=None, scale=scale(0, most / max(0.3, 1 - room / WIDTH)))
    y = scale(0, top, reverse=True)
    colour = {"field": "colour", "type": "nominal", "scale": None}
    bar = {"x": x, "x2": {"field": "nought"}, "y": _down("from", y), "y2": {"field": "to"}, "color": colour}
    layers = [layer(drawn, "rect", bar), *words(drawn, {"x": x, "y": _down("mid", y)}, dx=5, align="left")]
    layers += words(texts, {"x": {"value": 0}, "y": _down("words", y)}, align="left", fontWeight="bold")
    return chart(layers, top + 25, label(encoding[numeric]))


def _down(field: str, y: Vega) -> Vega:
    """Heights in pixels, counted from the top."""
    return quantity(field, axis=None, scale=y)
