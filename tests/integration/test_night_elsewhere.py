"""Usual care that other systems recorded: it joins the night's snapshot, or stops the night with the file named."""

import shutil
from pathlib import Path

import duckdb
import pytest

from amble.evaluation import commands
from amble.evaluation.refusal import CannotEvaluate
from amble.outcomes.nightly import elsewhere
from tests import night_material

EXPORT = Path(__file__).parents[2] / "docs" / "guides" / "example_export"
NAMES = {"north": "North clinic", "c00003": "South clinic"}


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """Amble's own snapshot."""
    return night_material.write(tmp_path_factory.mktemp("own"), episodes=300)[0]


def bring(place: Path, name: str = "hospital", **changes: str) -> Path:
    """The guide's example as it lies on a real service's disk, with `changes` to the mapping: old -> new text."""
    folder = place / "elsewhere" / name
    shutil.copytree(EXPORT, folder)
    (folder / "secret.key").write_text("k" * 64)
    mapping = (folder / "mapping.toml").read_text()
    for old, new in changes.items():
        assert old in mapping
        mapping = mapping.replace(old, new)
    (folder / "mapping.toml").write_text(mapping)
    return folder


def count(snapshot: Path, table: str) -> int:
    return duckdb.sql(f"FROM '{snapshot / table}/*.parquet'").count("*").fetchall()[0][0]


def test_without_a_folder_the_snapshot_is_ambles_own(own, tmp_path):
    assert elsewhere.join(own, tmp_path, NAMES) == elsewhere.Joined(own)


def test_what_another_system_recorded_is_evaluated_together_with_ambles_own(own, tmp_path):
    bring(tmp_path, **{'["E", "S"]': '["S"]'})
    joined = elsewhere.join(own, tmp_path, NAMES)
    alone, theirs = (
        duckdb.sql(f"FROM '{f}'").count("*").fetchall()[0][0]
        for f in (
            own / "episodes.parquet",
            next((tmp_path / "converted").glob("hospital-*")) / "episodes.parquet",
        )
    )
    assert count(joined.snapshot, "episodes") == alone + theirs and theirs > 40
    assert joined.notes[0].startswith(f"elsewhere/hospital: {theirs} episodes")
    (tmp_path / "study.toml").write_text("repetitions = 100\n")
    report = commands.evaluated(
        snapshot=joined.snapshot,
        study=tmp_path / "study.toml",
        out=tmp_path / "report",
        engine="duckdb",
        progress=lambda _: None,
    )
    assert report.flow.rows[0][report.flow.columns.index("all")] == alone + theirs


def test_it_is_converted_again_only_when_a_file_has_changed(own, tmp_path):
    folder = bring(tmp_path)
    elsewhere.join(own, tmp_path, NAMES)
    (first,) = (tmp_path / "converted").iterdir()
    made = first.stat().st_mtime_ns
    elsewhere.join(own, tmp_path, NAMES)
    assert [f.stat().st_mtime_ns for f in (tmp_path / "converted").iterdir()] == [made]
    rows = (folder / "visits.csv").read_bytes().splitlines(keepends=True)
    (folder / "visits.csv").write_bytes(b"".join(rows[:-1]))
    joined = elsewhere.join(own, tmp_path, NAMES)
    (second,) = (tmp_path / "converted").iterdir()
    assert second != first
    assert (joined.snapshot / "sessions" / "hospital-0000.parquet").resolve().parent == second.resolve()


def test_a_folder_that_was_taken_away_is_gone_the_next_night(own, tmp_path):
    folder = bring(tmp_path)
    elsewhere.join(own, tmp_path, NAMES)
    shutil.rmtree(folder)
    assert elsewhere.join(own, tmp_path, NAMES) == elsewhere.Joined(own)


def test_every_fault_of_every_folder_is_named_with_its_file_and_line(own, tmp_path):
    bring(tmp_path, "one", **{'E = "etmi", ': ""})
    broken = bring(tmp_path, "two")
    (broken / "mapping.toml").write_text("[episodes]\nfile = 'referrals.csv'\ncolour = 'red'\n")
    (tmp_path / "elsewhere" / "three").mkdir()
    with pytest.raises(CannotEvaluate) as refused:
        elsewhere.join(own, tmp_path, NAMES)
    said = "\n".join(refused.value.reasons)
    assert "elsewhere/one: referrals.csv: Pathway -> arm: 'E' is not explained" in said
    assert "elsewhere/two: mapping.toml, line 3: " in said
    assert "elsewhere/three: mapping.toml: cannot be read" in said
    assert not (tmp_path / "union").exists()


def test_the_same_keys_in_two_places_stop_the_night(own, tmp_path):
    """The same records delivered twice would count everybody twice."""
    bring(tmp_path, "one")
    bring(tmp_path, "two")
    with pytest.raises(CannotEvaluate) as refused:
        elsewhere.join(own, tmp_path, NAMES)
    episodes, clinicians = refused.value.reasons
    assert episodes.startswith("elsewhere/two: 86 of its episode_ids are also those of one, such as ")
    assert clinicians.startswith("elsewhere/two: 8 of its clinician_ids")


def test_a_clinic_that_also_uses_amble_is_named(own, tmp_path):
    bring(tmp_path)
    elsewhere.join(own, tmp_path, NAMES)
    (theirs,) = (tmp_path / "converted").iterdir()
    site = duckdb.sql(f"SELECT min(clinic_id) FROM '{theirs / 'episodes.parquet'}'").fetchall()[0][0]
    notes = elsewhere.join(own, tmp_path, {"pseudonym": site.upper()}).notes
    assert [note for note in notes if "also uses Amble" in note] == [
        f"elsewhere/hospital: {site.upper()} also uses Amble. Whoever is in both is counted twice: leave out of "
        "the CSV files those who are in Amble."
    ]
