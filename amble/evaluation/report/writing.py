"""The report as files: results.json, report.html and one CSV file for each table. All of them or none."""

import csv
import json
import math
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, TextIO

from amble.evaluation.report.disclosure import hidden, release_report, release_shares
from amble.evaluation.report.model import Report
from amble.evaluation.report.numbers import sentence
from amble.evaluation.report.page import html
from amble.evaluation.results import Answer, Estimate, Table

PAGE, RESULTS, TABLES = "report.html", "results.json", "tables"
KEYS = (
    *(
        "outcome",
        "visit",
        "contrast",
        "method",
        "estimand",
        "subgroup",
        "estimate",
        "se",
        "ci_low",
        "ci_high",
    ),
    *("df", "p", "n_etmi", "n_usual_care", "warnings", "meaning"),
)


class CannotWrite(Exception):
    """The report cannot stand where it was asked for; nothing was changed there."""


def write(report: Report, out: Path) -> Path:
    """Write the report into the folder `out`, which may hold an earlier report and nothing else. Returns the page.

    Files are made in a folder beside `out`, which takes its place when all of them are there.
    """
    out = out.resolve()
    check(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as problem:
        raise CannotWrite(f"{out}: cannot be written ({problem.strerror}).") from problem
    try:
        _fill(new, report)
        _take_place(new, out)
    except OSError as problem:
        raise CannotWrite(f"{out}: cannot be written ({problem.strerror}).") from problem
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return out / PAGE


def check(out: Path) -> None:
    """Refuse a folder with files that are not ours: the whole folder will be replaced."""
    if out.exists() and not out.is_dir():
        raise CannotWrite(f"{out} is a file, not a folder.")
    if os.path.ismount(out):
        raise CannotWrite(f"{out} is a mounted disk: name a folder inside it.")
    others = sorted(
        path.relative_to(out).as_posix() for path in out.rglob("*") if not _ours(path.relative_to(out))
    )
    if others:
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""
        raise CannotWrite(f"{out} holds what is not a report ({others[0]}{more}): name a new folder.")


def _ours(path: Path) -> bool:
    inside = path.parent == Path(TABLES) and path.suffix == ".csv"
    return inside or path.as_posix() in {PAGE, RESULTS, TABLES}


def _fill(folder: Path, report: Report) -> None:
    shares = release_shares(report.implementation, report.study.disclosure)
    released = release_report(in_sentences(report))
    _save(
        folder / RESULTS, json.dumps(results(released, shares), indent=1, ensure_ascii=False, allow_nan=False)
    )
    _save(folder / PAGE, html(released, shares))
    (folder / TABLES).mkdir()
    every = [table for answer in released.answers for table in answer.tables]
    for table in every if released.flow is None else [released.flow, *every]:
        _save_csv(folder / TABLES / f"{table.name}.csv", table)
    estimates = [e for answer in released.answers for e in answer.estimates]
    rows = tuple(
        (*(getattr(e, key) for key in KEYS[:-2]), " ".join(e.warnings), e.meaning) for e in estimates
    )
    _save_csv(folder / TABLES / "estimates.csv", Table("estimates", "Every estimate", KEYS, rows))
    folder.chmod(0o755)  # a temporary folder is its owner's alone


def _save(file: Path, text: str) -> None:
    with file.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def _save_csv(file: Path, table: Table) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        write_csv(stream, table)


def write_csv(stream: TextIO, table: Table) -> None:
    """The cells as numbers in full; hidden ones as the page has them."""
    writer = csv.writer(stream)
    writer.writerow(table.columns)
    writer.writerows([[_plain(cell) for cell in row] for row in table.rows])


def _take_place(new: Path, out: Path) -> None:
    """An earlier report is moved away and comes back if the new one cannot take its place."""
    if not out.exists():
        new.rename(out)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    out.rename(old)
    try:
        new.rename(out)
    except OSError:
        old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)


def in_sentences(report: Report) -> Report:
    """The report with every warning as a sentence; of those, each fit that did not converge is one."""
    answers = tuple(with_doubts(answer) for answer in report.answers)
    return replace(report, answers=answers, warnings=tuple(map(sentence, report.warnings)))


def with_doubts(answer: Answer) -> Answer:
    """Its warnings as sentences. A fit that did not converge is never a quiet number."""
    doubts = tuple(
        f"The calculation for {fit.model.replace('_', ' ')} did not come to rest; do not rely on its numbers."
        for fit in answer.fits
        if not fit.converged
    )
    warnings = dict.fromkeys(map(sentence, (*answer.warnings, *doubts)))
    estimates = (replace(e, warnings=tuple(map(sentence, e.warnings))) for e in answer.estimates)
    return replace(answer, warnings=tuple(warnings), estimates=tuple(estimates))


def results(report: Report, shares: Mapping[str, Any]) -> dict[str, Any]:
    """results.json: what is hidden, absent or not finite is null. `report` and `shares` are released."""
    doubts = [(None, text) for text in report.warnings]
    doubts += [(answer.name, text) for answer in report.answers for text in answer.warnings]
    whole = {
        "title": report.study.title,
        "comparison": "observational: etmi minus usual_care",
        "estimates": [_estimate(e) for answer in report.answers for e in answer.estimates],
        "flow": _rows(report.flow),
        "balance": _rows(report.balance),
        "implementation": shares,
        "provenance": report.provenance,
        "convergence": [
            {"answer": answer.name} | asdict(fit) for answer in report.answers for fit in answer.fits
        ],
        "warnings": [{"answer": name, "warning": text} for name, text in doubts],
    }
    return _finite(whole)


def _estimate(estimate: Estimate) -> dict[str, Any]:
    return {key: getattr(estimate, key) for key in KEYS}


def _rows(table: Table | None) -> list[dict[str, Any]]:
    return [] if table is None else [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return _plain(value, nothing=None) if not hidden(value) else None


def _plain(value: Any, nothing: Any = "") -> Any:
    """A NumPy number as a Python one; what is absent or not finite as nothing."""
    value = value.item() if hasattr(value, "item") else value
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return nothing
    return value
