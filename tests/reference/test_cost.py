"""The cluster bootstrap of cost and effect where its limit is known: Efron and Tibshirani's mice."""

import numpy as np
import pytest

from amble.evaluation.estimators.cost import Model, cost_effect
from amble.evaluation.sums.moments import ClusterGrams

DAYS = np.array([94.0, 197, 16, 38, 99, 141, 23])  # the treated mice of table 2.1


def test_the_mean_of_seven_mice() -> None:
    """Efron and Tibshirani, An Introduction to the Bootstrap (1993): mean 86.86 days (table 2.1).

    Its bootstrap error tends to 23.36 with ever more repetitions (table 2.2). Every mouse is a cluster; with 100,000
    repetitions the error is known to 1 / sqrt(200,000), or 0.05 days, and the tolerance is three times that.
    """
    rows = np.column_stack([np.ones(7), DAYS])
    grams = ClusterGrams(("intercept", "y"), rows[:, :, None] * rows[:, None], np.zeros(7, int))
    mean = Model(grams, "y", "intercept", ())
    found = cost_effect(mean, mean, 100_000, (1, 2))
    assert round(found.cost, 2) == 86.86
    assert found.costs.std() == pytest.approx(23.36, abs=0.16)
    assert found.costs.mean() == pytest.approx(86.86, abs=0.25)
    # cost and effect are drawn together: what is the same stays the same in every repetition
    assert (found.costs == found.effects).all()
