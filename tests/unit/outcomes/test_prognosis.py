"""Whom the prognosis is made from, and what the service lead reads when it does not hold."""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from amble.evaluation.estimators.people_like_me import LEAST_PEOPLE
from amble.evaluation.report.disclosure import hidden
from amble.evaluation.study.model import Disclosure, Study
from amble.outcomes.figures import prognosis, prognosis_people
from amble.outcomes.told import stored
from tests import night_material

STUDY = Study()


@pytest.fixture
def service(night):
    """The night, with the snapshot's scores and episodes as tables that a test may change by SQL."""

    def make(change: str = "", **fields):
        made = night(study=STUDY)
        for name in ("episodes", "scores"):
            made.con.execute(f"CREATE TABLE changed_{name} AS FROM {name}")
            made.con.execute(f"DROP VIEW {name}")
            made.con.execute(f"ALTER TABLE changed_{name} RENAME TO {name}")
        made.con.execute(change)
        return replace(made, **fields)

    return make


def test_the_people_are_those_a_slow_count_finds(service, rows_of):
    """Function at the start, adults, months of pain, three months over; each patient once, with the first such."""
    clinics = {"c00001": "One", "c00002": "Two", "c00003": "Three"}
    some = "SELECT episode_id FROM episodes LIMIT 300"
    change = f"UPDATE episodes SET patient_id = 'returns' WHERE episode_id IN ({some})"
    made = service(change, own_clinics=clinics, day=night_material.LAST_DAY - timedelta(days=300))
    scores = defaultdict(dict)
    for row in rows_of(made, "scores"):
        scores[row["episode_id"]][row["measure"], row["visit"]] = row["value"]
    first = {}
    for row in sorted(rows_of(made, "episodes"), key=lambda row: (row["start_date"], row["episode_id"])):
        months = row["symptom_months"]
        fits = row["clinic_id"] in clinics and row["age_years"] >= 18 and (months is None or months >= 3)
        over = row["start_date"] + timedelta(days=90 + 30) < made.day
        if fits and over and ("function", "baseline") in scores[row["episode_id"]]:
            first.setdefault(row["patient_id"], row)
    found = prognosis_people.people(made, prognosis_people.instruments(made))
    assert len(found) == len(first) > 500
    for i, row in enumerate(first.values()):
        mine = scores[row["episode_id"]]
        assert found.numbers["function"][i] == mine["function", "baseline"]
        assert np.array_equal(
            found.numbers["pain"][i], mine.get(("pain", "baseline"), np.nan), equal_nan=True
        )
        assert found.groups["depression"][i] == {True: "yes", False: "no", None: ""}[row["depression"]]
        for v, visit in enumerate(STUDY.visits):
            later = mine.get(("function", visit), np.nan)
            assert np.array_equal(found.later[i, v], later, equal_nan=True)


def test_another_questionnaire_is_never_pooled(service):
    change = (
        "UPDATE scores SET instrument = 'foto_lumbar' WHERE measure = 'function' AND hash(episode_id) % 4 = 0"
    )
    made = service(change)
    used = prognosis_people.instruments(made)
    assert used["function"] == "rmdq"
    whole = prognosis_people.people(service(), used)
    fewer = prognosis_people.people(made, used)
    assert 0.7 < len(fewer) / len(whole) < 0.8
    chosen = replace(STUDY, instruments={"function": "foto_lumbar"})
    others = prognosis_people.people(made, prognosis_people.instruments(replace(made, study=chosen)))
    assert len(others) + len(fewer) == pytest.approx(len(whole), abs=5)  # who came twice may count twice


def test_too_few_are_told_so_and_nothing_is_kept(service):
    made = service(own_clinics={"c00001": "One"})
    [told] = prognosis.sections(made)
    content = stored(told, STUDY.disclosure)
    assert content["more"] == {"model": {"refused": "too_few"}}
    assert f"It takes {LEAST_PEOPLE} earlier patients" in content["answer"]["sentences"][0]


def test_a_service_without_a_score_is_told_so(service):
    [told] = prognosis.sections(service("DELETE FROM scores"))
    assert told.more == {"model": {"refused": "too_few"}}


def test_when_later_patients_go_another_way_it_is_not_told(service):
    """The third who began last did far worse after three months: that visit is switched off, the others stay."""
    change = """
    UPDATE scores SET value = greatest(value - 45, 0) WHERE measure = 'function' AND visit = '12m' AND episode_id IN (
        SELECT episode_id FROM episodes WHERE start_date > (SELECT quantile_cont(start_date, 0.66) FROM episodes))"""
    told = list(prognosis.sections(service(change)))
    verdicts = {visit: check["verdict"] for visit, check in told[0].more["model"]["visits"].items()}
    assert verdicts == {"discharge": "good", "3m": "good", "6m": "good", "12m": "poor"}
    answer = stored(told[0], STUDY.disclosure)["answer"]
    assert any("It is not told for 12 months" in text for text in answer["sentences"])
    assert any("did not go the way of earlier ones" in text for text in answer["warnings"])


def test_a_group_for_whom_it_does_not_hold_is_named(service):
    """People with both depression and anxiety swing wildly here, so too few of them come out in the range."""
    change = """
    UPDATE scores SET value = CASE WHEN hash(episode_id) % 2 = 0 THEN 2 ELSE 98 END
    WHERE measure = 'function' AND visit = '3m' AND episode_id IN (
        SELECT episode_id FROM episodes WHERE depression AND anxiety)"""
    told = list(prognosis.sections(service(change)))
    warnings = stored(told[1], STUDY.disclosure)["answer"]["warnings"]
    assert any(text.startswith("3 months, depression or anxiety yes: of ") for text in warnings)
    assert not any("sex" in text for text in warnings)


def test_the_tables_hide_small_groups_and_what_gives_them_away(service):
    change = "UPDATE episodes SET sex = CASE WHEN hash(episode_id) % 900 = 0 THEN 'other' ELSE 'female' END"
    told = list(prognosis.sections(service(change)))
    tables = {table["name"]: table for table in stored(told[1], STUDY.disclosure)["answer"]["tables"]}
    rows = [
        dict(zip(tables["prognosis_by_sex"]["columns"], row, strict=True))
        for row in tables["prognosis_by_sex"]["rows"]
    ]
    others = [row["people"] for row in rows if row["sex"] == "other or not known"]
    assert any(others) and all(hidden(n) for n in others if n)
    assert all(hidden(row["people"]) for row in rows if row["sex"] == "female")  # else it would follow


def test_where_a_service_hides_more_a_course_rests_on_more(service):
    strict = replace(STUDY, disclosure=Disclosure(suppress_up_to=14))
    kept = [
        next(prognosis.sections(service(study=study))).more["model"]["model"] for study in (STUDY, strict)
    ]
    counts = [
        [
            n
            for course in model["courses"]
            for n, end in zip(course["n"], course["low"], strict=True)
            if end is not None
        ]
        for model in kept
    ]
    assert 80 <= min(counts[0]) < 140 < min(counts[1])
