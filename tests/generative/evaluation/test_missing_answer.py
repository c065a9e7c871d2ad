"""The answer on those who never answered: it says what it can, and what it cannot."""

from dataclasses import replace

import numpy as np
import pytest

from amble.evaluation.analyses import missing
from amble.evaluation.analyses.observed import complete_cases
from amble.evaluation.study.model import Study
from amble.evaluation.sums.memory import memory_data
from tests.invented_cohort import VISITS, columns

METHODS = ["mi_mar", "mi_j2r", "mi_cr", "mi_cir"]


def answer(n=400, **changes):
    return missing.answer(memory_data(columns(n=n, clinicians=12) | changes, Study()))


def blank(cohort, where, outcomes=("function", "pain", "fear_avoidance"), visits=VISITS):
    """The follow-up scores of some episodes, and their pattern, as if they had never answered."""
    bits = sum(1 << VISITS.index(visit) for visit in visits)
    found = {}
    for outcome in outcomes:
        for visit in visits:
            found[f"{outcome}_{visit}"] = np.where(where, np.nan, cohort[f"{outcome}_{visit}"])
        pattern = cohort[f"{outcome}_pattern"].astype(int)
        found[f"{outcome}_pattern"] = np.where(where, pattern & ~bits, pattern).astype(float)
    return found


def test_every_method_at_every_visit_counts_everyone():
    cohort = columns(n=400, clinicians=12)
    known = cohort["function_baseline_known"] == 1
    found = answer()
    estimates = [e for e in found.estimates if e.outcome == "function"]
    assert [e.method for e in estimates] == (METHODS + ["tipping_point"]) * 4
    for e in estimates:
        treated = known & (cohort["arm"] == 1)
        assert e.n_etmi == treated.sum()
        if e.contrast == "difference":
            assert e.ci_low < e.estimate < e.ci_high
            assert "observational" in e.meaning
    assert not found.warnings


def test_those_who_answered_are_one_line_beside_the_others():
    """The weighted comparisons' estimate; where only sums came, this question's own, under the same name."""
    data = memory_data(columns(n=400, clinicians=12), Study())
    beside = {table.name: table for table in missing.answer(data).tables}["missing_function"].rows[0]
    shared = complete_cases(data)["function", "12m"]
    assert beside[1:5] == pytest.approx((shared.estimate, shared.ci_low, shared.ci_high, shared.se), abs=1e-3)
    alone = missing.answer(replace(data, rows=None, memo={})).estimates
    own = [e for e in alone if e.method == shared.method]
    assert len(own) == 12
    assert own[3].n_etmi == (~np.isnan(columns(n=400, clinicians=12)["function_12m"]))[_treated()].sum()


def _treated():
    cohort = columns(n=400, clinicians=12)
    return (cohort["function_baseline_known"] == 1) & (cohort["arm"] == 1)


def test_the_tipping_point_is_where_the_curve_meets_zero():
    found = answer(n=1500)
    tables = {table.name: table for table in found.tables}
    tip = next(row for row in tables["tipping_point"].rows if row[:2] == ("fear-avoidance", "12m"))[2]
    shift, _, _, high = np.array(tables["tipping_point_fear_avoidance"].rows).T
    assert np.interp(tip, shift, high) == pytest.approx(0, abs=0.05)
    assert any(f"{tip:.1f} points worse" in text for text in found.sentences)


def test_those_who_never_answered_widen_the_interval_and_are_kept():
    """Blanking half of the episodes must leave them in the counts of imputation."""
    cohort = columns(n=400, clinicians=12)
    found = answer(**blank(cohort, np.arange(400) % 2 == 0))
    whole = answer()
    pick = [next(e for e in a.estimates if (e.method, e.visit) == ("mi_mar", "12m")) for a in (found, whole)]
    assert pick[0].n_etmi == pick[1].n_etmi
    assert pick[0].se > pick[1].se


def test_an_arm_without_answers_at_a_visit_is_said():
    cohort = columns(n=400, clinicians=12)
    found = answer(**blank(cohort, cohort["arm"] == 1, visits=("12m",)))
    assert "Function: No one in ETMI answered at 12m, so nothing can be filled in there." in found.warnings
    last = [e for e in found.estimates if e.visit == "12m"]
    assert all(e.estimate is None and e.ci_low is None for e in last)
    assert "Function at 6 months is missing" in found.sentences[0]


def test_one_arm_alone_gives_no_number():
    found = answer(arm=np.ones(400))
    assert all(e.estimate is None for e in found.estimates)
    assert found.warnings


def test_nobody_answered():
    cohort = columns(n=400, clinicians=12)
    found = answer(**blank(cohort, np.ones(400, bool)))
    assert (found.estimates, found.tables, found.sentences) == ((), (), ())
    assert len(found.warnings) == 1
