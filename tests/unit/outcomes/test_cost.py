"""Cost: the report's own numbers, times the people who had ETMI; and nothing behind the planners that is hidden."""

from dataclasses import replace

import numpy as np
import pytest

from amble.evaluation.study.model import Disclosure, PriceList, Study
from amble.outcomes.figures import cost
from amble.outcomes.figures.cost import planning
from amble.outcomes.figures.reach import counts, release
from amble.outcomes.told import opened, stored
from tests import night_material

PRICES = PriceList("pounds", first_session=20.0, minute={"etmi": 0.5, "usual_care": 0.5})


@pytest.fixture(scope="module")
def material(tmp_path_factory):
    study = replace(Study(), repetitions=60, prices=PRICES)
    with night_material.material(tmp_path_factory.mktemp("cost"), 1500, study=study) as made:
        yield made


@pytest.fixture(scope="module")
def told(material):
    return list(cost.sections(material))


def planner(told) -> dict:
    return stored(told[0], Disclosure())["more"]["planner"]


def test_the_answer_is_the_reports(material, told):
    assert told[0].answer == next(answer for answer in material.report.answers if answer.name == "cost")


def test_what_was_saved_so_far_is_the_reports_difference_times_the_people(material, told):
    estimates = {e.outcome: e for a in material.report.answers if a.name == "cost" for e in a.estimates}
    sessions = next(a for a in material.report.answers if a.name == "sessions")
    estimates["sessions"] = next(e for e in sessions.estimates if e.contrast == "difference")
    (people,) = material.con.execute(
        "SELECT count(*) FROM episodes WHERE arm = 'etmi' AND age_years >= 18 AND coalesce(symptom_months, 9) >= 3"
    ).fetchone()
    answer = opened(stored(told[1], Disclosure()))[0]
    tables = {table.name: {row[0]: row[1:] for row in table.rows} for table in answer.tables}
    for unit, outcome in (("sessions", "sessions"), ("minutes of contact", "minutes"), ("pounds", "cost")):
        e = estimates[outcome]
        each = (e.estimate, e.ci_low, e.ci_high)
        assert tables["saved_for_one"][unit] == pytest.approx(each)
        assert tables["saved_for_all"][unit] == pytest.approx(np.array(each) * people)
    assert f"The {people} people who had ETMI" in answer.sentences[0]
    assert "partly what ETMI is" in answer.sentences[-1] and "observational" in answer.sentences[0]


def test_the_planners_start_from_the_reports_own_numbers(material, told):
    found = planner(told)
    names = {"cost": ("cost", "cost"), "minutes": ("cost", "minutes"), "function": ("over_time", "function")}
    for name, (question, outcome) in names.items():
        answer = next(a for a in material.report.answers if a.name == question)
        wanted = [e for e in answer.estimates if e.outcome == outcome and e.visit in (None, "average")]
        kept = found["per_patient"][name]
        assert (kept["estimate"], kept["se"], kept["low"], kept["high"]) == (
            wanted[0].estimate,
            wanted[0].se,
            wanted[0].ci_low,
            wanted[0].ci_high,
        )
    share = material.report.implementation["patients_receiving"]
    assert found["reach"] == pytest.approx(share.part / share.whole, abs=0.0006)
    assert found["eligible"] * found["months"] == pytest.approx(share.whole, rel=0.01)
    trained = material.report.implementation["clinicians_trained"]
    assert found["untrained"] == trained.whole - trained.part > 7
    assert (found["currency"], found["minute_price"]) == ("pounds", 0.5)


def test_patients_of_a_clinic_are_as_alike_as_the_report_says_of_its_clinicians(material, told):
    """Drawn: two patients of a clinic share their clinician about once in as many times as it has clinicians."""
    table = next(
        t
        for a in material.report.answers
        if a.name == "clustering"
        for t in a.tables
        if t.name == "clustering_icc"
    )
    row = [dict(zip(table.columns, r, strict=True)) for r in table.rows if r[0] == "function"][-1]
    spread = planner(told)["spread"]
    low, high = sorted((row["same_clinic"], row["same_clinician"]))
    assert low - 0.001 <= spread["icc"] <= high + 0.001
    rng, clinicians, total = (
        np.random.default_rng(1),
        round(row["clinicians"] / row["clinics"]),
        spread["sd"] ** 2,
    )
    between_clinics, between = (
        total * row["same_clinic"],
        total * (row["same_clinician"] - row["same_clinic"]),
    )
    pairs = rng.integers(0, clinicians, (2, 400_000))
    clinic = rng.normal(0, between_clinics**0.5, pairs.shape[1])
    effects = rng.normal(0, between**0.5, (clinicians, pairs.shape[1]))
    one, two = (clinic + effects[pairs[k], np.arange(pairs.shape[1])] for k in (0, 1))
    assert (one * two).mean() / total == pytest.approx(spread["icc"], abs=0.004)


def test_a_hidden_count_stands_behind_no_number_of_the_planners(material):
    """As if the service's reach were hidden: neither the share nor what each physiotherapist treats is told."""
    reach = counts.count(material)
    shown = release.shown(reach, replace(material, study=Study()))[None, "all"][None]
    open_to_all = planning.numbers(material, reach, shown)
    assert open_to_all["reach"] and open_to_all["pace"]
    closed = planning.numbers(material, reach, shown | {"receiving": "hidden"})
    assert closed["reach"] is None and closed["pace"] is None
    closed = planning.numbers(material, reach, shown | {"eligible": "hidden", "complete": "≤7"})
    assert (closed["eligible"], closed["reach"], closed["measured"]) == (None, None, None)
    few = replace(material, study=replace(material.study, disclosure=Disclosure(suppress_up_to=500)))
    told = list(cost.sections(few))
    kept = planner(told)
    assert kept["pace"] is None and kept["delivering_share"] is None and kept["untrained"] is None
    assert set(kept["per_patient"].values()) == {None}
    assert len(told) == 1


def test_a_service_too_young_to_compare_says_so_and_keeps_its_counts(material):
    told = list(cost.sections(replace(material, report=None)))
    assert "too early" in told[0].answer.sentences[0] and len(told) == 1
    kept = planner(told)
    assert kept["eligible"] > 1 and set(kept["per_patient"].values()) == {None}


def test_a_service_without_a_single_patient_can_be_opened(material):
    material.con.execute("CREATE SCHEMA IF NOT EXISTS nobody")
    names = ("episodes", "scores", "sessions", "clinicians", "referrals")
    for name in names:
        material.con.execute(f"CREATE OR REPLACE VIEW nobody.{name} AS FROM main.{name} WHERE false")
    material.con.execute("SET schema = 'nobody'")
    try:
        kept = planner(list(cost.sections(replace(material, report=None))))
    finally:
        material.con.execute("SET schema = 'main'")
    assert (kept["eligible"], kept["reach"], kept["pace"], kept["months"]) == (None, None, None, None)
