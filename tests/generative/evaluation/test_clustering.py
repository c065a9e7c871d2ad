"""Question 3 from sums gives what its estimators give on the rows, and says what cannot be known."""

from dataclasses import replace

import numpy as np
import pytest

from amble.evaluation.analyses import clustering
from amble.evaluation.estimators import cluster_robust, random_intercepts
from amble.evaluation.study.model import CohortRules, Study
from amble.evaluation.sums.memory import memory_data
from amble.evaluation.sums.moments import ClusterGrams
from tests.invented_cohort import columns

DEFAULT = Study()


def answered(cohort, study=DEFAULT):
    data = memory_data(cohort, study)
    data.moments.prepare(clustering.requests(data.outline))
    return data, clustering.answer(replace(data, rows=None))


def grams_of_rows(data, outcome, visit):
    """Per patient, as the model is written down: those with a baseline and the visit."""
    rows = data.rows.columns
    use = ~np.isnan(rows[f"{outcome}_baseline"]) & ~np.isnan(rows[f"{outcome}_{visit}"])
    block = {name: values[use] for name, values in rows.items()}
    ends = np.column_stack([block[f"{outcome}_baseline"], block[f"{outcome}_{visit}"]])
    w = np.hstack([np.ones((len(ends), 1)), block["arm"][:, None], data.outline.design.matrix(block), ends])
    codes = np.unique(block["clinician"])
    gram = np.stack([w[block["clinician"] == code].T @ w[block["clinician"] == code] for code in codes])
    terms = ("intercept", "arm", *data.outline.design.terms, "baseline")
    return ClusterGrams((*terms, "y"), gram, data.outline.clinic_of[codes.astype(int)]), terms


@pytest.mark.parametrize("required", [True, False])
def test_sums_give_the_estimates_of_the_rows(required):
    study = replace(Study(), cohort=replace(CohortRules(), baseline_required=required))
    data, found = answered(columns(seed=4, n=500, clinicians=40, clinics=11), study)
    assert all(fit.converged for fit in found.fits)
    assert len([e for e in found.estimates if e.outcome == "pain"]) == 2 * 4 + 3
    for estimate in found.estimates:
        grams, terms = grams_of_rows(data, estimate.outcome, estimate.visit)
        assert estimate.n_etmi + estimate.n_usual_care == round(grams.gram[:, 0, 0].sum())
        if estimate.method.startswith("lmm"):
            nested = estimate.method == "lmm_nested"
            fit = random_intercepts.fit(random_intercepts.cluster_sums(grams, terms, "y", nested=nested))
            arm = np.array([term == "arm" for term in fit.terms], float)
            expected = random_intercepts.contrast(fit, arm)
        elif estimate.method.startswith("ols"):
            clusters = cluster_robust.by_parent(grams) if estimate.method.endswith("clinic") else grams
            expected = cluster_robust.coefficient(cluster_robust.fit(clusters, terms, "y"), "arm")
        else:
            continue
        for name in ("estimate", "se", "df"):
            assert getattr(estimate, name) == pytest.approx(getattr(expected, name), rel=1e-6)


def test_one_clinic_and_one_clinician_are_said_and_do_not_fail():
    _, found = answered(columns(n=80, clinicians=1, clinics=1))
    assert "one clinic only" in found.warnings[0]
    assert all(e.estimate is None for e in found.estimates if e.method.startswith(("ols", "wild")))
    assert all(e.warnings for e in found.estimates)


def test_an_empty_arm_and_an_unmeasured_outcome():
    cohort = columns(n=200)
    cohort["arm"][:] = 0
    _, found = answered(cohort)
    assert found.estimates and all(e.estimate is None and e.warnings for e in found.estimates)
    for name in cohort:
        if name.split("_")[-1] in ("discharge", "3m", "6m", "12m"):
            cohort[name][:] = np.nan
    _, found = answered(cohort)
    assert not found.estimates and not found.tables[0].rows


def test_one_clinic_that_decides_everything_is_named():
    cohort = columns(seed=2, n=400, clinicians=20, clinics=5, baseline_missing=0)
    cohort["arm"] = np.where(cohort["clinic"] == 0, cohort["arm"], 0)
    _, found = answered(cohort)
    assert any("one clinic holds" in warning for warning in found.warnings)
    assert any("only 5 clinics" in warning for warning in found.warnings)
