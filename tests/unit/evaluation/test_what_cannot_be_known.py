"""Snapshots that are sound but cannot answer: the report says what cannot be known, and nothing breaks."""

import json
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from amble.cli.main import main
from tests import small_service
from tests.unit.evaluation.odd_words import odd

ETMI_ONLY = "update episodes set arm = 'etmi'; update sessions set arm = 'etmi'"
# What is changed in a small service -> what the report must say.
CASES = {
    "nobody had ETMI": (
        "update episodes set arm = 'usual_care'; update sessions set arm = 'usual_care'",
        "Nobody in the cohort had ETMI, so the two kinds of care cannot be compared.",
    ),
    "everybody had ETMI": (ETMI_ONLY, "Nobody in the cohort had usual care"),
    "no outcome after the start": (
        "delete from scores where visit <> 'baseline'",
        "Function was not recorded both at the start and later: nothing can be said of it.",
    ),
    "no scores at all": ("delete from scores", "Pain was not recorded both at the start and later"),
    "one clinic": (
        "update episodes set clinic_id = 'clinic 0'; update clinicians set clinic_id = 'clinic 0'",
        "There is one clinic only",
    ),
    "one clinician": (
        "update episodes set clinic_id = 'clinic 0', clinician_id = 'clinician 0'",
        "There is one clinic only",
    ),
    "no sessions": ("delete from sessions", "The snapshot holds no sessions"),
    "one visit": ("delete from scores where visit not in ('baseline', 'discharge')", "observational"),
    "one person had ETMI": (
        "update episodes set arm = if(episode_id = 'e00005', 'etmi', 'usual_care'), age_years = 40, symptom_months = 9",
        "observational",
    ),
    "everyone alike": (
        "update episodes set age_years = 40, sex = 'female', depression = true, anxiety = true, "
        "activity_level = 'none'",
        "Age is the same for everyone in the cohort",
    ),
    "scores that never differ": (
        "update scores set value = 5 where measure <> 'activity_level'",
        "observational",
    ),
    "no baseline": (
        "delete from scores where visit = 'baseline' and measure <> 'activity_level'",
        "observational",
    ),
    "nobody recorded who they are": (
        "update episodes set sex = null, depression = null, anxiety = null, activity_level = null, "
        "deprivation_quintile = null, language = null, symptom_months = null",
        "Sex is the same for everyone in the cohort",
    ),
}


def changed(folder: Path, statements: str) -> Path:
    """The small service with its tables changed by SQL."""
    small_service.write(folder, episodes=200, seed=8)
    with duckdb.connect() as db:
        for table in ("episodes", "scores", "sessions", "clinicians"):
            db.execute(f"create table {table} as from '{folder}/{table}.parquet'")
        for statement in statements.split(";"):
            db.execute(statement)
        for table in ("episodes", "scores", "sessions", "clinicians"):
            db.execute(f"copy {table} to '{folder}/{table}.parquet'")
    return folder


def evaluate(snapshot: Path, out: Path, *more: str) -> Result:
    arguments = ["evaluate", "--snapshot", str(snapshot), "--out", str(out), *more]
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


@pytest.mark.parametrize("case", CASES)
def test_the_report_says_what_cannot_be_known(case: str, tmp_path: Path) -> None:
    statements, says = CASES[case]
    result = evaluate(changed(tmp_path / "snapshot", statements), tmp_path / "report")
    assert result.exit_code == 0, result.output
    page = (tmp_path / "report" / "report.html").read_text("utf-8")
    text = (tmp_path / "report" / "results.json").read_text("utf-8")
    assert says in page
    assert "NaN" not in text and "Infinity" not in text
    results = json.loads(text)
    said = [w["warning"] for w in results["warnings"]]
    said += [text for e in results["estimates"] for text in (e["meaning"], *e["warnings"])]
    assert [text for text in said if not text or odd(text)] == []
    for unsaid in ("nan", "none", "inf"):
        assert f'number">{unsaid}' not in page.lower() and f"{unsaid} points" not in page.lower()


def test_a_cohort_without_anybody_is_refused(tmp_path: Path) -> None:
    snapshot = changed(tmp_path / "snapshot", "update episodes set age_years = 12")
    result = evaluate(snapshot, tmp_path / "report")
    assert result.exit_code == 2
    assert (
        "No episode is left after the cohort rules" in result.output and "Aged 18 or over: 0" in result.output
    )
    assert not (tmp_path / "report").exists()


def test_faults_are_listed_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    broken = "update episodes set arm = 'neither' where episode_id < 'e00003'; update scores set value = 500"
    result = evaluate(changed(tmp_path / "snapshot", broken), tmp_path / "report")
    assert result.exit_code == 2
    assert "episodes.parquet: arm" in result.output and "scores.parquet: value" in result.output
    assert "Nothing was computed." in result.output and not (tmp_path / "report").exists()


def test_a_covariate_that_cannot_adjust_names_its_line(tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    study.write_text('covariates = [\n  "age_years",\n  "sex",\n]\n', encoding="utf-8")
    snapshot = changed(tmp_path / "snapshot", "update episodes set sex = 'female'")
    result = evaluate(snapshot, tmp_path / "report", "--study", str(study))
    assert result.exit_code == 2
    assert "study.toml, line 3" in result.output and "sex" in result.output
    assert not (tmp_path / "report").exists()


def test_what_cannot_be_read_or_written_is_refused_before_anything_is_computed(tmp_path: Path) -> None:
    result = evaluate(tmp_path / "nowhere", tmp_path / "report")
    assert result.exit_code == 2 and "nowhere: there is no such folder" in result.output
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("mine", encoding="utf-8")
    result = evaluate(small_service.write(tmp_path / "snapshot"), tmp_path / "thesis")
    assert result.exit_code == 2 and "thesis" in result.output
    assert [file.name for file in (tmp_path / "thesis").iterdir()] == ["chapter.txt"]


def test_an_invented_service_replaces_no_real_one(tmp_path: Path) -> None:
    snapshot = small_service.write(tmp_path / "snapshot")
    before = (snapshot / "episodes.parquet").read_bytes()
    result = CliRunner().invoke(main, ["simulate", "--episodes", "5", "--out", str(snapshot)])
    assert result.exit_code == 2 and "not an invented service" in result.output
    assert (snapshot / "episodes.parquet").read_bytes() == before
