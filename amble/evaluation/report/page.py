"""The released report as one page: what the template is told, and nothing else."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from amble.evaluation.report import numbers
from amble.evaluation.report.charts import draw
from amble.evaluation.report.disclosure import HIDDEN, hidden
from amble.evaluation.report.model import Report
from amble.evaluation.results import Answer, Cell, Estimate, Figure, Table
from amble.evaluation.study.model import Study

IN_SHORT = {  # in this order; the method and contrast that speak for each outcome
    "function": ("mmrm", "difference"),
    "fear_avoidance": ("mmrm", "difference"),
    "pain": ("mmrm", "difference"),
    "sessions": ("negative_binomial", "log_rate_ratio"),
}
ALSO_CALLED = {  # the study and RE-AIM name these the other way round, see GLOSSARY.md
    "clinicians_trained": "of those invited",
    "clinicians_delivering": "of those trained; the study calls it reach, RE-AIM adoption",
    "patients_receiving": "of those eligible; the study calls it adoption, RE-AIM reach",
    "patients_receiving_when_trained": "of those whose physiotherapist was trained by then",
}
LONGEST = 60  # rows of a table on the page; longer ones are in the CSV file alone


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


@dataclass(frozen=True)
class Section:
    """One question: its pictures, its tables, and the tables behind them, which stand folded and not on paper."""

    answer: Answer
    pictures: list[tuple[Figure, Markup]]
    tables: list[PageTable]
    behind: list[PageTable]


@dataclass(frozen=True)
class Short:
    """One outcome of the answer in short. `estimate` is that which speaks for it, if there is one."""

    outcome: str
    estimate: Estimate | None
    sentences: tuple[str, ...]


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
    return environment.get_template("page.html").render(
        report=report,
        study=study,
        in_short=in_short(study, estimates),
        interval=lambda e: numbers.with_interval(e, study.confidence),
        complete=_complete(shares),
        shares={name: (shares[name], said) for name, said in ALSO_CALLED.items() if name in shares},
        flow=page_table(report.flow) if _only_here(report) else None,
        sections=[
            laid_out(answer, _pictures(answer), study.confidence) for answer in _warned_once(report.answers)
        ],
        longest=LONGEST,
        methods=methods_of(estimates),
        flat=flat(report.provenance),
        fits=sum(len(answer.fits) for answer in report.answers),
    )


def _complete(shares: Mapping[str, Any]) -> dict[str, Any]:
    everyone = {"everyone": shares["outcomes_complete"]} if "outcomes_complete" in shares else {}
    return dict(shares.get("outcomes_complete_by_arm", {})) | everyone


def _only_here(report: Report) -> bool:
    """Whether no answer shows the attrition rows, so that the page has each table once."""
    return report.flow is not None and report.flow not in [t for a in report.answers for t in a.tables]


def in_short(study: Study, estimates: Iterable[Estimate]) -> list[Short]:
    """Each standing outcome, averaged over visits, for everyone; with the test against its margin if it has one."""
    estimates = list(estimates)
    found = []
    for outcome in (o for o in IN_SHORT if o in study.outcomes):
        speaks = _whole(estimates, outcome, *IN_SHORT[outcome])
        alike = _whole(estimates, outcome, "tost", "equivalence")
        settled = alike is not None and _inside(alike, study.equivalence.get(outcome))
        said = [alike.meaning] if settled else [e.meaning for e in (speaks, alike) if e]
        said += _with_clinicians(_whole(estimates, outcome, "mmrm_clinician", "difference"), study)
        known = speaks and speaks.estimate is not None and outcome in study.mic
        if known and "matter to one person" not in speaks.meaning:
            said.append(f"The smallest change that matters to one person is {_points(study.mic[outcome])}.")
        if speaks and outcome == "sessions":
            said.append("Fewer sessions are partly by design: ETMI is meant to need fewer.")
        found.append(Short(outcome, speaks, tuple(said)))
    return found


def _inside(found: Estimate, margin: float | None) -> bool:
    """Whether the whole interval lies within the margin, so that "no different" may be said."""
    limits = (found.ci_low, found.ci_high)
    return margin is not None and None not in limits and max(abs(limit) for limit in limits) < margin


def _with_clinicians(found: Estimate | None, study: Study) -> list[str]:
    """The same difference with an interval that knows that patients of one clinician are alike."""
    if found is None or found.ci_low is None or found.ci_high is None:
        return []
    low, high = (f"{limit:.2f}".replace("-", numbers.MINUS) for limit in (found.ci_low, found.ci_high))
    level = f"{100 * study.confidence:.3g}%"
    return [f"Allowing for patients of one clinician being alike, the {level} interval is {low} to {high}."]


def _points(value: float) -> str:
    return f"{value:g} point{'' if value == 1 else 's'}"


def _whole(estimates: list[Estimate], outcome: str, method: str, contrast: str) -> Estimate | None:
    asked = (outcome, method, contrast, None)
    fitting = (e for e in estimates if (e.outcome, e.method, e.contrast, e.subgroup) == asked)
    return next((e for e in fitting if e.visit in ("average", None)), None)


def _warned_once(answers: Iterable[Answer]) -> Iterator[Answer]:
    """What an earlier section said to bear in mind is not said again."""
    said: set[str] = set()
    for answer in answers:
        yield replace(answer, warnings=tuple(text for text in answer.warnings if text not in said))
        said.update(answer.warnings)


def laid_out(answer: Answer, pictures: Mapping[str, str], confidence: float) -> Section:
    """pictures: name -> SVG as `charts.draw` made it, "" where the table shows too little.

    A table that a picture shows, with its numbers written beside, need not stand open as well.
    """
    shown = [figure for figure in answer.figures if pictures[figure.name]]
    drawn = {figure.table for figure in shown}
    folded = [table.folded or table.name in drawn for table in answer.tables]
    tables = [page_table(table, confidence) for table in answer.tables]
    halves = (
        [t for t, behind in zip(tables, folded, strict=True) if behind == which] for which in (False, True)
    )
    # Our own drawing, names escaped there.
    return Section(answer, [(figure, Markup(pictures[figure.name])) for figure in shown], *halves)


def page_table(table: Table, confidence: float = 0.95) -> PageTable:
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
    return PageTable(table.name, table.title, tuple(heads), rows, table.note, len(heads) > 7)


def _places(table: Table, *columns: int) -> int:
    return numbers.decimals(row[k] for row in table.rows for k in columns if k >= 0)


def _numeric(values: list[Cell]) -> bool:
    shown = [value for value in values if value is not None and not hidden(value)]
    return bool(shown) and not any(isinstance(value, str) for value in shown)


def _interval(low: Cell, high: Cell, places: int) -> tuple[str, bool]:
    if hidden(low) or hidden(high):
        return HIDDEN, True
    return numbers.interval(low, high, places), False


def _pictures(answer: Answer) -> dict[str, str]:
    tables = {table.name: table for table in answer.tables}
    return {figure.name: draw(figure, tables[figure.table]) for figure in answer.figures}


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
            lines.append((before + ": ".join(map(numbers.word, str(name).split(": "))), value))
    return lines


def scalar(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
