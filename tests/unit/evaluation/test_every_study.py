"""Every value that a study file allows goes through the whole evaluation."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from amble.cli.main import main
from tests import small_service

STUDIES = {
    "kenward_roger": '[mmrm]\ndegrees_of_freedom = "kenward_roger"\n',
    "expected information": '[mmrm]\ndegrees_of_freedom = "kenward_roger"\ninformation = "expected"\n',
    "sessions alone": 'outcomes = ["sessions"]\n',
    "one outcome": 'outcomes = ["pain"]\n[equivalence]\npain = 0.5\n',
    "no equivalence": "[equivalence]\n",
    "baseline constant": 'baseline = "constant"\n',
    "baseline not required": "[cohort]\nbaseline_required = false\n",
    "one visit": 'visits = ["12m"]\n',
    "a visit nobody had": 'visits = ["6w", "3m"]\n',
    "visits out of order": 'visits = ["12m", "3m", "discharge"]\n',
    "every covariate": 'covariates = ["age_years", "sex", "depression", "anxiety", "activity_level", '
    '"deprivation_quintile", "language"]\n',
    "no covariate": "covariates = []\n",
    "every subgroup": 'subgroups = ["depression_or_anxiety", "depression", "anxiety", "sex", "age_group", '
    '"activity_level", "deprivation_quintile", "language"]\n',
    "no subgroup": "subgroups = []\n",
    "rounded": "[disclosure]\nround_to = 5\n",
    "nothing hidden": "[disclosure]\nsuppress_up_to = 0\n",
    "narrow intervals": "confidence = 0.8\nrepetitions = 100\nseed = 7\n",
    "prices": '[prices]\ncurrency = "euro"\nfirst_session = 10\nlater_session = 5\n'
    "minute = { etmi = 1.0, usual_care = 0.8 }\nmodality = { acupuncture = 3 }\n",
    "mic": "[mic]\nfunction = 10\npain = 1\nfear_avoidance = 5\n",
}


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_service.write(tmp_path_factory.mktemp("service") / "snapshot", episodes=260, seed=4)


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_is_evaluated(name: str, snapshot: Path, tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    study.write_text(STUDIES[name], encoding="utf-8")
    arguments = ["evaluate", "--snapshot", snapshot, "--study", study, "--out", tmp_path / "report"]
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    page = (tmp_path / "report" / "report.html").read_text("utf-8")
    assert "⟦" not in page and "⟦" not in (tmp_path / "report" / "results.json").read_text("utf-8")
    result = CliRunner().invoke(main, ["study", "check", str(study)])
    assert result.exit_code == 0
