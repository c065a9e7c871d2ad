"""The released report as one page: what the template is told, and nothing else."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from amble.evaluation.report import numbers
from amble.evaluation.report.charts import draw
from amble.evaluation.report.disclosure import HIDDEN, hidden
from amble.evaluation.report.model import Report
from amble.evaluation.results import Answer, Cell, Estimate, Table
from amble.evaluation.study.model import Study

IN_SHORT = {  # in this order; the method and contrast that speak for each outcome
    "function": ("mmrm", "difference"),
    "fear_avoidance": ("mmrm", "difference"),
    "pain": ("mmrm", "difference"),
    "sessions": ("negative_binomial", "log_rate_ratio"),
}
REACH = (
    *("clinicians_trained", "clinicians_delivering", "patients_receiving", "patients_receiving_when_trained"),
    "outcomes_complete",
)
LONG = 16  # rows of a table that stands folded on the screen, and not on paper where a picture shows it
LONGEST = 60  # rows of a table on the page; longer ones are drawn, and are in the CSV file


@dataclass(frozen=True)
class Column:
    name: str
    numeric: bool


@dataclass(frozen=True)
class PageTable:
    """A table as text: `rows` of cells, each with whether disclosure control took it away."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[tuple[str, bool], ...], ...]
    note: str
    wide: bool
    drawn: bool


def html(report: Report, shares: Mapping[str, Any]) -> str:
    """The page. `report` and `shares` have passed disclosure control."""
    environment = Environment(
        loader=PackageLoader("amble.evaluation", "report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"said": numbers.word, "label": numbers.label, "count": numbers.count}
    environment.filters |= {"percent": numbers.percent, "scalar": scalar}
    study, estimates = report.study, [e for answer in report.answers for e in answer.estimates]
    pictures = {answer.name: _pictures(answer) for answer in report.answers}
    return environment.get_template("page.html").render(
        report=report,
        study=study,
        in_short=in_short(study, estimates),
        interval=lambda e: numbers.with_interval(e, study.confidence),
        complete=shares.get("outcomes_complete_by_arm"),
        shares={name: shares[name] for name in REACH if name in shares},
        flow=page_table(report.flow) if _only_here(report) else None,
        sections=[(a, pictures[a.name], _tables(a, study.confidence)) for a in report.answers],
        long=LONG,
        longest=LONGEST,
        methods=methods_of(estimates),
        flat=flat(report.provenance),
        fits=sum(len(answer.fits) for answer in report.answers),
    )


def _only_here(report: Report) -> bool:
    """Whether no answer shows the attrition rows, so that the page has each table once."""
    return report.flow is not None and report.flow not in [t for a in report.answers for t in a.tables]


def in_short(study: Study, estimates: Iterable[Estimate]) -> list[tuple[str, Estimate | None]]:
    """Each standing outcome with the estimate that speaks for it: averaged over visits, for everyone."""
    estimates = list(estimates)
    found = []
    for outcome in (o for o in IN_SHORT if o in study.outcomes):
        method, contrast = IN_SHORT[outcome]
        fitting = [
            e
            for e in estimates
            if (e.outcome, e.method, e.contrast, e.subgroup) == (outcome, method, contrast, None)
            and e.visit in ("average", None)
        ]
        found.append((outcome, fitting[0] if fitting else None))
    return found


def _tables(answer: Answer, confidence: float) -> list[PageTable]:
    drawn = {figure.table for figure in answer.figures}
    return [page_table(table, confidence, table.name in drawn) for table in answer.tables]


def page_table(table: Table, confidence: float = 0.95, drawn: bool = False) -> PageTable:
    """Every cell said in its column's manner; the two ends of an interval share a column and their decimals."""
    heads, cells, k = [], [], 0
    while k < len(table.columns):
        name, values = table.columns[k], [row[k] for row in table.rows]
        if k and not any(value not in (None, "") for value in values):
            k += 1
            continue
        if table.columns[k : k + 2] in (("low", "high"), ("ci_low", "ci_high")):
            ends = list(zip(values, (row[k + 1] for row in table.rows), strict=True))
            places = _places(table, k - 1, k, k + 1)
            heads.append(Column(f"{100 * confidence:.3g}% interval", True))
            cells.append([_interval(low, high, places) for low, high in ends])
            k += 1
        else:
            followed = table.columns[k + 1 : k + 3] in (("low", "high"), ("ci_low", "ci_high"))
            places = _places(table, k, k + 1, k + 2) if followed else _places(table, k)
            heads.append(Column(numbers.label(name), name in table.counts or _numeric(values)))
            cells.append([(numbers.cell(value, name, places), hidden(value)) for value in values])
        k += 1
    rows = tuple(zip(*cells, strict=True))
    return PageTable(table.name, table.title, tuple(heads), rows, table.note, len(heads) > 7, drawn)


def _places(table: Table, *columns: int) -> int:
    return numbers.decimals(row[k] for row in table.rows for k in columns if k >= 0)


def _numeric(values: list[Cell]) -> bool:
    shown = [value for value in values if value is not None and not hidden(value)]
    return bool(shown) and not any(isinstance(value, str) for value in shown)


def _interval(low: Cell, high: Cell, places: int) -> tuple[str, bool]:
    if hidden(low) or hidden(high):
        return HIDDEN, True
    return numbers.interval(low, high, places), False


def _pictures(answer: Answer) -> list[tuple[Any, Markup]]:
    tables = {table.name: table for table in answer.tables}
    drawn = ((figure, draw(figure, tables[figure.table])) for figure in answer.figures)
    return [(figure, Markup(svg)) for figure, svg in drawn if svg]  # our own drawing, names escaped there


@cache
def _methods() -> list[dict[str, Any]]:
    return tomllib.loads(files(__package__).joinpath("methods.toml").read_text("utf-8"))["method"]


def methods_of(estimates: Iterable[Estimate]) -> list[dict[str, Any]]:
    """The paragraphs on the methods that were used; the longest fitting beginning decides."""
    beginnings = {start: method["name"] for method in _methods() for start in method["of"]}
    used = set()
    for name in {e.method for e in estimates}:
        fitting = [start for start in beginnings if name.startswith(start)]
        if fitting:
            used.add(beginnings[max(fitting, key=len)])
    return [method for method in _methods() if method["name"] in used]


def flat(values: Mapping[str, Any], before: str = "") -> list[tuple[str, Any]]:
    """Provenance as lines, whatever is inside what."""
    lines = []
    for name, value in values.items():
        if isinstance(value, Mapping):
            lines += flat(value, f"{before}{name}: ")
        else:
            lines.append((before + str(name), value))
    return lines


def scalar(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
