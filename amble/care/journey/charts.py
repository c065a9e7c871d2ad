"""Small line charts as SVG, drawn on the server. Every chart stands beside a table with the same numbers.

Colours and sizes are attributes of the shapes, never style attributes: the pages allow no inline style.
"""

import json
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import lru_cache

import altair as alt
import vl_convert
from django.utils.formats import date_format
from django.utils.translation import get_language_bidi

INK, LINE, BAND, GRID = "#23302f", "#1f5f5b", "#e3efe9", "#ddd8cc"
RANGE, MINE = "#c5ddd3", "#b04a12"
FONT = "system-ui, Noto Sans, Arial, sans-serif"
WIDTH, HEIGHT = 300, 170
Points = Sequence[tuple[date, float]]


def line_chart(
    points: Points,
    *,
    low: float,
    high: float,
    title: str,
    band: tuple[float, float] | None = None,
    labels: Sequence[str] = (),
    right_to_left: bool = False,
) -> str:
    """A line over time, from `low` to `high`. `band` is shaded: no change that matters lies inside it.

    `title` is what a screen reader says. `labels` name the values of a scale of words, such as activity.
    """
    days = tuple((day, date_format(day, "j M")) for day in _some_days([day for day, _ in points]))
    return _draw(
        tuple(points), days, float(low), float(high), title, band, tuple(labels), bool(right_to_left)
    )


def ratings_chart(points: Points, *, title: str) -> str:
    """Ratings from 0 to 10 over time. Nothing while there are fewer than two: a dot is no line."""
    if len(points) < 2:
        return ""
    return line_chart(points, low=0, high=10, title=title, right_to_left=get_language_bidi())


Range = tuple[float, float, float]


def course_chart(
    steps: Sequence[str],
    ranges: Sequence[Range | None],
    own: Sequence[tuple[int, float]],
    *,
    title: str,
    right_to_left: bool = False,
) -> str:
    """The course of a group from step to step, 0 to 100, and one's own points on it.

    steps: names, in order.  ranges: (low, middle, high) at each step, None where it is not known: the range is shaded,
    a line joins the middles.  own: (place of the step, value), drawn as diamonds.
    """
    told = [
        {"step": step, "low": ends[0], "value": ends[1], "high": ends[2]}
        for step, ends in enumerate(ranges)
        if ends is not None
    ]
    # Two words stand one above the other, so that names stay apart on a telephone.
    names = json.dumps([name.split(" ", 1) for name in steps], ensure_ascii=False)
    x_axis = alt.Axis(
        title=None, values=list(range(len(steps))), grid=False, labelExpr=f"{names}[datum.value]"
    )
    x_scale = alt.Scale(domain=[-0.3, len(steps) - 0.7], nice=False, reverse=right_to_left)
    x = alt.X("step:Q", axis=x_axis, scale=x_scale)
    y_axis = alt.Axis(title=None, values=[0, 25, 50, 75, 100], orient="right" if right_to_left else "left")
    value, low = (
        alt.Y(field, axis=y_axis, scale=alt.Scale(domain=[0, 100])) for field in ("value:Q", "low:Q")
    )
    group = alt.Chart(alt.Data(values=told))
    mine = alt.Chart(alt.Data(values=[{"step": step, "value": value} for step, value in own]))
    diamond = {"shape": "diamond", "fill": MINE, "stroke": "white", "strokeWidth": 1.5, "opacity": 1}
    layers = [
        group.mark_area(color=RANGE).encode(x=x, y=low, y2="high:Q"),
        group.mark_rule(color=RANGE, strokeWidth=6).encode(x=x, y=low, y2="high:Q"),
        group.mark_line(color=LINE, strokeWidth=2.5).encode(x=x, y=value),
        group.mark_point(color=LINE, fill=LINE, size=50).encode(x=x, y=value),
        mine.mark_point(size=170, **diamond).encode(x=x, y=value),
    ]
    return _for_page(vl_convert.vegalite_to_svg(_framed(layers).to_dict()), title, right_to_left)


def _some_days(days: Sequence[date]) -> list[date]:
    """Up to four of the days, from the first to the last: as many as there is room to name."""
    last = len(days) - 1
    return sorted({days[round(step * last / 3)] for step in range(4) if days})


@lru_cache(maxsize=512)
def _draw(points, days, low, high, title, band, labels, right_to_left) -> str:
    rows = [{"day": day.isoformat(), "value": value} for day, value in points]
    values = list(range(len(labels))) if labels else [low, (low + high) / 2, high]
    y_axis = alt.Axis(
        title=None,
        values=values,
        orient="right" if right_to_left else "left",
        **({"labelExpr": f"{json.dumps(labels, ensure_ascii=False)}[datum.value]"} if labels else {}),
    )
    # Days are named here, in the reader's language: the library knows months in English only.
    names = {str(_milliseconds(day)): name for day, name in days}
    x_axis = alt.Axis(
        title=None,
        values=[_milliseconds(day) for day, _ in days],
        labelExpr=f"{json.dumps(names, ensure_ascii=False)}[+datum.value]",
        labelOverlap=True,
    )
    x = alt.X("day:T", axis=x_axis, scale=alt.Scale(type="utc", reverse=right_to_left, padding=10))
    y = alt.Y("value:Q", axis=y_axis, scale=alt.Scale(domain=[low, high]))
    layers = []
    if band:
        layers.append(
            alt.Chart(alt.Data(values=[{"from": max(band[0], low), "to": min(band[1], high)}]))
            .mark_rect(color=BAND)
            .encode(y="from:Q", y2="to:Q")
        )
    line = alt.Chart(alt.Data(values=rows))
    layers.append(line.mark_line(color=LINE, strokeWidth=2.5).encode(x=x, y=y))
    layers.append(line.mark_point(color=LINE, fill=LINE, size=60).encode(x=x, y=y))
    return _for_page(vl_convert.vegalite_to_svg(_framed(layers).to_dict()), title, right_to_left)


def _framed(layers: Sequence[alt.Chart]) -> alt.LayerChart:
    return (
        alt.layer(*layers)
        .properties(width=WIDTH, height=HEIGHT, background="transparent")
        .configure_axis(labelColor=INK, labelFont=FONT, labelFontSize=13, gridColor=GRID, domainColor=INK)
        .configure_view(stroke=None)
    )


def _milliseconds(day: date) -> int:
    """As the drawing library counts time: since 1970, in UTC."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def _for_page(svg: str, title: str, right_to_left: bool) -> str:
    """One picture with one name for a screen reader, that grows and shrinks with the page."""
    svg = re.sub(r' style="[^"]*"', "", svg)
    # The parts have names of their own for exploring by keyboard; here the table does that.
    svg = re.sub(r' (aria-[a-z]+|role|tabindex)="[^"]*"', "", svg)
    # Names stand where the library put them; only a day, centred under its tick, reads from the right.
    if right_to_left:
        svg = svg.replace('text-anchor="middle"', 'text-anchor="middle" direction="rtl"')
    name = title.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return svg.replace("<svg ", f'<svg role="img" aria-label="{name}" direction="ltr" ', 1)


def warm_up() -> None:
    """The first drawing loads the library; do it before a person waits for it."""
    line_chart([(date(2026, 1, 1), 1.0), (date(2026, 1, 8), 2.0)], low=0, high=10, title="")
