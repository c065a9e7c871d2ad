"""The file of sums that services exchange: readable JSON, whole numbers, no row of any person."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from amble.evaluation.columns import CATEGORIES, LEVELS, UNKNOWN, scale_of
from amble.evaluation.study.model import LABELS, Study
from amble.evaluation.sums.catalogue import cube, released
from amble.evaluation.sums.data import Data, Outline
from amble.evaluation.sums.memory import outline_of
from amble.evaluation.sums.moments import Moments
from amble.evaluation.sums.release import SetAside, release

FORMAT = "amble sums 1"


class NotSums(Exception):
    """A file is not one of ours, or does not fit the others; the message names it."""


@dataclass(frozen=True)
class Service:
    """One service's sums: outcome -> cells, with what was set aside to protect people.

    moved: outcome -> by how many of its standard errors that moved the service's own average difference.
    """

    name: str
    moments: Mapping[str, Moments]
    provenance: Mapping[str, str]
    set_aside: Mapping[str, SetAside]
    moved: Mapping[str, float] = field(default_factory=dict)


def sums_of(data: Data, provenance: Mapping[str, str], name: str) -> Service:
    """What may leave: cells by arm and pattern, after disclosure control."""
    outline, found, aside = data.outline, {}, {}
    for outcome in outline.study.measured:
        request = released(outcome, outline.visits[outcome], outline.study.covariates, outline.levels)
        most = outline.study.disclosure.suppress_up_to
        found[outcome], aside[outcome] = release(data.moments[request], outcome, outline.study.visits, most)
    return Service(name, found, provenance, aside)


def write(service: Service, study_sha256: str, file: Path) -> None:
    content = {
        "format": FORMAT,
        "study_sha256": study_sha256,
        "provenance": dict(service.provenance),
        "moved_standard_errors": dict(service.moved),
        "outcomes": {
            outcome: {
                "set_aside": vars(service.set_aside[outcome]),
                "columns": list(moments.columns),
                "keys": {name: codes.tolist() for name, codes in moments.keys.items()},
                "n": moments.n.tolist(),
                "sums": moments.first.tolist(),
                "products": [cell[np.triu_indices(len(cell))].tolist() for cell in moments.second],
            }
            for outcome, moments in service.moments.items()
        },
    }
    file.write_text(json.dumps(content), encoding="utf-8")


def read(files: Sequence[Path], study_sha256: str) -> list[Service]:
    """Raises NotSums when a file is not ours, comes twice, or was made in a way that does not fit the others."""
    services = [_read(file, study_sha256) for file in files]
    _refuse_twice(services)
    _refuse_different_instruments(services)
    return services


def _refuse_twice(services: Sequence[Service]) -> None:
    seen: dict[str, str] = {}
    for service in services:
        snapshot = service.provenance.get("snapshot_sha256", service.name)
        if snapshot in seen:
            raise NotSums(
                f"{service.name}: holds the same snapshot as {seen[snapshot]}; people would count twice."
            )
        seen[snapshot] = service.name


def _refuse_different_instruments(services: Sequence[Service]) -> None:
    for outcome in dict.fromkeys(outcome for service in services for outcome in service.moments):
        key = f"instrument_{outcome}"
        used = {s.provenance[key]: s.name for s in services if outcome in s.moments and key in s.provenance}
        if len(used) > 1:
            said = " and ".join(f"{instrument} ({name})" for instrument, name in used.items())
            raise NotSums(
                f"{LABELS[outcome].capitalize()} was measured by {said}. Different instruments are never pooled: "
                "name one of them under [instruments] in the study file, and make the sums again."
            )


def _read(file: Path, study_sha256: str) -> Service:
    try:
        content = json.loads(file.read_text("utf-8"))
    except OSError as problem:
        raise NotSums(f"{file}: cannot be read ({problem.strerror}).") from problem
    except ValueError as problem:
        raise NotSums(f"{file}: is not a file of sums. Make one with `amble evaluate --sums`.") from problem
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise NotSums(f"{file}: is not a file of sums. Make one with `amble evaluate --sums`.")
    if content.get("study_sha256") != study_sha256:
        raise NotSums(f"{file}: was made with another study file; every service must use the same.")
    try:
        found = {outcome: _moments(cells) for outcome, cells in content["outcomes"].items()}
        aside = {outcome: SetAside(**cells["set_aside"]) for outcome, cells in content["outcomes"].items()}
        name = file.name.removesuffix(".json").removesuffix(".sums")
        moved = {outcome: float(errors) for outcome, errors in content["moved_standard_errors"].items()}
        return Service(name, found, dict(content["provenance"]), aside, moved)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as problem:
        raise NotSums(f"{file}: is damaged. Make it again with `amble evaluate --sums`.") from problem


def _moments(cells: Mapping) -> Moments:
    """Raises ValueError where the numbers do not fit one another."""
    columns, k = tuple(cells["columns"]), len(cells["columns"])
    if min(cells["n"], default=0) < 0 or any(
        len(codes) != len(cells["n"]) for codes in cells["keys"].values()
    ):
        raise ValueError("counts")
    second = np.zeros((len(cells["n"]), k, k), np.int64)
    if len(second):
        upper = np.triu_indices(k)
        second[:, upper[0], upper[1]] = cells["products"]
        second[:, upper[1], upper[0]] = cells["products"]
    return Moments(
        keys={name: np.array(codes, np.int64) for name, codes in cells["keys"].items()},
        columns=columns,
        n=np.array(cells["n"], np.int64),
        first=np.array(cells["sums"], np.int64).reshape(len(second), k),
        second=second,
        scale=np.array([scale_of(name) for name in columns], float),
    )


def together(services: Sequence[Service], study: Study) -> Data:
    """The services as one: sums of the same cells add, categories that one lacks count 0 there."""
    merged = {}
    for outcome in study.measured:
        parts = [service.moments[outcome] for service in services if outcome in service.moments]
        if parts:
            merged[outcome] = _merged(parts)
    columns = dict.fromkeys(name for moments in merged.values() for name in moments.columns)
    languages = tuple(name.partition(":")[2] for name in columns if name.startswith("language:"))
    levels = {**LEVELS, "language": (UNKNOWN, *languages)}
    outline = _outline(merged, study, levels, len(services))
    moments = {cube(outcome, outline.visits[outcome]): cells for outcome, cells in merged.items()}
    return Data(outline, moments, rows=None)


def _merged(parts: Sequence[Moments]) -> Moments:
    columns = tuple(dict.fromkeys(name for part in parts for name in part.columns))
    keys = {name: np.concatenate([part.keys[name] for part in parts]) for name in parts[0].keys}
    size, k = sum(len(part.n) for part in parts), len(columns)
    first, second, row = np.zeros((size, k), np.int64), np.zeros((size, k, k), np.int64), 0
    for part in parts:
        at = [columns.index(name) for name in part.columns]
        rows = np.arange(row, row + len(part.n))
        first[np.ix_(rows, at)] = part.first
        second[np.ix_(rows, at, at)] = part.second
        row += len(part.n)
    scale = np.array([scale_of(name) for name in columns], float)
    return Moments(keys, columns, np.concatenate([part.n for part in parts]), first, second, scale)


def _outline(merged: Mapping[str, Moments], study: Study, levels: Mapping, services: int) -> Outline:
    """Counts of the outcome with the most episodes stand for the cohort; ages are only known to differ or not."""
    largest = max(merged.values(), key=lambda moments: moments.n.sum())
    totals = dict(zip(largest.columns, largest.first.sum(0).tolist(), strict=True))
    age = largest.columns.index("age_years")
    spread = largest.n.sum() * largest.second[:, age, age].sum() - largest.first[:, age].sum() ** 2
    present = {term: count for term, count in totals.items() if term.partition(":")[0] in CATEGORIES}
    for name in CATEGORIES:
        known = sum(count for term, count in present.items() if term.startswith(f"{name}:"))
        present[f"{name}:{levels[name][0]}"] = int(largest.n.sum()) - known
    recorded = {
        f"{outcome}_{visit}": int(cells.n[cells.keys[f"{outcome}_pattern"] >> bit & 1 == 1].sum())
        for outcome, cells in merged.items()
        for bit, visit in enumerate(study.visits)
    }
    recorded |= {f"{outcome}_baseline": int(cells.n.sum()) for outcome, cells in merged.items()}
    counted = {
        "recorded": recorded,
        "present": present,
        "clinic_of": np.zeros(0, int),
        "ages": (0, int(spread > 0)),
        "etmi": int(largest.n[largest.keys["arm"] == 1].sum()),
        "rows": int(largest.n.sum()),
    }
    return outline_of(counted, study, levels, tuple(f"service {number + 1}" for number in range(services)))
