"""One row of words for each thing, its mark below: forest, balance, bars. Long names fit a narrow page so."""

import altair as alt

from amble.evaluation.report.drawings.common import (
    COLOURS,
    INK,
    LETTER,
    WIDTH,
    Encoding,
    Row,
    coded,
    data,
    groups_of,
    rule,
    scale,
    span,
)
from amble.evaluation.report.numbers import decimals, interval, label, number, word

LINE = 17
TEXT = {"fontSize": 12, "color": INK, "baseline": "middle"}


def forest(rows: list[Row], encoding: Encoding) -> alt.LayerChart:
    """Words and numbers of each row, its interval below, lines at nought and at the margins if there are any."""
    groups, names = groups_of(rows), [str(row["y"]) for row in rows]
    places = decimals([row["x"] for row in rows] + [row.get("low") for row in rows])
    for row, name in zip(rows, names, strict=True):
        repeated = names.count(name) > 1 and row.get("colour") is not None
        row["text"] = label(name) + (f", {word(str(row['colour']))}" if repeated else "")
        row["numbers"] = "not shown"
        if row["x"] is not None:
            row["numbers"] = (
                f"{number(row['x'], places)} ({interval(row.get('low'), row.get('high'), places)})"
            )
        row["group"] = groups.index(row.get("colour"))
    lines = 3 if max(len(row["text"] + row["numbers"]) for row in rows) * LETTER > WIDTH - 20 else 2
    step = LINE * lines + 8
    for i, row in enumerate(rows):
        row["words"], row["figures"] = i * step + 10, i * step + 10 + LINE * (lines - 2)
        row["mark"] = i * step + LINE * (lines - 1) + 10
    drawn = [row for row in rows if row["x"] is not None]
    x_scale = scale(*span(drawn, "x", "low", "high", "margin_low", "margin_high", zero=True))
    x = alt.X("x:Q", title=label(encoding["x"]), scale=x_scale, axis=alt.Axis(tickCount=5))
    ranged = data(row for row in drawn if row.get("low") is not None and row.get("high") is not None)
    ranged = ranged.mark_rule(strokeWidth=2, color=INK).encode(x=alt.X("low:Q", scale=x_scale), x2="high:Q")
    points = data(drawn).mark_point(filled=True, size=80, opacity=1).encode(x=x)
    y = scale(0, len(rows) * step, reverse=True)
    edges = {row[role] for row in rows for role in ("margin_low", "margin_high") if row.get(role) is not None}
    layers = [
        rule("x", 0.0),
        *(rule("x", edge, solid=True) for edge in sorted(edges)),
        _at(ranged, "mark", y),
        _at(coded(range(len(groups)), points), "mark", y),
    ]
    layers.append(_words(rows, "text", "words", y, "left", "bold"))
    layers.append(_words(rows, "numbers", "figures", y, "right" if lines == 2 else "left"))
    return alt.layer(*layers).properties(width=WIDTH, height=len(rows) * step + 45)


def balance(rows: list[Row], encoding: Encoding) -> alt.LayerChart:
    """How far the arms are apart in each covariate, per group (before and after weighting), with the line at 0.1."""
    names = list(dict.fromkeys(str(row["y"]) for row in rows))
    groups, step = [label(str(group or "")) for group in groups_of(rows)], 2 * LINE
    points = [
        {
            "x": abs(row["x"]),
            "mark": names.index(str(row["y"])) * step + LINE + 9,
            "group": label(str(row.get("colour") or "")),
        }
        for row in rows
    ]
    words = [{"text": label(name), "words": i * step + 10} for i, name in enumerate(names)]
    high = 1.05 * max(0.25, *(point["x"] for point in points))
    x = alt.X("x:Q", title=label(encoding["x"]), scale=scale(0, high), axis=alt.Axis(tickCount=5))
    legend = alt.Legend() if len(groups) > 1 else None
    marks = coded(groups, data(points).mark_point(filled=True, size=80, opacity=1).encode(x=x), legend)
    y = scale(0, len(names) * step, reverse=True)
    layers = [rule("x", 0.1), _at(marks, "mark", y), _words(words, "text", "words", y, "left")]
    return alt.layer(*layers).properties(width=WIDTH, height=len(names) * step + 75)


def bars(rows: list[Row], encoding: Encoding) -> alt.LayerChart:
    """Bars to the right, each with its number at its end, under the name of what it counts."""
    numeric, category = ("y", "x") if any(isinstance(row["x"], str) for row in rows) else ("x", "y")
    share, percent = (
        any(name in encoding[numeric] for name in names) for names in (("share",), ("percent",))
    )
    places, groups = decimals(row[numeric] for row in rows), groups_of(rows)
    words, drawn, top = [], [], 0
    for name in dict.fromkeys(str(row[category]) for row in rows):
        words.append({"text": label(name), "words": top + 9})
        top += LINE + 1
        for row in (row for row in rows if str(row[category]) == name):
            value = row[numeric]
            said = (
                "not shown"
                if value is None
                else number(100 * value if share else value, 0 if share else places)
            )
            said += "%" * (value is not None and (share or percent))
            said = said if row.get("colour") is None else f"{label(str(row['colour']))} {said}"
            group = groups.index(row.get("colour"))
            drawn.append(
                {
                    "value": value or 0,
                    "from": top,
                    "to": top + 15,
                    "mid": top + 8,
                    "said": said,
                    "group": group,
                }
            )
            top += LINE + 1
        top += 8
    room = LETTER * max(len(bar["said"]) for bar in drawn) + 8
    most = max(bar["value"] for bar in drawn) or 1
    x = alt.X("value:Q", axis=None, scale=scale(0, most / max(0.3, 1 - room / WIDTH)))
    y = scale(0, top, reverse=True)
    colour = alt.Scale(domain=list(range(len(COLOURS))), range=list(COLOURS))
    bar = _at(data(drawn).mark_rect(), "from", y).encode(
        x=x, x2=alt.datum(0), y2="to:Q", color=alt.Color("group:N", scale=colour, legend=None)
    )
    ends = _at(data(drawn).mark_text(dx=5, align="left", **TEXT), "mid", y).encode(x=x, text="said:N")
    layers = [bar, ends, _words(words, "text", "words", y, "left", "bold")]
    return alt.layer(*layers).properties(width=WIDTH, height=top + 25, title=label(encoding[numeric]))


def _at(marks: alt.Chart, field: str, y: alt.Scale) -> alt.Chart:
    """The marks at heights in pixels, counted from the top."""
    return marks.encode(y=alt.Y(f"{field}:Q", axis=None, scale=y))


def _words(
    rows: list[Row], text: str, field: str, y: alt.Scale, side: str, weight: str = "normal"
) -> alt.LayerChart:
    """Text with a white edge, so that no line behind it makes it hard to read."""
    x = alt.value(0) if side == "left" else alt.value("width")
    look = {"align": side, "fontWeight": weight} | TEXT
    return alt.layer(
        *(
            _at(data(rows).mark_text(**look, **edge), field, y).encode(x=x, text=f"{text}:N")
            for edge in ({"stroke": "white", "strokeWidth": 5, "strokeJoin": "round"}, {})
        )
    )
