"""Reach: counted a second time in plain Python, equal to the report's own numbers, and never to be subtracted."""

import json
import re
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import duckdb
import numpy as np
import pytest

from amble.evaluation.report.charts import draw
from amble.evaluation.report.disclosure import HIDDEN, hidden, release_shares
from amble.evaluation.study.model import Disclosure, Study
from amble.outcomes.figures import reach
from amble.outcomes.figures.jointly import quarter_of
from amble.outcomes.figures.reach import groups, leaks, page
from amble.outcomes.figures.reach.counts import PART_OF, Clinician, Reach, count, where_they_went
from amble.outcomes.figures.reach.release import YEARS, shown
from amble.outcomes.figures.reach.steps import published, steps
from amble.outcomes.material import Material, opened
from amble.outcomes.told import stored
from tests import night_material
from tests.differencing import worked_out

RULE = Disclosure()


@pytest.fixture(scope="module")
def material(tmp_path_factory):
    with night_material.material(tmp_path_factory.mktemp("night")) as made:
        yield made


@pytest.fixture(scope="module")
def told(material):
    return list(reach.sections(material))


@pytest.fixture(scope="module")
def episodes(material) -> list[dict]:
    """Every eligible episode with what is known of it, put together without SQL."""

    def rows(name: str) -> list[dict]:
        found = material.con.execute(f"FROM {name}")
        columns = [column[0] for column in found.description]
        return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]

    offers = {row["episode_id"]: row["etmi_offered"] for row in rows("referrals")}
    trained = {row["clinician_id"]: row["trained_date"] for row in rows("clinicians")}
    scored = defaultdict(set)
    for row in rows("scores"):
        if row["measure"] == "function" and row["instrument"] == "rmdq":
            scored[row["episode_id"]].add(row["visit"])
    kept = []
    for row in rows("episodes"):
        if row["age_years"] < 18 or (row["symptom_months"] is not None and row["symptom_months"] < 3):
            continue
        after = trained.get(row["clinician_id"])
        etmi, said = row["arm"] == "etmi", offers.get(row["episode_id"])
        row |= {"etmi": etmi, "said": said, "trained": after is not None and after <= row["start_date"]}
        row |= {"eligible": True, "offered": etmi or said is True, "receiving": etmi}
        row |= {"declined_offer": said is True and not etmi}
        row |= {"completed": etmi and row["discharge_date"] is not None}
        row |= {
            "complete": {"baseline", "discharge"} <= scored[row["episode_id"]],
            "before": not row["trained"],
        }
        row |= {"receiving_before": etmi and not row["trained"]}
        kept.append(row)
    return kept


def table(answer, name: str):
    return next(t for t in answer.tables if t.name == name)


def column(found, name: str) -> list:
    return [row[found.columns.index(name)] for row in found.rows]


def of(told, name: str):
    return next(one.answer for one in told if one.answer.name == name)


# --- the same numbers ------------------------------------------------------------------------------------


def test_the_counts_are_those_of_plain_python(material, episodes):
    cells = {(c["clinic_id"], c["clinician_id"], c["month"]): c for c in count(material).cells}
    slow = defaultdict(lambda: defaultdict(int))
    for row in episodes:
        key = (row["clinic_id"], row["clinician_id"], f"{row['start_date']:%Y-%m}-01")
        for name in ("eligible", *PART_OF):
            slow[key][name] += row[name]
    assert {key: {name: cell[name] for name in ("eligible", *PART_OF)} for key, cell in cells.items()} == slow


def test_where_they_went_counts_everybody_once(material, episodes):
    gives = {row["clinician_id"] for row in episodes if row["etmi"]}
    gives &= {one.clinician for one in count(material).trained}

    trained = {one.clinician for one in count(material).trained}

    def way(row) -> str:
        if row["etmi"]:
            return "receiving"
        if not row["trained"]:
            return "began_before" if row["clinician_id"] in trained else "untrained"
        if row["clinician_id"] not in gives:
            return "never_delivered"
        return {True: "offered_other", False: "not_offered", None: "unsaid_trained"}[row["said"]]

    slow = defaultdict(int)
    for row in episodes:
        slow[way(row)] += 1
    assert where_they_went(count(material)) == slow


def test_the_steps_are_the_reports_implementation(material, told):
    report = release_shares(material.report.implementation, material.study.disclosure)  # as in results.json
    found = of(told, "reach")
    steps_table = table(found, "reach_steps")
    rows = {row[1]: dict(zip(steps_table.columns, row, strict=True)) for row in steps_table.rows}
    for name in ("clinicians_trained", "clinicians_delivering", "patients_receiving", "outcomes_complete"):
        whole = rows[steps()[name].of]["count"]
        assert (rows[name]["count"], whole) == (report[name]["count"], report[name]["of"]), name
        assert rows[name]["percent"] == round(100 * report[name]["share"], 1), name
    reached = report["patients_receiving_when_trained"]
    said = " ".join(stored(told[0], RULE)["answer"]["sentences"])
    assert f"Of the {reached['of']:,} whose" in said and f"{100 * reached['share']:.0f}% received it" in said


def test_the_studys_figures_are_the_published_counts_and_named_as_such(told):
    share = {name: published(step, step.of) for name, step in steps().items() if step.of}
    assert share == {
        "clinicians_trained": 85.2,
        "clinicians_delivering": 64.2,
        "patients_receiving": 17.0,
        "outcomes_complete": 38.7,
        "patients_offered": None,
        "patients_completed": None,
    }
    for one in told[:-1]:
        found = next(t for t in one.answer.tables if t.name.startswith("reach_steps"))
        assert "the ETMI study" in found.columns and "10.1001/jamanetworkopen.2025.52143" in found.note
    aliases = {row[1]: row[-2:] for row in table(of(told, "reach"), "reach_steps").rows}
    assert aliases["clinicians_delivering"] == ("reach", "adoption")
    assert aliases["patients_receiving"] == ("adoption", "reach")


def test_the_biggest_leak_is_the_one_whose_mending_brings_most(material, episodes, told):
    found = leaks.leaks(count(material))
    assert [leak.extra for leak in found] == sorted((leak.extra for leak in found), reverse=True)
    after = [row for row in episodes if row["trained"]]
    rate = sum(row["etmi"] for row in after) / len(after)
    untrained = next(leak for leak in found if leak.name == "untrained")
    trained = {one.clinician for one in count(material).trained}
    theirs = sum(row["clinician_id"] not in trained for row in episodes)
    assert untrained.extra == pytest.approx(rate * theirs)
    said = stored(told[0], RULE)["answer"]["sentences"]
    assert any(
        text.startswith("The biggest leak: ") and f"{round(found[0].extra):,} more" in text for text in said
    )


def test_the_groups_reach_is_that_of_plain_python(episodes, told):
    found = table(of(told, groups.NAME), groups.NAME)
    rows = {row[0]: row for row in found.rows}
    old = [row for row in episodes if row["age_years"] >= 65]
    rest = [row for row in episodes if row["age_years"] < 65]
    n, yes = len(old), sum(row["etmi"] for row in old)
    shown = rows["age: 65 and over"]
    assert shown[1:3] == (n, yes)
    p, z = yes / n, 1.959964
    middle, half = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    wilson = [100 * (middle + side * half) / (1 + z**2 / n) for side in (-1, 1)]
    assert shown[4:6] == pytest.approx(wilson, abs=0.051)
    gap = 100 * (p - sum(row["etmi"] for row in rest) / len(rest))
    assert shown[6] == pytest.approx(gap, abs=0.051)
    assert shown[7] < shown[6] < shown[8]


# --- what is not told ------------------------------------------------------------------------------------


def everything_shown(material, rule: Disclosure) -> tuple[dict, dict, list]:
    """(cell -> shown, cell -> truth, sums) over all slices of all sections: what a lead of every clinic could read."""
    found = count(material)
    names = {
        "all": lambda clinic, _: clinic or "all",
        "month": lambda _, month: ("m", month),
        "quarter": lambda clinic, quarter: (clinic, quarter),
        "clinician_id": lambda clinic, who: (clinic, "who", who),
    }
    everything = shown(found, replace(material, study=Study(disclosure=rule)))
    slices = {
        names[by](clinic, value): cells
        for (clinic, by), rows in everything.items()
        for value, cells in rows.items()
    }
    cells = {(key, name): cell for key, inside in slices.items() for name, cell in inside.items()}
    truth, sums = defaultdict(int), defaultdict(set)
    for cell in found.cells:
        recent = cell["month"] >= f"{material.day.replace(year=material.day.year - YEARS, day=1)}"
        month = cell["month"] if recent else None
        clinic, who, quarter = cell["clinic_id"], cell["clinician_id"], quarter_of(month)
        # whole, how it is cut -> its parts.  ("q", quarter) stands in no table, and ties months to clinics' quarters.
        sums["all", "clinics"].add(clinic)
        sums["all", "months"].add(("m", month))
        sums["all", "quarters"].add(("q", quarter))
        sums["q", quarter, "months"].add(("m", month))
        sums["q", quarter, "clinics"].add((clinic, quarter))
        sums[clinic, "quarters"].add((clinic, quarter))
        sums[clinic, "people"].add((clinic, "who", who))
        for key in ("all", clinic, ("m", month), ("q", quarter), (clinic, quarter), (clinic, "who", who)):
            for name in ("eligible", *PART_OF):
                truth[key, name] += cell[name]
    told_of = {name for _, name in cells}
    equations = [
        ((whole[:-1] if len(whole) == 3 else whole[0], name), [(part, name) for part in parts])
        for whole, parts in sums.items()
        for name in told_of
    ]
    return cells, truth, equations


@contextmanager
def small_service(folder, episodes: int):
    """Without a report, which reach does not need."""
    with opened(*night_material.write(folder, episodes)) as con:
        yield Material(night_material.LAST_DAY, Study(), con, {"c00000": "Clinic 00"})


@pytest.mark.parametrize("episodes", [300, 700])
def test_no_small_count_follows_from_all_the_tables_together(tmp_path, episodes):
    """Months against quarters, clinics against the service, physiotherapists against their clinic, all at once."""
    with small_service(tmp_path, episodes) as made:
        shown, truth, sums = everything_shown(made, RULE)
    parts = [((key, n), (key, PART_OF[n])) for key, n in shown if (key, PART_OF.get(n)) in shown]
    small = [key for key in shown if 1 <= truth[key] <= 7]
    assert len(small) > 100 and all(hidden(shown[key]) for key in small)
    assert worked_out(shown, truth, sums, parts, most=7) == []


def test_a_small_clinic_tells_its_staff_and_no_small_number_of_patients(tmp_path):
    with small_service(tmp_path, 200) as made:
        for one in reach.sections(made):
            for found in stored(one, RULE)["answer"]["tables"]:
                for name in {"eligible", "offered", "receiving", "outcomes_complete", "patients"} & set(
                    found["columns"]
                ):
                    at = found["columns"].index(name)
                    assert not [
                        row for row in found["rows"] if isinstance(row[at], int) and 1 <= row[at] <= 7
                    ], name


def test_a_sentence_of_the_staff_tells_no_more_than_the_steps(material):
    """Three of 128 were not trained."""
    day = date(2025, 1, 1)
    few = Reach((), tuple(Clinician("c", str(k), day, day if k > 2 else None) for k in range(128)), {})
    text = next(page._on_the_way(few, page._staff_released(few, material)))
    assert "not shown" in text and not ("128" in text and "125" in text)


def test_a_clinics_section_is_for_that_clinic_and_names_no_other(material, told):
    mine = [one for one in told if one.clinic]
    assert {one.clinic for one in mine} == set(material.own_clinics)
    for one in mine:
        text = json.dumps(stored(one, RULE))
        assert not [
            name for key, name in material.own_clinics.items() if key != one.clinic and f'"{name}"' in text
        ]
        people = column(table(one.answer, "reach_by_clinician"), "clinician")[2:]
        staff = {s.clinician for s in count(material).staff if s.clinic == one.clinic}
        assert staff <= set(people)
    assert "reach_by_clinician" not in json.dumps(stored(told[0], RULE))


def test_a_sum_that_is_hidden_in_one_slice_is_hidden_in_all(material):
    cells = shown(count(material), replace(material, study=Study(disclosure=Disclosure(suppress_up_to=60))))
    for clinic in material.own_clinics:
        for name, cell in cells[clinic, "all"][None].items():
            told_of = [one.get(name) for one in cells[clinic, "clinician_id"].values() if name in one]
            assert not hidden(cell) or all(map(hidden, told_of))


# --- corners ---------------------------------------------------------------------------------------------

EMPTY = """
CREATE TABLE episodes (episode_id VARCHAR, patient_id VARCHAR, clinic_id VARCHAR, clinician_id VARCHAR, arm VARCHAR,
    start_date DATE, discharge_date DATE, age_years INT, sex VARCHAR, depression BOOLEAN, anxiety BOOLEAN,
    activity_level VARCHAR, symptom_months INT, deprivation_quintile INT, language VARCHAR);
CREATE TABLE scores (episode_id VARCHAR, measure VARCHAR, instrument VARCHAR, visit VARCHAR, date DATE, value DOUBLE);
CREATE TABLE clinicians (clinician_id VARCHAR, clinic_id VARCHAR, invited_date DATE, trained_date DATE);
CREATE TABLE referrals (episode_id VARCHAR, clinic_id VARCHAR, status VARCHAR, etmi_offered BOOLEAN, start_date DATE);
"""


@pytest.mark.parametrize("patients", [0, 1, 30])
def test_a_service_that_has_just_begun_says_so(patients):
    """Nobody, one patient, and thirty of one untrained physiotherapist in a clinic that does not use Amble."""
    with duckdb.connect() as con:
        con.execute(EMPTY)
        con.execute(
            "INSERT INTO episodes SELECT 'e' || range, 'p', 'c', 'k', 'usual_care', DATE '2026-01-05', NULL, 50, NULL, "
            "NULL, NULL, NULL, NULL, NULL, NULL FROM range(?)",
            [patients],
        )
        made = Material(date(2026, 3, 1), Study(), con)
        answers = [stored(one, RULE)["answer"] for one in reach.sections(made)]
    said = " ".join(answers[0]["sentences"])
    assert ("No eligible patient has begun care yet" in said) == (patients == 0)
    assert ("0% of 30 eligible patients received ETMI" in said) == (patients == 30)
    assert ("do not use Amble" in said) == (patients > 0)
    assert not re.search(r"⟦|nan|None", json.dumps([a["sentences"] for a in answers]))


# --- pictures --------------------------------------------------------------------------------------------


def test_the_funnel_shows_what_the_table_shows_and_fits_a_telephone(told):
    answer = of(told, "reach")
    figure = next(f for f in answer.figures if f.kind == "funnel")
    found = table(answer, figure.table)
    svg = draw(figure, found)
    assert "style=" not in svg and float(re.search(r'viewBox="0 0 ([\d.]+)', svg)[1]) <= 360
    assert "4,114" in svg and "85% of those invited" in svg and "The ETMI study" in svg
    at = found.columns.index("count")
    row = column(found, "name").index("patients_receiving")
    hides = {at, found.columns.index("percent"), found.columns.index("percent_of_first")}
    cells = tuple(HIDDEN if k in hides else cell for k, cell in enumerate(found.rows[row]))
    svg = draw(figure, replace(found, rows=(*found.rows[:row], cells, *found.rows[row + 1 :])))
    assert "not shown" in svg and "736" not in svg


def test_a_month_that_is_hidden_leaves_a_gap(told):
    answer = of(told, "reach")
    figure = next(f for f in answer.figures if f.kind == "by_month")
    found = table(answer, figure.table)
    shown = [cell for cell in column(found, "percent") if not hidden(cell)]
    assert 0 < len(shown) < len(found.rows)
    svg = draw(figure, found)
    assert svg.count('fill="#1f5f5b"') == len(shown) and "style=" not in svg
