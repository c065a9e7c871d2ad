"""The invented service: as the study describes it, valid by contract, the same for a seed, with a truth that holds."""

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from amble.evaluation.cohort.landing import land
from amble.evaluation.engine import DuckDB
from amble.evaluation.simulate import CannotWrite, Truth, draw, landed, languages, simulate
from amble.evaluation.simulate.parameters import catalogue
from amble.evaluation.simulate.service import NEVER
from amble.evaluation.snapshot.faults import faults
from amble.evaluation.snapshot.reader import open_snapshot
from amble.evaluation.study.model import Study

FILES = {"episodes.parquet", "scores.parquet", "sessions.parquet", "clinicians.parquet", "truth.json"}
SMALL, SEED = 1_500, 7


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("simulated")
    simulate(folder, SMALL, SEED)
    return folder


def rows(folder: Path, name: str) -> dict[str, list]:
    return pq.read_table(folder / f"{name}.parquet").to_pydict()


def test_published_aggregates_come_out() -> None:
    services = [draw(20_000, seed) for seed in range(5)]
    n = sum(len(one) for one in services)
    age = np.concatenate([one.people.age for one in services])
    assert age.min() == 18
    assert abs(age.mean() - 56.3) < 4 * 16.7 / np.sqrt(n)
    assert abs(age.std() - 16.7) < 4 * 16.7 / np.sqrt(2 * n)
    shares = [
        (2454 / 4193, [one.people.sex == 0 for one in services]),
        (711 / 4193, [one.etmi for one in services]),
        (1624 / 4193, [one.recorded[0, 0] & one.recorded[1, 0] for one in services]),
    ]
    for published, found in shares:
        share = np.concatenate(found).mean()
        assert abs(share - published) < 4 * np.sqrt(published * (1 - published) / n) + 0.0005  # as rounded
    usual, etmi = np.concatenate([one.counts.sessions for one in services], axis=1).mean(1)
    assert usual == pytest.approx(5.1, abs=0.1)
    assert etmi / usual == pytest.approx(3.5 / 5.1, abs=0.005)


def test_clinicians_are_those_of_the_study_until_they_could_not_see_everybody() -> None:
    for episodes, clinics, invited, trained, delivering in (
        (1_000, 13, 128, 109, 70),
        (40_000, 20, 200, 170, 109),
    ):
        made = draw(episodes, 1).service
        counted = (made.clinics, len(made.clinic), (made.trained_day < NEVER).sum(), made.delivering.sum())
        assert counted == (clinics, invited, trained, delivering)
        assert set(made.clinic) == set(range(clinics))


def test_every_value_keeps_the_contract(snapshot) -> None:
    assert {file.name for file in snapshot.iterdir()} == FILES
    with DuckDB() as engine:
        assert [str(fault) for fault in faults(open_snapshot(snapshot, engine))] == []


def test_scores_lie_on_the_grids_of_their_instruments(snapshot) -> None:
    scores = rows(snapshot, "scores")
    found = {
        name: {v for v, i in zip(scores["value"], scores["instrument"], strict=True) if i == name}
        for name in set(scores["instrument"])
    }
    of_24 = {round(raw / 24 * 100, 1) for raw in range(25)}
    assert set(found) == {"rmdq", "nrs", "fabq_pa", "activity_level"}
    assert found["rmdq"] <= of_24 and found["fabq_pa"] <= of_24
    assert found["nrs"] <= set(range(11)) and found["activity_level"] == {0, 1, 2}


def test_etmi_is_given_only_by_the_trained_and_only_afterwards(snapshot) -> None:
    people = rows(snapshot, "clinicians")
    trained = dict(zip(people["clinician_id"], people["trained_date"], strict=True))
    episodes = rows(snapshot, "episodes")
    given = [
        (start, trained[who])
        for arm, start, who in zip(
            episodes["arm"], episodes["start_date"], episodes["clinician_id"], strict=True
        )
        if arm == "etmi"
    ]
    assert len(given) > SMALL / 10
    assert all(day is not None and start >= day for start, day in given)
    sessions = rows(snapshot, "sessions")
    assert all(
        arm == "etmi"
        for arm, fidelity in zip(sessions["arm"], sessions["fidelity"], strict=True)
        if fidelity is not None
    )


def test_the_same_seed_gives_the_same_bytes(snapshot, tmp_path) -> None:
    simulate(tmp_path / "again", SMALL, SEED)
    simulate(tmp_path / "other", SMALL, SEED + 1)
    for name in FILES:
        assert (tmp_path / "again" / name).read_bytes() == (snapshot / name).read_bytes()
        assert (tmp_path / "other" / name).read_bytes() != (snapshot / name).read_bytes()


def test_the_first_episodes_do_not_depend_on_how_many_follow() -> None:
    first, all_of_them = draw(400, 3), draw(25_000, 3)
    assert (first.etmi == all_of_them.etmi[:400]).all()
    assert (first.courses.scores == all_of_them.courses.scores[..., :400]).all()
    assert (first.counts.sessions == all_of_them.counts.sessions[:, :400]).all()
    assert (first.recorded == all_of_them.recorded[..., :400]).all()


def test_landed_in_memory_is_landed_from_the_files(snapshot) -> None:
    drawn = draw(SMALL, SEED)
    in_memory = landed(drawn)
    with DuckDB() as engine:
        cohort = land(open_snapshot(snapshot, engine), Study(), engine)
        from_files = engine.arrow(cohort.table)
    assert cohort.levels["language"] == languages(drawn)
    assert set(from_files.column_names) == set(in_memory)
    for name, values in in_memory.items():
        np.testing.assert_array_equal(from_files[name].to_numpy().astype(float), values, err_msg=name)


def brute_force(drawn, outcome: str, visit: int, estimand: str, member) -> tuple[float, float]:
    """(difference, risk difference) of the eligible members, person by person."""
    k = ("function", "pain", "fear_avoidance").index(outcome)
    better, mic = (1, -1, -1)[k], (5, 2, 16.7)[k]
    total = weights = responders = 0.0
    for i in range(len(drawn)):
        if not member[i] or drawn.people.symptom_months[i] < 3:
            continue
        e = float(drawn.propensity[i])
        weight = {"ATE": 1.0, "ATT": float(drawn.etmi[i]), "ATO": e * (1 - e)}[estimand]
        start = drawn.courses.start[k, i] / 10
        usual, etmi = (float(drawn.courses.scores[arm, k, visit, i]) / 10 for arm in (0, 1))
        reached = [bool(better * (score - start) > mic - 0.01) for score in (usual, etmi)]
        weights += weight
        total += weight * (etmi - usual)
        responders += weight * (reached[1] - reached[0])
    return total / weights, responders / weights


@pytest.mark.parametrize(
    ("outcome", "visit", "estimand", "subgroup"),
    [
        ("function", 0, "ATE", None),
        ("function", 3, "ATO", None),
        ("fear_avoidance", 1, "ATT", None),
        ("pain", 2, "ATO", "sex = female"),
        ("function", 1, "ATE", "depression_or_anxiety = yes"),
    ],
)
def test_truth_is_the_contrast_of_potential_outcomes(outcome, visit, estimand, subgroup) -> None:
    drawn = draw(2_000, 5, effects={"pain": -1})
    members = {
        None: np.ones(len(drawn), bool),
        "sex = female": drawn.people.sex == 0,
        "depression_or_anxiety = yes": drawn.people.depression | drawn.people.anxiety,
    }
    truth, name = Truth().add(drawn), ("discharge", "3m", "6m", "12m")[visit]
    difference, risk = brute_force(drawn, outcome, visit, estimand, members[subgroup])
    assert truth.value(outcome, name, "difference", estimand, subgroup) == pytest.approx(
        difference, rel=1e-12
    )
    assert truth.value(outcome, name, "risk_difference", estimand, subgroup) == pytest.approx(risk, abs=1e-12)


def test_truth_adds_over_blocks() -> None:
    parts = [draw(700, 1), draw(900, 2)]
    both = Truth().add(parts[0]).add(parts[1])
    n = [one.people.eligible.sum() for one in parts]
    each = [Truth().add(one).value("sessions", None) for one in parts]
    assert both.value("sessions", None) == pytest.approx(np.average(each, weights=n), rel=1e-12)
    assert both.population["episodes"] == 1_600


def test_truth_json_says_what_is_true_and_what_is_assumed(snapshot) -> None:
    told = json.loads((snapshot / "truth.json").read_text("utf-8"))
    truth = Truth().add(draw(SMALL, SEED))
    assert told["truth"] == truth.records()
    assert told["population"]["etmi"] == rows(snapshot, "episodes")["arm"].count("etmi")
    assert told["parameters"]["effects.function"]["source"] == "assumed"


def test_the_effects_are_those_asked_for() -> None:
    truth = Truth().add(draw(100_000, 1))
    assert truth.value("function", "average") == pytest.approx(4, abs=0.15)  # the ends of the scale take some
    assert truth.value("pain", "average") == 0
    more = truth.value("function", "average", subgroup="depression_or_anxiety = yes")
    less = truth.value("function", "average", subgroup="depression_or_anxiety = no")
    assert more / less == pytest.approx(2, abs=0.15)
    none = draw(2_000, 1, effects={"function": 0, "fear_avoidance": 0, "activity": 0, "sessions": 1})
    assert (none.courses.scores[0] == none.courses.scores[1]).all()
    assert (none.courses.activity[0] == none.courses.activity[1]).all()
    assert (none.counts.sessions[0] == none.counts.sessions[1]).all()


def test_confounding_is_real_and_covered_by_start_and_covariates() -> None:
    crude, adjusted = [], []
    for seed in range(10):
        drawn = draw(20_000, seed, effects={"function": 0})
        one, etmi = drawn.people, drawn.etmi
        later = drawn.courses.scores[0, 0, 3] / 10
        terms = (
            etmi,
            one.age,
            one.sex == 0,
            one.depression,
            one.anxiety,
            one.activity,
            drawn.courses.start[0],
        )
        design = np.column_stack([np.ones(len(drawn)), *terms]).astype(float)
        crude.append(later[etmi].mean() - later[~etmi].mean())
        adjusted.append(np.linalg.lstsq(design, later, rcond=None)[0][1])
    error = np.std(adjusted, ddof=1) / np.sqrt(len(adjusted))
    assert abs(np.mean(adjusted)) < 3.5 * error
    assert np.mean(crude) > 1


def test_who_stops_answering_depends_on_depression_as_strongly_as_asked() -> None:
    gaps = []
    for strength in (0, 1, 3):
        drawn = draw(50_000, 4, missingness=strength)
        complete = drawn.recorded[0, 0] & drawn.recorded[1, 0]
        assert complete.mean() == pytest.approx(0.387, abs=0.01)
        gaps.append(complete[~drawn.people.depression].mean() - complete[drawn.people.depression].mean())
    assert abs(gaps[0]) < 0.025 < gaps[1] < gaps[2]


def test_every_parameter_says_what_it_means_and_where_it_is_from() -> None:
    for name, entry in catalogue().items():
        assert set(entry) == {"value", "source", "meaning"}, name
        assert entry["source"].startswith(("study: ", "assumed")), name
        assert entry["meaning"].endswith("."), name
    effects = [entry for name, entry in catalogue().items() if name.startswith("effects.")]
    assert all("assumed" in entry["source"] for entry in effects)


@pytest.mark.parametrize(
    ("episodes", "effects"),
    [(0, None), (10, {"funktion": 1.0}), (10, {"sessions": 0}), (10, {"pain": np.nan})],
)
def test_what_cannot_be_simulated_leaves_nothing_behind(tmp_path, episodes, effects) -> None:
    with pytest.raises(ValueError):
        simulate(tmp_path, episodes, 1, effects=effects)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_is_told_in_words(tmp_path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CannotWrite, match="cannot be written to"):
        simulate(tmp_path / "file", 10, 1)
