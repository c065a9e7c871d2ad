"""The mixed model for repeated measures against what SAS and R mmrm print.

FEV: openpharma/mmrm, design/SAS (kept in refdata/mmrm): PROC MIXED, type=un. SAS stops at a relative criterion of
1e-8, so its own digits end at about the fifth; "tight" is R mmrm 0.3.18 with BFGS at reltol 1e-16
(../shared/facts/evaluation.md, section 5). BCVA: R mmrm summary printed in openpharma/brms.mmrm, vignettes/bcva.Rmd.
HAMD: CAMIS (psiaims.github.io/CAMIS), pages on reference-based imputation, the mixed model at visit 7.
"""

import csv

import numpy as np
import pytest

from amble.evaluation.estimators.degrees_of_freedom import arm_contrasts, contrast
from amble.evaluation.estimators.mean_model import mean_model
from amble.evaluation.estimators.mmrm import fit_mmrm
from amble.evaluation.estimators.mmrm_clusters import sandwich
from tests.dense_mixed_model import cluster_pattern_grams, pattern_sums

FEV = ("intercept", "arm", "black", "white", "female")
FEV_VISITS = ("VIS1", "VIS2", "VIS3", "VIS4")


def read(file, person, visit, value, visits, covariates):
    """(z, y) with one row per person: z from the person's first line, y by visit."""
    episodes = {}
    with file.open() as lines:
        for row in csv.DictReader(lines):
            y = episodes.setdefault(row[person], (covariates(row), np.full(len(visits), np.nan)))[1]
            if row[value] != "NA":
                y[visits.index(row[visit])] = float(row[value])
    return [np.array(part, float) for part in zip(*episodes.values(), strict=True)]


def fitted(columns, visits, by_visit, z, y):
    return fit_mmrm(pattern_sums(columns, visits, z, y), mean_model(columns, visits, by_visit))


def row_of(fit, weights):
    return np.array([weights.get(c, 0.0) for c in fit.model.coefficients])


@pytest.fixture(scope="module")
def fev(refdata):
    def covariates(row):
        race = row["RACE"]
        return [1, row["ARMCD"] == "TRT", race.startswith("Black"), race == "White", row["SEX"] == "Female"]

    return read(refdata("mmrm/fev_data.csv"), "USUBJID", "AVISIT", "FEV1", FEV_VISITS, covariates)


@pytest.fixture(scope="module")
def fev_full(fev):
    return fitted(FEV, FEV_VISITS, ("intercept", "arm"), *fev)


@pytest.fixture(scope="module")
def fev_arm(fev):
    z, y = fev
    return fitted(FEV[:2], FEV_VISITS, (), z[:, :2], y)


def test_fev_likelihood_and_covariance(fev_full):
    # sas_log_reml.txt: "-2 Res Log Like" at the last iteration, and Covariance Parameter Estimates
    assert fev_full.minus_2_reml == pytest.approx(3386.44987722, rel=1e-8)
    assert fev_full.minus_2_reml <= 3386.44987722
    sas = {(1, 1): 26.5692, (1, 2): 2.7851, (2, 2): 14.8970, (1, 3): 7.4790, (2, 3): 0.9017, (3, 3): 95.5528}
    sas |= {(0, 1): 14.3982, (0, 2): 4.9744, (0, 3): 13.3731, (0, 0): 40.5509}
    for place, value in sas.items():
        assert fev_full.sigma[place] == pytest.approx(value, abs=6e-3)  # SAS stops early
    assert fev_full.certificate.converged and fev_full.certificate.newton_decrement < 1e-12
    assert fev_full.warnings == () and fev_full.dropped == ()


def test_fev_contrasts_by_visit(fev_full):
    # sas_log_reml.txt: Differences of Least Squares Means, TRT - PBO; estimate, error, DF (Satterthwaite)
    sas = [(3.7745, 1.0741, 146), (3.7322, 0.8588, 145), (3.0806, 0.6896, 131), (4.3985, 1.6805, 133)]
    for answer, (estimate, error, df) in zip(arm_contrasts(fev_full), sas, strict=False):
        c = answer.contrast
        assert c.estimate == pytest.approx(estimate, abs=2e-4)
        assert c.se == pytest.approx(error, abs=1.1e-4)
        assert round(c.df) == df
    visit = row_of(fev_full, {("arm", "VIS4"): 1.0})
    limits = contrast(fev_full, visit)
    assert (limits.ci_low, limits.ci_high) == pytest.approx((1.0746, 7.7225), abs=1e-4)
    assert limits.p == pytest.approx(0.0099, abs=5e-5)


def test_fev_tests_of_several_coefficients(fev_full):
    # sas_log_reml.txt: Type 3 Tests of Fixed Effects; F, denominator DF, p
    race = [row_of(fev_full, {(name, None): 1.0}) for name in ("black", "white")]
    later = [row_of(fev_full, {("arm", v): 1.0, ("arm", "VIS1"): -1.0}) for v in FEV_VISITS[1:]]
    for rows, F, df, p in ((race, 36.92, 166, None), (later, 0.26, 148, 0.8555)):
        c = contrast(fev_full, np.array(rows))
        assert c.statistic == pytest.approx(F, abs=0.01) and round(c.df) == df
        assert p is None or c.p == pytest.approx(p, abs=1e-4)


def test_fev_kenward_roger(fev_arm):
    # kr_us.csv (SAS), then R mmrm "Kenward-Roger-Linear", tight
    sas_estimate, sas_error, sas_df = 3.81972492174648, 0.66124382270307, 160.733266403768
    c = contrast(fev_arm, [0, 1], "kenward_roger")
    assert fev_arm.minus_2_reml <= 3667.96276376
    assert c.estimate == pytest.approx(sas_estimate, rel=1e-5)
    assert c.se == pytest.approx(sas_error, rel=1e-4)
    assert c.df == pytest.approx(sas_df, rel=5e-4)
    assert c.estimate == pytest.approx(3.8197496, abs=1.5e-7)
    assert (c.se, c.df) == (pytest.approx(0.6613005, abs=5e-8), pytest.approx(160.69062, abs=5e-6))
    # With expected information, as pbkrtest does (facts/evaluation.md, section 5).
    expected = contrast(fev_arm, [0, 1], "kenward_roger", "expected")
    assert (expected.se, expected.df) == (pytest.approx(0.6536, abs=5e-5), pytest.approx(170.9, abs=0.05))


def test_fev_sandwich_with_each_person_a_cluster(fev, fev_arm):
    # empirical_us_covb.csv (SAS EMPIRICAL); second line R mmrm "Empirical", tight
    z, y = fev
    grams = cluster_pattern_grams(FEV[:2], FEV_VISITS, z[:, :2], y, np.arange(len(z)))
    variances = np.diag(sandwich(fev_arm, grams, "cr0").vcov)
    assert variances == pytest.approx([0.16725909903518, 0.40908637028234], rel=2e-5)
    assert variances == pytest.approx([0.16725988, 0.40909335], abs=5e-9)


def test_bcva_ten_visits(refdata):
    # BCVA_CHG ~ BCVA_BL + ARMCD:AVISIT + AVISIT + RACE, 55 covariance parameters, Satterthwaite
    published = [(0.5391, 0.06281, 985.9), (0.7248, 0.07984, 980.3), (1.012, 0.09163, 963.8)]
    published += [(1.104, 0.1004, 965.3), (1.383, 0.1147, 950.5), (1.630, 0.1189, 915.7)]
    published += [
        (2.016, 0.1382, 826.2),
        (2.347, 0.1474, 804.1),
        (2.658, 0.1644, 727.7),
        (3.072, 0.1815, 662.1),
    ]
    variances = [0.9712, 1.5618, 2.0221, 2.4114, 3.0915, 3.1852, 3.9273, 4.3272, 4.8635, 5.3520]
    visits = tuple(f"VIS{t:02}" for t in range(1, 11))

    def covariates(row):
        race = row["RACE"]
        return [1, row["ARMCD"] == "TRT", float(row["BCVA_BL"]), race == "Black", race == "White"]

    z, y = read(refdata("mmrm/bcva_data.csv"), "USUBJID", "AVISIT", "BCVA_CHG", visits, covariates)
    fit = fitted(("intercept", "arm", "baseline", "black", "white"), visits, ("intercept", "arm"), z, y)
    for answer, (estimate, error, df) in zip(arm_contrasts(fit), published, strict=False):
        c = answer.contrast
        assert (c.estimate, c.se) == (pytest.approx(estimate, rel=5e-4), pytest.approx(error, rel=5e-4))
        assert c.df == pytest.approx(df, abs=0.06)
    assert np.diag(fit.sigma) == pytest.approx(variances, abs=1.5e-4)
    assert fit.loglik == pytest.approx(-16035.5, abs=0.06)
    common = [contrast(fit, row_of(fit, {(name, None): 1.0})) for name in ("black", "white")]
    assert [c.estimate for c in common] == pytest.approx([1.038, 2.005], abs=5e-4)
    assert [c.df for c in common] == pytest.approx([1011, 976.9], abs=0.5)


def test_hamd_contrast_at_the_last_visit(refdata):
    # change ~ visit + visit:drug + visit:baseline + sex: -2.829 (1.117)
    visits = ("4", "5", "6", "7")

    def covariates(row):
        return [1, row["THERAPY"] == "DRUG", float(row["BASVAL"]), row["GENDER"] == "M"]

    z, y = read(refdata("rbmi/antidepressant_data.csv"), "PATIENT", "VISIT", "CHANGE", visits, covariates)
    columns = ("intercept", "arm", "baseline", "male")
    last = arm_contrasts(fitted(columns, visits, ("intercept", "arm", "baseline"), z, y))[3].contrast
    assert (last.estimate, last.se) == (pytest.approx(-2.829, abs=5e-4), pytest.approx(1.117, abs=5e-4))
