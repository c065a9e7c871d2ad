"""Sums of two services give what their pooled rows give, and hold no count of few people."""

import json
from itertools import permutations
from pathlib import Path

import duckdb
import numpy as np
import pytest
from click.testing import CliRunner

from amble.cli.main import main
from amble.evaluation.simulate import simulate
from amble.evaluation.sums import exchange


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


def test_nothing_that_leaves_counts_one_to_seven_people(services: dict[str, Path], tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    study.write_text("", encoding="utf-8")
    for file in sums_of(services, tmp_path, study):
        for cells in json.loads(file.read_text("utf-8"))["outcomes"].values():
            moments = exchange._moments(cells)
            terms = [k for k, name in enumerate(moments.columns) if ":" in name]
            categories = dict.fromkeys(moments.columns[k].partition(":")[0] for k in terms)
            own = {
                name: [k for k in terms if moments.columns[k].startswith(f"{name}:")] for name in categories
            }
            left_out = [moments.n - moments.first[:, columns].sum(1) for columns in own.values()]
            counts = np.concatenate([moments.n, moments.first[:, terms].ravel(), *left_out])
            assert not ((counts > 0) & (counts <= 7)).any()
            for i, j in permutations(terms, 2):
                both, alone = moments.second[:, i, j], moments.first[:, i] * moments.first[:, j] / moments.n
                assert ((both == 0) | (both > 7) | (both == np.rint(alone))).all()


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


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("not json", "is not a file of sums"),
        ('{"format": "something else"}', "is not a file of sums"),
        ('{"format": "amble sums 1", "study_sha256": "other"}', "was made with another study file"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_by_name(content: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "theirs.sums.json"
    file.write_text(content, encoding="utf-8")
    result = CliRunner().invoke(main, ["combine", str(file), "--out", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert f"theirs.sums.json: {says}" in result.output
    assert not (tmp_path / "out").exists()
