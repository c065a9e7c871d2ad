"""The same snapshot gives the same whole numbers on DuckDB with one and two threads, on Spark, and in plain Python."""

import os
import shutil
from collections import defaultdict
from pathlib import Path

import pytest

from amble.evaluation.cohort.landing import Landed, land
from amble.evaluation.engine import DuckDB, Engine, Spark
from amble.evaluation.snapshot.faults import faults
from amble.evaluation.snapshot.reader import open_snapshot
from amble.evaluation.study.model import PriceList, Study
from amble.evaluation.sums import catalogue, gather
from amble.evaluation.sums.catalogue import Request
from amble.evaluation.sums.data import Data, Outline
from amble.evaluation.sums.digest import sha256
from tests import small_service

STUDY = Study(
    covariates=("age_years", "sex", "depression", "language"),
    prices=PriceList(first_session=2.5, minute={"etmi": 1.1, "usual_care": 0.9}, modality={"heat": 0.25}),
)


def requests(outline: Outline) -> list[Request]:
    """Every kind of request, with keys that can be rolled up and columns that are only sometimes recorded."""
    terms = outline.design.terms
    wanted = [Request(keys=("arm",), order=0), Request(keys=("arm", "sex"), columns=("age_years",))]
    for outcome in STUDY.measured:
        visits = outline.visits[outcome]
        wanted += [catalogue.cube(outcome, visits), catalogue.by_clinician(outcome, visits, terms)]
        wanted.append(catalogue.released(outcome, visits, STUDY.covariates, outline.levels))
    columns = ("arm", "cost", "minutes", "function_baseline", "function_12m", *terms)
    return [*wanted, catalogue.grams_by_clinician(columns, ("function_baseline", "function_12m"))]


def gathered(
    folder: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch, in_memory: bool
) -> tuple[Data, Landed]:
    monkeypatch.setattr(gather, "IN_MEMORY", 10**6 if in_memory else 0)
    snapshot = open_snapshot(folder, engine)
    assert faults(snapshot) == []
    landed = land(snapshot, STUDY, engine)
    return gather.gather(landed, STUDY, engine, requests), landed


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_service.write(tmp_path_factory.mktemp("service") / "snapshot", episodes=150, seed=3)


@pytest.fixture(scope="module", autouse=True)
def small_spark(monkeypatch_module: pytest.MonkeyPatch) -> None:
    settings = "--master local[2] --conf spark.sql.shuffle.partitions=2 pyspark-shell"
    monkeypatch_module.setenv("PYSPARK_SUBMIT_ARGS", settings)


@pytest.fixture(scope="module")
def monkeypatch_module():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.mark.skipif(
    not shutil.which("java") and "CI" not in os.environ, reason="no Java for Spark: script/test installs it"
)
def test_engines_and_memory_agree_to_the_last_bit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {}
    ways = [(lambda: DuckDB(1), False), (lambda: DuckDB(2), False), (DuckDB, True), (Spark, False)]
    for number, (make, in_memory) in enumerate(ways):
        with make() as engine:
            data, landed = gathered(folder, engine, monkeypatch, in_memory)
            blocks = data.rows.blocks(landed.table.columns)
            rows = [{name: values.tobytes() for name, values in block.items()} for block in blocks]
            found[number] = (sha256(data.moments), rows, landed.flow, data.outline.design)
    assert all(answer == found[0] for answer in found.values())


def test_cells_hold_what_a_loop_over_rows_finds(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with DuckDB() as engine:
        data, landed = gathered(folder, engine, monkeypatch, in_memory=False)
        table = engine.arrow(landed.table).to_pylist()
    request = catalogue.by_clinician("pain", data.outline.visits["pain"], data.outline.design.terms)
    sums: dict = defaultdict(lambda: [0] * (len(request.columns) + 1))
    for row in table:
        if row["pain_baseline"] is None:
            continue
        cell = sums[row["clinic"], row["clinician"], row["pain_pattern"]]
        cell[0] += 1
        for place, column in enumerate(request.columns, start=1):
            name, _, level = column.partition(":")
            value = row[name] == data.outline.levels[name].index(level) if level else row[name] or 0
            cell[place] += int(value)
    moments = data.moments[request]
    keys = zip(*(moments.keys[name].tolist() for name in request.keys), strict=True)
    answered = {
        key: [n, *first]
        for key, n, first in zip(keys, moments.n.tolist(), moments.first.tolist(), strict=True)
    }
    assert answered == dict(sums)
