"""Mediation from sums by cluster: exact algebra, statsmodels, and a bootstrap that draws rows."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.stats.mediation import Mediation as StatsmodelsMediation

from amble.evaluation.estimators.mediation import bootstrap_mediation, mediate
from amble.evaluation.sums.moments import ClusterGrams

COLUMNS = ("intercept", "arm", "age", "fear", "activity", "function")
TERMS = ("intercept", "age")


def _rows(n=400, clusters=12, seed=2):
    rng = np.random.default_rng(seed)
    arm, age, group = rng.integers(0, 2, n), rng.normal(size=n), rng.integers(0, clusters, n)
    fear = -1.5 * arm + 0.3 * age + rng.normal(size=n)
    activity = 0.8 * arm - 0.2 * age + rng.normal(size=n)
    function = 0.5 * arm - 1.1 * fear + 0.7 * activity + 0.4 * age + rng.normal(size=n)
    return np.column_stack([np.ones(n), arm, age, fear, activity, function]), group


def _grams(rows, group):
    gram = np.stack([rows[group == g].T @ rows[group == g] for g in range(group.max() + 1)])
    return ClusterGrams(COLUMNS, gram, np.zeros(len(gram), int))


def _dense(rows, mediators):
    """(total, direct, indirect) by regressions on rows."""
    at = {name: rows[:, COLUMNS.index(name)] for name in COLUMNS}
    plain = np.column_stack([at["intercept"], at["age"], at["arm"]])
    full = np.column_stack([plain, *(at[name] for name in mediators)])
    last = sm.OLS(at["function"], full).fit().params
    a = [sm.OLS(at[name], plain).fit().params[2] for name in mediators]
    return sm.OLS(at["function"], plain).fit().params[2], last[2], np.array(a) * last[3:]


@pytest.mark.parametrize("mediators", [("fear",), ("fear", "activity")])
def test_paths_are_products_of_regressions_and_add_up_to_the_total(mediators):
    rows, _ = _rows()
    found = mediate(rows.T @ rows, COLUMNS, "arm", mediators, "function", TERMS)
    total, direct, indirect = _dense(rows, mediators)
    assert found.total == pytest.approx(total, rel=1e-9)
    assert found.direct == pytest.approx(direct, rel=1e-9)
    assert found.indirect == pytest.approx(indirect, rel=1e-9)
    assert found.total == pytest.approx(found.direct + found.indirect.sum(), rel=1e-9)


def test_statsmodels_mediation_with_one_mediator():
    """statsmodels simulates (Imai, Keele, Tingley 2010); it agrees to its simulation error."""
    rows, _ = _rows()
    frame = pd.DataFrame(rows, columns=COLUMNS)
    outcome = sm.OLS.from_formula("function ~ arm + age + fear", frame)
    mediator = sm.OLS.from_formula("fear ~ arm + age", frame)
    np.random.seed(1)
    summary = StatsmodelsMediation(outcome, mediator, "arm", "fear").fit(n_rep=40).summary()
    found = mediate(rows.T @ rows, COLUMNS, "arm", ("fear",), "function", TERMS)
    assert found.indirect[0] == pytest.approx(summary.loc["ACME (average)", "Estimate"], abs=0.08)
    assert found.direct == pytest.approx(summary.loc["ADE (average)", "Estimate"], abs=0.08)
    assert found.total == pytest.approx(summary.loc["Total effect", "Estimate"], abs=0.08)


def test_the_bootstrap_draws_whole_clusters():
    rows, group = _rows()
    seed, clusters = (7, 11), group.max() + 1
    drawn = bootstrap_mediation(_grams(rows, group), "arm", ("fear", "activity"), "function", TERMS, 5, seed)
    rng = np.random.default_rng(seed)
    for repetition in range(5):
        again = np.concatenate([rows[group == g] for g in rng.integers(0, clusters, clusters)])
        total, direct, indirect = _dense(again, ("fear", "activity"))
        assert drawn.total[repetition] == pytest.approx(total, rel=1e-8)
        assert drawn.direct[repetition] == pytest.approx(direct, rel=1e-8)
        assert drawn.indirect[repetition] == pytest.approx(indirect, rel=1e-8)


def test_an_arm_that_cannot_be_told_is_not_a_number():
    rows, group = _rows()
    rows[:, 1] = rows[:, 2] = 1
    drawn = bootstrap_mediation(_grams(rows, group), "arm", ("fear",), "function", TERMS, 3, (1,))
    assert np.isnan(drawn.total).all()
    assert np.isnan(drawn.indirect).all()
