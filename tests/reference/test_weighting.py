"""Propensity, weights and doubly robust estimates against published numbers."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import norm
from statsmodels.treatment.tests.results import results_teffects

from amble.evaluation.diagnostics import e_value
from amble.evaluation.estimators.chunks import ArmChunk
from amble.evaluation.estimators.doubly_robust import Augmented
from amble.evaluation.estimators.hajek import Hajek
from amble.evaluation.estimators.logistic import fit_logistic
from amble.evaluation.estimators.nuisance import LogisticPropensity, Nuisances, Regressions
from amble.evaluation.estimators.two_passes import estimate


class Probit:
    """Stata's propensity in this example; its information is the observed one, as in its stacked equations."""

    def __init__(self, arm: np.ndarray, x: np.ndarray, uses: np.ndarray) -> None:
        fit = sm.Probit(arm, x.T[:, uses]).fit(disp=0, tol=1e-14, method="newton")
        self.coef, self.covariance = np.zeros(len(x)), np.zeros((len(x), len(x)))
        self.coef[uses] = fit.params
        self.covariance[np.ix_(uses, uses)] = np.linalg.inv(-fit.model.hessian(fit.params))

    def at(self, chunk: ArmChunk) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        linear = self.coef @ chunk.x
        e, slope = norm.cdf(linear), norm.pdf(linear)
        return e, slope, slope * (chunk.arm - e) / (e * (1 - e))


def chunks_of(x: np.ndarray, arm: np.ndarray, y: np.ndarray):
    def chunks():
        for value in (1, 0):
            at = np.flatnonzero(arm == value)
            n = len(at)
            yield ArmChunk(
                x=x[:, at],
                responses=np.stack([np.full(n, float(value)), ~np.isnan(y[at])]),
                arm=value,
                cluster=at,
                y=y[None, at],
                eligible=np.ones((1, n), bool),
            )

    return chunks


def effects(
    x: np.ndarray, arm: np.ndarray, y: np.ndarray, select: np.ndarray, model: np.ndarray, propensity=None
) -> dict[str, tuple[float, float]]:
    """Every patient is a cluster; the factor G / (G - 1) is taken out, as the references have none."""
    chunks, p, n = chunks_of(x, arm, y), len(x), len(arm)
    regressions = Regressions(1, p)
    uses = np.stack([select, np.ones(p, bool)])
    names = ("intercept", *(f"x{j}" for j in range(1, p)))
    fits = fit_logistic(
        chunks, names, uses, np.isin(np.arange(p), 0), ("propensity", "seen"), n, [regressions]
    )
    coef, bread, _ = regressions.solve(model)
    nuisances = Nuisances(
        propensity or LogisticPropensity(fits[0].coef, fits[0].covariance),
        fits[1].coef[None],
        fits[1].covariance[None],
        np.zeros(1, int),
        coef,
        bread,
    )
    one = slice(0, 1)
    kinds = {
        "unadjusted": Hajek(one, None, 1, p),
        **{f"ipw {e}": Hajek(one, e, 1, p) for e in ("ATE", "ATT", "ATO")},
        **{f"aipw {e}": Augmented(one, e, 1, p) for e in ("ATE", "ATT", "ATO")},
    }
    found = estimate(chunks, nuisances, list(kinds.values()), n, n)
    factor = np.sqrt((n - 1) / n)
    return {
        kind: (float(f.estimate[0]), float(f.se[0] * factor)) for kind, f in zip(kinds, found, strict=True)
    }


def test_cattaneo_stata_teffects(refdata) -> None:
    """Stata's teffects on birth weight and smoking, probit propensity, linear outcomes.

    statsmodels carries the output; AIPW is -230.98920111258 with standard error 26.210564625.
    """
    stata = {
        "aipw ATE": results_teffects.results_aipw.table[0, :2],
        "ipw ATE": results_teffects.results_ipw.table[0, :2],
        "ipw ATT": results_teffects.results_ipw.table_t[0, :2],
    }
    data = pd.read_csv(refdata("stata_cattaneo/cataneo2.csv"))
    columns = ["mmarried_", "mage", "mage2", "fbaby_", "medu", "prenatal1_"]
    x = np.vstack([np.ones(len(data)), data[columns].to_numpy(float).T])
    arm = data["mbsmoke_"].to_numpy(float)
    select = np.array([True, True, True, True, True, True, False])
    model = np.array([True, True, True, False, True, False, True])
    found = effects(x, arm, data["bweight"].to_numpy(float), select, model, Probit(arm, x, select))
    for kind, (value, se) in stata.items():
        assert found[kind][0] == pytest.approx(value, rel=1e-6), kind
        assert found[kind][1] == pytest.approx(se, rel=1e-6), kind


def nhefs(path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(terms, quit smoking, weight gain) of the 1,566 people of What If, chapters 12 and 13."""
    data = pd.read_stata(path)
    squared = ["age", "smokeintensity", "smokeyrs", "wt71"]
    values = {name: data[name].astype(float).to_numpy() for name in [*squared, "sex", "race"]}
    columns = [np.ones(len(data)), values["sex"], values["race"]]
    columns += [values[name] for name in squared] + [values[name] ** 2 for name in squared]
    for name in ("education", "exercise", "active"):
        levels = data[name].astype(int)
        columns += [(levels == level).to_numpy(float) for level in sorted(levels.unique())[1:]]
    return np.stack(columns), data["qsmk"].to_numpy(float), data["wt82_71"].to_numpy(float)


def test_nhefs_weighting_and_doubly_robust(refdata) -> None:
    """Hernan and Robins, What If: weighting gives 3.4 kg (ch. 12, 2.4 to 4.5), 3.5 by standardisation (13).

    The book's interval takes the weights as known, which is wider; its outcome model has one product term, ours all,
    and the doubly robust estimate must lie between.
    """
    x, arm, y = nhefs(refdata("causaldata/nhefs_complete.dta"))
    every = np.ones(len(x), bool)
    found = effects(x, arm, y, every, every)
    value, se = found["ipw ATE"]
    assert round(value, 1) == 3.4
    assert round(value - 1.96 * se, 1) >= 2.4 and round(value + 1.96 * se, 1) <= 4.5
    assert 3.35 <= found["aipw ATE"][0] < 3.55


def test_propensity_is_that_of_statsmodels(refdata) -> None:
    x, arm, y = nhefs(refdata("causaldata/nhefs_complete.dta"))
    uses = np.ones((1, len(x)), bool)
    names = ("intercept", *(f"x{j}" for j in range(1, len(x))))
    chunks = chunks_of(x, arm, y)
    fit = fit_logistic(chunks, names, np.vstack([uses, uses]), np.arange(len(x)) == 0, ("a", "b"), len(arm))[
        0
    ]
    theirs = sm.Logit(arm, x.T).fit(disp=0, tol=1e-14, method="newton")
    np.testing.assert_allclose(fit.coef, theirs.params, rtol=1e-8)
    np.testing.assert_allclose(np.sqrt(np.diag(fit.covariance)), theirs.bse, rtol=1e-8)
    assert fit.convergence.converged and not fit.dropped


def test_nsw_experiment(refdata) -> None:
    """Dehejia and Wahba (1999): the experiment's own difference is $1,794. The error is that of two separate means."""
    data = pd.read_stata(refdata("causaldata/nsw_mixtape.dta")).astype({"re78": float, "treat": float})
    columns = ["age", "educ", "black", "hisp", "marr", "nodegree"]
    x = np.vstack([np.ones(len(data)), data[columns].to_numpy(float).T])
    arm, y = data["treat"].to_numpy(), data["re78"].to_numpy()
    every = np.ones(len(x), bool)
    found = effects(x, arm, y, every, every)
    assert round(found["unadjusted"][0]) == 1794
    plain = np.sqrt(sum(np.var(y[arm == a]) / (arm == a).sum() for a in (0, 1)))
    assert found["unadjusted"][1] == pytest.approx(plain, rel=1e-9)
    # In an experiment weighting changes little: all estimates lie within one standard error of the benchmark.
    for kind, (value, _) in found.items():
        assert abs(value - 1794) < plain, kind


def test_e_values() -> None:
    """VanderWeele and Ding (2017): 3.9 (1.8 to 8.7) gives 7.26 and 3.0; 0.80 (0.71 to 0.91) gives 1.81 and 1.43.

    The difference: R package EValue, evalues.MD(0.5, 0.2), to ten digits.
    """
    found = e_value.of_ratio(3.9, 1.8, 8.7)
    assert (round(found.estimate, 2), round(found.limit, 1)) == (7.26, 3.0)
    found = e_value.of_ratio(0.80, 0.71, 0.91)
    assert (round(found.estimate, 2), round(found.limit, 2)) == (1.81, 1.43)
    for sign in (1, -1):
        found = e_value.of_difference(sign * 1.0, 0.4, 2.0)
        assert found.estimate == pytest.approx(2.52914198186127, rel=1e-12)
        assert found.limit == pytest.approx(1.44302956344269, rel=1e-12)
    assert e_value.of_difference(0.1, 1.0, 2.0).limit == 1.0
