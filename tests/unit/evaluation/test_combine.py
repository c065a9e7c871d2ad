"""Sums of two services give what their pooled rows give, and hold no count of few people."""

import json
from pathlib import Path

import duckdb
import numpy as np
import pytest
from click.testing import CliRunner

from amble.cli.main import main
from amble.evaluation.commands import study_hash
from amble.evaluation.simulate import simulate
from amble.evaluation.study.model import Study
from amble.evaluation.sums.moments import Moments
from amble.evaluation.sums.release import release


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One invented service, and the same rows as two services with half of its clinics each."""
    place = tmp_path_factory.mktemp("services")
    simulate(out=place / "whole", episodes=3000, seed=5)
    clinics = "(select distinct clinic_id, dense_rank() over (order by clinic_id) as number from episodes)"
    for name, parity in (("north", 0), ("south", 1)):
        (place / name).mkdir()
        with duckdb.connect() as db:
            for table in ("episodes", "scores", "sessions", "clinicians"):
                db.execute(f"create view {table} as from '{place}/whole/{table}.parquet'")
            chosen = f"(select clinic_id from {clinics} where number % 2 = {parity})"
            db.execute(f"create view chosen as from episodes where clinic_id in {chosen}")
            for table in ("scores", "sessions"):
                rows = f"from {table} where episode_id in (select episode_id from chosen)"
                db.execute(f"copy ({rows}) to '{place}/{name}/{table}.parquet'")
            db.execute(f"copy (from chosen) to '{place}/{name}/episodes.parquet'")
            db.execute(
                f"copy (from clinicians where clinic_id in {chosen}) to '{place}/{name}/clinicians.parquet'"
            )
    return {name: place / name for name in ("whole", "north", "south")}


def amble(*arguments: object) -> str:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def sums_of(services: dict[str, Path], place: Path, study: Path) -> list[Path]:
    for name in ("north", "south"):
        amble("evaluate", "--sums", "--snapshot", services[name], "--study", study, "--out", place / name)
    return [place / name / f"{name}.sums.json" for name in ("north", "south")]


def estimates(folder: Path) -> dict[tuple, dict]:
    found = json.loads((folder / "results.json").read_text("utf-8"))["estimates"]
    return {(e["outcome"], e["visit"], e["method"], e["contrast"], e["subgroup"]): e for e in found}


def test_combined_sums_give_the_numbers_of_the_pooled_rows(services: dict[str, Path], tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    study.write_text("[disclosure]\nsuppress_up_to = 0\n", encoding="utf-8")
    files = sums_of(services, tmp_path, study)
    amble("combine", *files, "--study", study, "--out", tmp_path / "together")
    amble("evaluate", "--snapshot", services["whole"], "--study", study, "--out", tmp_path / "pooled")
    together, pooled = estimates(tmp_path / "together"), estimates(tmp_path / "pooled")
    assert {key[2] for key in together} >= {"mmrm", "mi_mar", "mi_j2r", "tost"}
    for key, found in together.items():
        if key[2] == "complete_case":
            continue  # with rows its errors allow for clinicians
        for number in ("estimate", "se", "df", "ci_low", "n_etmi", "n_usual_care"):
            assert found[number] == (
                pooled[key][number] if found[number] is None else pytest.approx(pooled[key][number], rel=1e-6)
            ), (key, number)


def cells(depressed: int, size: int = 60, few: int = 5) -> Moments:
    """Cells of one arm's patterns: in the last two few people are depressed, or few people are there at all."""
    n = np.array([400, 300, size, few, 500, 400])
    counts = np.array([100, 80, depressed, 2, 120, 90])
    arm, pattern = np.array([1, 1, 1, 1, 0, 0]), np.array([3, 1, 2, 3, 3, 1])
    first = np.column_stack([n * 50, n * 500, n * 520, np.where(pattern > 1, n * 530, 0), counts])
    second = np.array([np.outer(row, row) // size for row, size in zip(first, n, strict=True)])
    second[:, 4, 4] = counts
    return Moments(
        keys={"arm": arm, "pain_pattern": pattern, "pain_baseline_known": np.ones(6, int)},
        columns=("age_years", "pain_baseline", "pain_3m", "pain_6m", "depression:yes"),
        n=n,
        first=first,
        second=second,
        scale=np.array([1.0, 10, 10, 10, 1]),
    )


def test_a_few_people_change_nothing_that_leaves() -> None:
    """Whoever of 60 is depressed, if they are seven or fewer, the file is the same to the last digit."""
    one, other = (release(cells(depressed), "pain", ("3m", "6m"), most=7) for depressed in (1, 7))
    for name in ("n", "first", "second"):
        np.testing.assert_array_equal(getattr(one[0], name), getattr(other[0], name))
    assert one[1] == other[1] and one[1].expected == 60
    assert (release(cells(8), "pain", ("3m", "6m"), most=7)[0].first != one[0].first).any()


def test_a_cell_of_few_people_is_joined_to_another() -> None:
    released, aside = release(cells(20), "pain", ("3m", "6m"), most=7)
    assert (released.n > 7).all() and released.n.sum() == cells(20).n.sum()
    assert aside.scores == 5 and aside.episodes == 0
    joined = (released.keys["arm"] == 1) & (released.keys["pain_pattern"] == 1)
    assert released.n[joined] == 305


def test_no_cell_that_leaves_holds_few_people(services: dict[str, Path], tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    study.write_text("", encoding="utf-8")
    for file in sums_of(services, tmp_path, study):
        for outcome in json.loads(file.read_text("utf-8"))["outcomes"].values():
            assert min(outcome["n"]) > 7


def test_what_protects_people_moves_the_answer_less_than_its_error(
    services: dict[str, Path], tmp_path: Path
) -> None:
    study = tmp_path / "study.toml"
    study.write_text("", encoding="utf-8")
    amble("combine", *sums_of(services, tmp_path, study), "--study", study, "--out", tmp_path / "together")
    amble("evaluate", "--snapshot", services["whole"], "--study", study, "--out", tmp_path / "pooled")
    together, pooled = estimates(tmp_path / "together"), estimates(tmp_path / "pooled")
    for outcome in ("function", "pain", "fear_avoidance"):
        key = (outcome, "average", "mmrm", "difference", None)
        assert abs(together[key]["estimate"] - pooled[key]["estimate"]) < pooled[key]["se"]
    said = json.loads((tmp_path / "together" / "results.json").read_text("utf-8"))["warnings"]
    assert any("set aside" in str(warning) for warning in said)


def test_a_service_that_comes_twice_or_with_another_instrument_is_refused(
    services: dict[str, Path], tmp_path: Path
) -> None:
    study = tmp_path / "study.toml"
    study.write_text("", encoding="utf-8")
    north, south = sums_of(services, tmp_path, study)
    copy = tmp_path / "copy.sums.json"
    copy.write_bytes(north.read_bytes())
    other = json.loads(south.read_text("utf-8"))
    other["provenance"]["instrument_function"] = "odi"
    changed = tmp_path / "changed.sums.json"
    changed.write_text(json.dumps(other), encoding="utf-8")
    for second, says in (
        (copy, "holds the same snapshot as north"),
        (changed, "rmdq (north) and odi (changed)"),
    ):
        arguments = [
            "combine",
            str(north),
            str(second),
            "--study",
            str(study),
            "--out",
            str(tmp_path / "out"),
        ]
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 2 and says in result.output
        assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("not json", "is not a file of sums"),
        ('{"format": "something else"}', "is not a file of sums"),
        ('{"format": "amble sums 1", "study_sha256": "other"}', "was made with another study file"),
        ('{"format": "amble sums 1", "study_sha256": "STUDY", "provenance": {}}', "is damaged"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_by_name(content: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "theirs.sums.json"
    file.write_text(content.replace("STUDY", study_hash(Study())), encoding="utf-8")
    result = CliRunner().invoke(main, ["combine", str(file), "--out", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert f"theirs.sums.json: {says}" in result.output
    assert not (tmp_path / "out").exists()
