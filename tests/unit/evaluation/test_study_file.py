"""A study file is read whole or refused whole, with every fault on its line."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from amble.cli.main import main
from amble.evaluation.settings.lines import lines
from amble.evaluation.study import shape
from amble.evaluation.study.against_data import problems
from amble.evaluation.study.explain import explain
from amble.evaluation.study.model import PriceList, Study
from amble.evaluation.study.reading import BUILT_IN, StudyError, read_study, study_and_source

DESIGN = """
title = "ETMI against usual physiotherapy"
visits = ["discharge", "3m", "6m", "12m"]          # those present in the data are analysed
outcomes = ["function", "pain", "fear_avoidance", "sessions"]
covariates = ["age_years", "sex", "depression", "anxiety", "activity_level"]   # main effects
baseline = "by_visit"
subgroups = ["depression_or_anxiety", "sex", "activity_level", "deprivation_quintile"]

[cohort]
min_age_years = 18
min_symptom_months = 3
baseline_required = true

[mmrm]
degrees_of_freedom = "satterthwaite"

[mic]
function = 5
pain = 2
fear_avoidance = 16.7

[equivalence]
pain = 1.0
"""

WRONG = [
    ('colour = "red"', 1, "colour: is not a known key."),
    ('covariate = ["sex"]', 1, "covariate: is not a known key. Did you mean covariates?"),
    ('outcomes = ["function",\n"pian"]', 2, 'outcomes: "pian" is not a known outcome. Did you mean pain?'),
    ("outcomes = []", 1, "outcomes: names no outcome."),
    ('visits = ["3m", "9m"]', 1, 'visits: "9m" is not a known visit.'),
    ('visits = [\n  "baseline",\n]', 2, "visits: baseline is where every episode starts"),
    ('visits = ["3m", "3m"]', 1, 'visits: "3m" is named twice.'),
    ('visits = "3m"', 1, 'visits: must be a list, such as ["discharge"], not "3m".'),
    ('covariates = ["age"]', 1, 'covariates: "age" is not a known covariate.'),
    ('subgroups = ["gender"]', 1, 'subgroups: "gender" is not a known subgroup.'),
    ('baseline = "by visit"', 1, "Did you mean by_visit?"),
    (
        "\n[cohort]\nmin_age = 18",
        3,
        "cohort.min_age: is not a known key in [cohort]. Did you mean min_age_years?",
    ),
    ("[cohort]\nmin_age_years = 18.5", 2, "cohort.min_age_years: must be a whole number, not 18.5."),
    ("[cohort]\nbaseline_required = 1", 2, "must be true or false, not 1."),
    ("cohort = 3", 1, "cohort: must be a table: write [cohort] above its keys."),
    ('[mmrm]\ndegrees_of_freedom = "kr"', 2, 'mmrm.degrees_of_freedom: "kr" is not a known way'),
    ("[mic]\npain = -2", 2, "mic.pain: must be more than 0 and less than 10, not -2."),
    ("[mic]\nsessions = 2", 2, "mic.sessions: is not a known key in [mic]."),
    ("[equivalence]\npain = true", 2, "equivalence.pain: must be a number, not true."),
    ("[equivalence]\npain = nan", 2, "equivalence.pain: must be a number, not nan."),
    ("[instruments]\nfunction = 3", 2, "instruments.function: must be a text in quotes, not 3."),
    ("confidence = 95", 1, "confidence: must be more than 0.5 and less than 1, not 95."),
    ("seed = -1", 1, "seed: must be 0 or more, not -1."),
    ('[prices]\ncurrency = "EUR"', 1, "prices: needs the price of a minute of both arms"),
    ("[disclosure]\nround_to = 0", 2, "disclosure.round_to: must be 1 or more, not 0."),
    ("title = ", 0, "is not a TOML file: "),
]


def written(folder: Path, text: str) -> Path:
    file = folder / "study.toml"
    file.write_text(text, "utf-8")
    return file


def test_the_built_in_study_is_the_one_of_the_design(tmp_path: Path) -> None:
    assert read_study(None) == read_study(written(tmp_path, DESIGN)) == Study()


@pytest.mark.parametrize(("text", "line", "words"), WRONG, ids=[words for _, _, words in WRONG])
def test_a_wrong_study_names_the_line(text: str, line: int, words: str, tmp_path: Path) -> None:
    with pytest.raises(StudyError) as caught:
        read_study(written(tmp_path, text))
    [problem] = caught.value.problems
    assert problem.line == line
    assert words in str(problem)
    assert str(problem).startswith(f"study.toml, line {line}: " if line else "study.toml: ")


def test_all_faults_come_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = 'covariates = ["sexx"]\nmic.pain = 0\nvisits = [\n  "3m",\n  "4m" ]\nprices = { currency = "" }\n'
    with pytest.raises(StudyError) as caught:
        read_study(written(tmp_path, text))
    assert [problem.line for problem in caught.value.problems] == [1, 2, 5, 6, 6]


def test_what_is_not_named_keeps_its_built_in_value(tmp_path: Path) -> None:
    study = read_study(
        written(
            tmp_path,
            'visits = ["12m", "discharge"]\nmic.function = 10\nequivalence.function = 4\n'
            '[prices]\ncurrency = "EUR"\nlater_session = 3\nminute = { etmi = 1.2, usual_care = 1.1 }\n',
        )
    )
    assert study.visits == ("discharge", "12m"), "in order of time"
    assert study.mic == {"function": 10, "pain": 2, "fear_avoidance": 16.7}
    assert study.equivalence == {"function": 4}, "margins are a claim: those named are all"
    assert study.prices == PriceList("EUR", 0, 3, {"etmi": 1.2, "usual_care": 1.1})


def test_a_covariate_that_cannot_be_adjusted_for_names_its_line(tmp_path: Path) -> None:
    text = 'covariates = [\n  "age_years",\n  "sex",\n  "anxiety",\n]\n[instruments]\nfunction = "rmd"\n'
    _, source = study_and_source(written(tmp_path, text))
    found = problems(source, constant=["sex"], absent=["anxiety"], instruments={"function": ("rmdq",)})
    assert [(p.line, p.words.split(",")[0]) for p in found] == [
        (3, "sex is the same for everyone in this cohort"),
        (4, "anxiety is not recorded in this cohort"),
        (7, "rmd was not used in this cohort. Did you mean rmdq?"),
    ]
    assert problems(BUILT_IN, constant=["sex"], absent=[]) == []


def test_lines_are_found_whatever_the_layout() -> None:
    text = (
        'a = """\nx = 1\n"""  # b = 2\n"c d" = [ # [x]\n  \'#\', [1.5,\n  2], { e.f = "]", g = {} },\n]\n'
        "[h.i]\nj.k = 2024-01-01\n[[l]]\nm = +1e3\r\n"
    )
    assert lines(text) == {
        ("a",): 1,
        ("c d",): 4,
        ("c d", 0): 5,
        ("c d", 1): 5,
        ("c d", 1, 0): 5,
        ("c d", 1, 1): 6,
        ("c d", 2): 6,
        ("c d", 2, "e"): 6,
        ("c d", 2, "e", "f"): 6,
        ("c d", 2, "g"): 6,
        ("h",): 8,
        ("h", "i"): 8,
        ("h", "i", "j"): 9,
        ("h", "i", "j", "k"): 9,
        ("l",): 10,
        ("l", 0): 10,
        ("l", 0, "m"): 11,
    }


def test_every_choice_of_the_file_is_found_in_its_plain_words(tmp_path: Path) -> None:
    words = explain(Study())
    for said in (
        "age 18",
        "at least 3 months",
        "observational",
        "16.7 points of 100",
        "90%",
        "20260108",
        "1 to 7",
    ):
        assert said in words
    assert "Kenward-Roger" in explain(
        read_study(written(tmp_path, '[mmrm]\ndegrees_of_freedom = "kenward_roger"'))
    )
    assert set(shape.VISITS) == {"discharge", "6w", "3m", "6m", "12m"}


def test_the_command_explains_or_refuses(tmp_path: Path) -> None:
    explained = CliRunner().invoke(main, ["study", "check", str(written(tmp_path, DESIGN))])
    assert explained.exit_code == 0
    assert explained.output == explain(Study())
    refused = CliRunner().invoke(
        main, ["study", "check", str(written(tmp_path, "seed = 1.5\nconfidence = 2"))]
    )
    assert refused.exit_code == 2
    assert refused.stderr == (
        "Error: study.toml, line 1: seed: must be a whole number, not 1.5.\n"
        "study.toml, line 2: confidence: must be more than 0.5 and less than 1, not 2.\nNothing was computed.\n"
    )
    missing = CliRunner().invoke(main, ["study", "check", str(tmp_path / "none.toml")])
    assert (missing.exit_code, "none.toml: cannot be read" in missing.stderr) == (2, True)
