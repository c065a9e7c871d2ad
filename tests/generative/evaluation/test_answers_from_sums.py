"""Answers made from sums (who, for whom, how, at what cost, no different) against the rows, and in the corners."""

import math
from dataclasses import replace

import numpy as np
import pytest

from amble.evaluation.analyses import cost, for_whom, how, pain_no_different, who
from amble.evaluation.estimators.subgroups import fit_subgroups
from amble.evaluation.study.model import Study
from amble.evaluation.sums.memory import memory_data
from tests import invented_cohort
from tests.dense_mixed_model import pattern_sums

ANSWERS = (who, for_whom, how, cost, pain_no_different)
STUDY = Study(repetitions=60)


def answered(module, columns, study=STUDY):
    """The answer from nothing but the sums that were asked for."""
    data = memory_data(columns, study)
    asked = module.requests(data.outline)
    data.moments.prepare(asked)
    return module.answer(replace(data, moments=dict(data.moments), rows=None))


def rows_of(answer, name):
    table = next(table for table in answer.tables if table.name == name)
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


@pytest.fixture(scope="module")
def columns():
    return invented_cohort.columns(seed=3, n=900)


def test_table_one_is_what_the_rows_say(columns):
    answer = answered(who, columns)
    rows = {(row["characteristic"], row["level"]): row for row in rows_of(answer, "table_one")}
    etmi = columns["arm"] == 1
    months = columns["symptom_months"][etmi & ~np.isnan(columns["symptom_months"])]
    row = rows["symptoms (months)", "recorded"]
    assert row["etmi"] == len(months)
    assert row["etmi_mean_or_percent"] == pytest.approx(months.mean(), abs=0.005)
    assert row["etmi_sd"] == pytest.approx(months.std(ddof=1), abs=0.005)
    assert rows["sex", "male"]["usual_care"] == ((columns["sex"] == 1) & ~etmi).sum()
    scores = [columns["function_baseline"][etmi == arm] / 10 for arm in (True, False)]
    gap = np.nanmean(scores[0]) - np.nanmean(scores[1])
    pooled = np.sqrt((np.nanvar(scores[0], ddof=1) + np.nanvar(scores[1], ddof=1)) / 2)
    assert rows["function at start", ""]["standardised_difference"] == pytest.approx(gap / pooled, abs=0.0006)


def test_the_levels_of_each_characteristic_add_up(columns):
    for table in answered(who, columns).tables:
        at = [table.columns.index(name) for name in table.counts]
        for total, parts in table.total_rows.items():
            for column in at:
                assert table.rows[total][column] == sum(table.rows[part][column] for part in parts)


def test_completeness_is_what_the_rows_say(columns):
    known = ~np.isnan(columns["pain_baseline"])
    for visit in invented_cohort.VISITS:
        known = known & ~np.isnan(columns[f"pain_{visit}"])
    rows = {(row["visit"], row["arm"]): row for row in rows_of(answered(who, columns), "completeness_pain")}
    for arm, code in (("ETMI", 1), ("usual care", 0)):
        assert rows["start and every visit", arm]["complete"] == (known & (columns["arm"] == code)).sum()


def test_activity_is_what_the_rows_say(columns):
    answer = answered(how, columns)
    rows = {(row["visit"], row["arm"]): row for row in rows_of(answer, "activity_change")}
    now, start = columns["activity_6m"], columns["activity_level"]
    known = ~np.isnan(now) & (start < 3)
    etmi = known & (columns["arm"] == 1)
    row = rows["6m", "ETMI"]
    assert (row["recorded"], row["three_or_more"]) == (etmi.sum(), (now[etmi] == 2).sum())
    assert row["moved_up"] == (now > start)[etmi].sum()
    found = [e for e in answer.estimates if e.outcome == "activity_level" and e.visit == "6m"]
    usual = known & (columns["arm"] == 0)
    for estimate, yes in zip(found, (now == 2, now > start), strict=True):
        gaps = [
            yes[etmi & (start == level)].mean() - yes[usual & (start == level)].mean() for level in range(3)
        ]
        began = [(known & (start == level)).sum() for level in range(3)]
        assert estimate.estimate == pytest.approx(np.average(gaps, weights=began), rel=1e-9)


def test_the_cost_difference_is_that_of_a_regression_on_rows(columns):
    answer = answered(cost, columns)
    data = memory_data(columns, STUDY)
    block = next(iter(data.rows.blocks(list(columns))))
    x = np.column_stack([np.ones(len(columns["arm"])), block["arm"], data.outline.design.matrix(block)])
    assert answer.estimates[0].estimate == pytest.approx(np.linalg.lstsq(x, block["cost"])[0][1], rel=1e-8)
    scored = ~np.isnan(block["function_baseline"] + block["function_12m"])
    x = np.column_stack([x, block["function_baseline"]])[scored]
    assert answer.estimates[1].estimate == pytest.approx(
        np.linalg.lstsq(x, block["function_12m"][scored])[0][1], rel=1e-8
    )


def test_groups_are_those_of_a_mixed_model_on_rows(columns):
    answer = answered(for_whom, columns)
    data = memory_data(columns, STUDY)
    block = next(iter(data.rows.blocks(list(columns))))
    use = (block["age_group"] < 3) & ~np.isnan(block["pain_baseline"])
    groups = [block["age_group"] == code for code in (1, 2)]
    z = np.column_stack(
        [
            *(np.ones(len(use)), block["arm"], data.outline.design.matrix(block), *groups),
            *(block["pain_baseline"], *(block["arm"] * group for group in groups)),
        ]
    )[use]
    y = np.column_stack([block[f"pain_{visit}"] for visit in invented_cohort.VISITS])[use]
    names = ("intercept", "arm", *data.outline.design.terms, "g1", "g2", "baseline", "a1", "a2")
    dense = fit_subgroups(
        pattern_sums(names, invented_cohort.VISITS, z, y),
        ("intercept", "arm", "baseline"),
        ("a1", "a2"),
        0.95,
    )
    found = [
        e for e in answer.estimates if e.outcome == "pain" and (e.subgroup or "").startswith("age_group")
    ]
    for effect, estimate in zip(dense.levels, found, strict=False):
        assert estimate.estimate == pytest.approx(effect.estimate, rel=1e-6)
        assert estimate.se == pytest.approx(effect.se, rel=1e-6)
    assert found[-1].p == pytest.approx(dense.p, rel=1e-5)


def one_arm(columns):
    columns["arm"][:] = 1


def one_with_etmi(columns):
    columns["arm"][:] = 0
    columns["arm"][0] = 1


def one_clinician(columns):
    columns["clinician"][:] = columns["clinic"][:] = 0


def nothing_recorded(columns):
    for name in columns:
        if (
            name.startswith(("function_", "pain_", "fear_avoidance_", "activity_"))
            and name != "activity_level"
        ):
            columns[name][:] = 0 if name.endswith(("_pattern", "_known")) else np.nan


def arm_is_sex(columns):
    columns["sex"][:] = columns["arm"]


def always_the_same_score(columns):
    for name in columns:
        if name.startswith(("function_", "pain_")) and not name.endswith(("_pattern", "_known")):
            columns[name][~np.isnan(columns[name])] = 50


def free_of_charge(columns):
    columns["cost"][:] = 0


CORNERS = (
    *(one_arm, one_with_etmi, one_clinician, nothing_recorded, arm_is_sex),
    *(always_the_same_score, free_of_charge, lambda columns: None),
)


@pytest.mark.parametrize("n", [14, 240])
@pytest.mark.parametrize("corner", CORNERS)
@pytest.mark.parametrize("module", ANSWERS)
def test_in_the_corners_nothing_breaks_and_no_number_is_quiet(module, corner, n):
    changed = invented_cohort.columns(seed=5, n=n, clinicians=n // 4, clinics=3)
    corner(changed)
    answer = answered(module, changed, Study(repetitions=20, equivalence={"pain": 1.0, "function": 2.0}))
    assert answer.sentences
    for estimate in answer.estimates:
        numbers = (estimate.estimate, estimate.se, estimate.ci_low, estimate.ci_high, estimate.df, estimate.p)
        assert all(value is None or math.isfinite(value) for value in numbers), estimate
        told = estimate.contrast == "interaction" and estimate.p is not None
        assert None not in (estimate.ci_low, estimate.ci_high) or told or estimate.warnings, estimate
        assert estimate.meaning
    for table in answer.tables:
        assert all(not isinstance(cell, float) or math.isfinite(cell) for row in table.rows for cell in row)
    names = {table.name: table.columns for table in answer.tables}
    assert all(set(figure.encoding.values()) <= set(names[figure.table]) for figure in answer.figures)
    said = " ".join((*answer.sentences, *answer.warnings, *(e.meaning for e in answer.estimates)))
    assert "significan" not in said
    assert " nan" not in said
