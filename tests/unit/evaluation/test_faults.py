"""A table of broken snapshots: each fault is named with file, column, count and example, and all at once."""

import datetime
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from amble import vocabulary
from amble.evaluation.engine import DuckDB, Engine
from amble.evaluation.snapshot.faults import Fault, faults
from amble.evaluation.snapshot.reader import open_snapshot
from amble.evaluation.snapshot.tables import tables
from tests.unit.evaluation.snapshots import DAY, Rows, sound, write

Change = Callable[[dict[str, Rows]], object]
YEAR_BEFORE = DAY - datetime.timedelta(days=365)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with DuckDB(threads=1) as engine:
        yield engine


def found(tables: dict[str, Rows], folder: Path, engine: Engine) -> list[Fault]:
    return faults(open_snapshot(write(folder, tables), engine))


def put(table: str, row: int, **values: object) -> Change:
    return lambda tables: tables[table][row].update(values)


def put_all(table: str, **values: object) -> Change:
    return lambda tables: [row.update(values) for row in tables[table]]


def take(table: str, column: str) -> Change:
    return lambda tables: [row.pop(column) for row in tables[table]]


def again(table: str, row: int, **values: object) -> Change:
    return lambda tables: tables[table].append(tables[table][row] | values)


MODALITIES = ", ".join(vocabulary.Modality)
BROKEN = [
    (
        put("episodes", 1, arm="ETMI"),
        ("episodes", "arm", "is not etmi or usual_care", 1, "arm = ETMI (episode_id = e2)"),
    ),
    (put("episodes", 0, arm=None), ("episodes", "arm", "is empty", 1, "episode_id = e1")),
    (put("episodes", 0, clinic_id=""), ("episodes", "clinic_id", "is empty", 1, "episode_id = e1")),
    (take("episodes", "age_years"), ("episodes", "age_years", "the column is missing", 0, "")),
    (
        put_all("episodes", age_years=50.5),
        ("episodes", "age_years", "is stored as float64, not as whole number", 2, "age_years = 50.5"),
    ),
    (
        put_all("episodes", depression="Y"),
        ("episodes", "depression", "is stored as string, not as true or false", 2, "depression = Y"),
    ),
    (
        put_all("scores", date=datetime.datetime(2024, 3, 1, 9)),
        ("scores", "date", "is stored as timestamp(6), not as date", 3, "date = 2024-03-01 09:00:00"),
    ),
    (
        put("episodes", 0, age_years=-1),
        ("episodes", "age_years", "is not from 0 to 120", 1, "age_years = -1 (episode_id = e1)"),
    ),
    (
        put("episodes", 0, sex="F"),
        ("episodes", "sex", "is not one of female, male, other", 1, "sex = F (episode_id = e1)"),
    ),
    (
        put("episodes", 0, discharge_date=YEAR_BEFORE),
        (
            "episodes",
            "discharge_date",
            "is before start_date",
            1,
            "start_date = 2024-03-01, discharge_date = 2023-03-02 (episode_id = e1)",
        ),
    ),
    (
        again("episodes", 0),
        ("episodes", "episode_id", "the same key stands in several rows", 1, "episode_id = e1, rows = 2"),
    ),
    (
        put("episodes", 0, clinician_id="k9"),
        ("episodes", "clinician_id", "is not in clinicians.parquet", 1, "clinician_id = k9"),
    ),
    (
        put("episodes", 1, clinic_id="south"),
        (
            "episodes",
            "clinician_id",
            "the same clinician works in several clinics",
            1,
            "clinician_id = k2, one = north, other = south",
        ),
    ),
    (
        put("scores", 0, value=100.1),
        (
            "scores",
            "value",
            "function is not from 0 to 100",
            1,
            "value = 100.1 (episode_id = e1, measure = function, instrument = rmdq, visit = baseline)",
        ),
    ),
    (
        put("scores", 1, value=11.0),
        (
            "scores",
            "value",
            "pain is not from 0 to 10",
            1,
            "value = 11.0 (episode_id = e1, measure = pain, instrument = nrs, visit = baseline)",
        ),
    ),
    (
        put("scores", 2, value=1.5),
        (
            "scores",
            "value",
            "activity_level is not one of 0, 1, 2",
            1,
            "value = 1.5 (episode_id = e2, measure = activity_level, instrument = activity_level, visit = baseline)",
        ),
    ),
    (
        put("scores", 0, value=float("nan")),
        (
            "scores",
            "value",
            "is empty",
            1,
            "episode_id = e1, measure = function, instrument = rmdq, visit = baseline",
        ),
    ),
    (
        put("scores", 0, visit="9m"),
        (
            "scores",
            "visit",
            "is not one of baseline, discharge, 6w, 3m, 6m, 12m",
            1,
            "visit = 9m (episode_id = e1, measure = function, instrument = rmdq)",
        ),
    ),
    (
        again("scores", 1, value=5.0),
        (
            "scores",
            "episode_id, measure, instrument, visit",
            "the same combination stands in several rows",
            1,
            "episode_id = e1, measure = pain, instrument = nrs, visit = baseline, rows = 2",
        ),
    ),
    (
        put("scores", 2, episode_id="e9"),
        ("scores", "episode_id", "is not in episodes.parquet", 1, "episode_id = e9"),
    ),
    (
        put("sessions", 1, episode_id="e9"),
        ("sessions", "episode_id", "is not in episodes.parquet", 1, "episode_id = e9"),
    ),
    (
        again("sessions", 0),
        (
            "sessions",
            "episode_id, number",
            "the same combination stands in several rows",
            1,
            "episode_id = e1, number = 1, rows = 2",
        ),
    ),
    (
        put("sessions", 0, number=0),
        ("sessions", "number", "is not 1 or more", 1, "number = 0 (episode_id = e1)"),
    ),
    (
        put("sessions", 0, arm="usual"),
        ("sessions", "arm", "is not etmi or usual_care", 1, "arm = usual (episode_id = e1, number = 1)"),
    ),
    (
        put("sessions", 0, modalities=["yoga", "exercise", "reiki"]),
        (
            "sessions",
            "modalities",
            "holds something that is not a modality",
            2,
            "modality = reiki, episode_id = e1, number = 1",
        ),
    ),
    (
        again("clinicians", 0),
        (
            "clinicians",
            "clinician_id",
            "the same key stands in several rows",
            1,
            "clinician_id = k1, rows = 2",
        ),
    ),
]


@pytest.mark.parametrize(("change", "expected"), BROKEN, ids=[f"{e[1]} {e[2]}" for _, e in BROKEN])
def test_a_broken_snapshot_is_named_exactly(
    change: Change, expected: tuple, tmp_path: Path, engine: Engine
) -> None:
    tables = sound()
    change(tables)
    faults = found(tables, tmp_path, engine)
    file, *rest = expected
    assert [(f.file, f.column, f.problem, f.count, f.example) for f in faults] == [(f"{file}.parquet", *rest)]
    assert faults[0].remedy


def test_a_sound_snapshot_has_no_fault(tmp_path: Path, engine: Engine) -> None:
    assert found(sound(), tmp_path, engine) == []


def test_all_faults_come_at_once(tmp_path: Path, engine: Engine) -> None:
    tables = sound()
    put("scores", 0, value=100.1, visit="9m", episode_id="e9")(tables)
    put("episodes", 1, arm=None)(tables)
    del tables["clinicians"]
    write(tmp_path, tables)
    (tmp_path / "sessions.parquet").write_text("not parquet")
    faults_ = faults(open_snapshot(tmp_path, engine))
    assert [(f.file, f.column) for f in faults_] == [
        ("episodes.parquet", "arm"),
        ("scores.parquet", "visit"),
        ("scores.parquet", "value"),
        ("sessions.parquet", ""),
        ("scores.parquet", "episode_id"),
    ]


def test_what_is_optional_may_be_absent_and_what_is_not_may_not(tmp_path: Path, engine: Engine) -> None:
    tables = sound()
    for column in ("sex", "depression", "language", "discharge_date"):
        take("episodes", column)(tables)
    del tables["sessions"], tables["clinicians"]
    write(tmp_path, tables)
    snapshot = open_snapshot(tmp_path, engine)
    assert faults(snapshot) == []
    assert engine.arrow(snapshot.episodes.sex).to_pylist() == [None, None]
    assert engine.one(snapshot.sessions.aggregate(n=snapshot.sessions.count())) == {"n": 0}
    (tmp_path / "scores.parquet").unlink()
    [fault] = faults(open_snapshot(tmp_path, engine))
    assert (fault.file, fault.problem) == ("scores.parquet", "is missing")


def test_a_name_that_is_nearly_right_is_pointed_out(tmp_path: Path, engine: Engine) -> None:
    tables = sound()
    tables["session"] = tables.pop("sessions")
    for row in tables["episodes"]:
        row["deprivation_quintle"] = row.pop("deprivation_quintile")
    places = [(f.file, f.column, f.remedy) for f in found(tables, tmp_path, engine)]
    assert places == [
        ("session.parquet", "", "Rename it to sessions.parquet, or take it away."),
        ("episodes.parquet", "deprivation_quintle", "Rename it to deprivation_quintile, or take it away."),
    ]


def test_a_table_may_be_a_folder_of_files(tmp_path: Path, engine: Engine) -> None:
    tables = sound()
    scores = tables.pop("scores")
    write(tmp_path, tables)
    (tmp_path / "scores").mkdir()
    for number, row in enumerate(scores):
        pq.write_table(
            pa.Table.from_pylist([row | {"value": 7.0}]), tmp_path / "scores" / f"{number}.parquet"
        )
    [fault] = faults(open_snapshot(tmp_path, engine))
    assert (fault.file, fault.problem) == ("scores/", "activity_level is not one of 0, 1, 2")


def test_the_contract_and_the_vocabulary_agree() -> None:
    values = {(name, c.name): c.values for name, table in tables().items() for c in table.columns if c.values}
    assert values == {
        ("episodes", "arm"): tuple(vocabulary.Arm),
        ("episodes", "sex"): tuple(vocabulary.Sex),
        ("episodes", "activity_level"): tuple(vocabulary.ActivityLevel),
        ("scores", "measure"): ("function", "pain", "fear_avoidance", "activity_level"),
        ("scores", "visit"): tuple(vocabulary.Visit),
        ("sessions", "arm"): tuple(vocabulary.Arm),
        ("sessions", "modalities"): tuple(vocabulary.Modality),
    }


@pytest.mark.parametrize("instruments", [2, 9], ids=["few combinations", "many combinations"])
def test_every_score_that_occurs_twice_is_found(instruments: int, tmp_path: Path, engine: Engine) -> None:
    tables, rng = sound(), random.Random(instruments)
    visits = list(vocabulary.Visit)
    for _ in range(400):
        key = {
            "episode_id": rng.choice(["e1", "e2"]),
            "visit": str(rng.choice(visits)),
            "instrument": f"i{rng.randrange(instruments)}",
        }
        tables["scores"].append(tables["scores"][0] | key)
    keys = Counter(
        tuple(row[c] for c in ("episode_id", "measure", "instrument", "visit")) for row in tables["scores"]
    )
    [fault] = found(tables, tmp_path, engine)
    assert fault.count == sum(times > 1 for times in keys.values())
