"""The antidepressant trial (HAMD17, rbmi::antidepressant_data), drug minus placebo at visit 7.

Published: CAMIS, "Reference-Based Multiple Imputation (joint modelling): Continuous Data" for SAS (five macros) and R
(rbmi), tables with M = 5000; CAMIS, "SAS Tipping Point (Delta Adjustment): Continuous Data", table with M = 5000.
psiaims.github.io/CAMIS, repository PSIAIMS/CAMIS, files SAS/rbmi_continuous_joint_SAS.qmd,
R/rbmi_continuous_joint.qmd, SAS/tipping_point.qmd. Their numbers come from 5000 random imputations, ours from
infinitely many, so they agree to their random error only: 0.01.
"""

import csv

import numpy as np
import pytest

from amble.evaluation.estimators.mean_model import mean_model
from amble.evaluation.estimators.mmrm import fit_mmrm
from amble.evaluation.estimators.multiple_imputation import imputation_model, impute, pool
from amble.evaluation.estimators.tipping_point import tipping_point
from tests.dense_imputation import arm_sums

COLUMNS = ("intercept", "arm", "male", "baseline")
LAST = 3
# rule: estimate, standard error, 95% interval, p
SAS = {
    "mar": (-2.825, 1.123, -5.045, -0.605, 0.0130),
    "cr": (-2.400, 1.115, -4.604, -0.196, 0.0330),
    "j2r": (-2.144, 1.136, -4.389, 0.101, 0.0611),
    "cir": (-2.481, 1.115, -4.684, -0.278, 0.0276),
}
RBMI = {
    "mar": (-2.830, 1.123, -5.040, -0.610, 0.0128),
    "cr": (-2.394, 1.112, -4.592, -0.197, 0.0329),
    "j2r": (-2.148, 1.135, -4.390, 0.095, 0.0603),
    "cir": (-2.479, 1.112, -4.676, -0.282, 0.0273),
}
# rule, shift of the imputed drug scores: estimate, 95% interval, p
SAS_SHIFTED = {
    ("mar", 3): (-2.096, -4.353, 0.161, 0.0684),
    ("j2r", -1): (-2.387, -4.617, -0.157, 0.0361),
    ("cr", 1): (-2.157, -4.377, 0.062, 0.0566),
    ("cir", 2): (-1.995, -4.229, 0.240, 0.0798),
}


@pytest.fixture(scope="module")
def trial(refdata):
    """The imputation model: change ~ visit + visit:drug + visit:baseline + sex, unstructured covariance."""
    episodes = {}
    with refdata("rbmi/antidepressant_data.csv").open() as file:
        for row in csv.DictReader(file):
            z = [1.0, row["THERAPY"] == "DRUG", row["GENDER"] == "M", float(row["BASVAL"])]
            scores = episodes.setdefault(row["PATIENT"], (z, np.full(4, np.nan)))[1]
            scores[int(row["VISIT"]) - 4] = float(row["CHANGE"])
    z, y = (np.array(part, float) for part in zip(*episodes.values(), strict=True))
    visits = ("4", "5", "6", "7")
    sums = arm_sums(COLUMNS, visits, z, y)
    fit = fit_mmrm(sums, mean_model(COLUMNS, visits, ("intercept", "arm", "baseline")))
    return imputation_model(sums, fit)


@pytest.mark.parametrize("rule", SAS)
@pytest.mark.parametrize("published", [SAS, RBMI], ids=["sas_five_macros", "rbmi"])
def test_rules(trial, rule, published):
    ours = pool(impute(trial, LAST, rule))
    estimate, se, low, high, p = published[rule]
    assert ours.estimate == pytest.approx(estimate, abs=0.01)
    assert ours.total**0.5 == pytest.approx(se, abs=0.005)
    assert ours.interval(0.95) == pytest.approx((low, high), abs=0.015)
    assert ours.p == pytest.approx(p, abs=0.001)
    assert ours.missing == (23, 20)  # CAMIS: 88 and 84 patients, 65 and 64 seen at visit 7


@pytest.mark.parametrize(("rule", "shift"), SAS_SHIFTED)
def test_shifts(trial, rule, shift):
    ours = pool(impute(trial, LAST, rule), (0, shift))
    estimate, low, high, p = SAS_SHIFTED[rule, shift]
    assert ours.estimate == pytest.approx(estimate, abs=0.01)
    assert ours.interval(0.95) == pytest.approx((low, high), abs=0.015)
    assert ours.p == pytest.approx(p, abs=0.0015)


@pytest.mark.parametrize(("rule", "before", "after"), [("mar", 2, 3), ("cr", 0, 1), ("cir", 1, 2)])
def test_tipping_point_lies_between_the_published_whole_shifts(trial, rule, before, after):
    """The table's shift is the first whole number at which p is 0.05 or more."""
    assert before < tipping_point(impute(trial, LAST, rule)).shift < after


def test_jump_to_reference_reaches_zero_without_a_shift(trial):
    assert tipping_point(impute(trial, LAST, "j2r")).already
