"""Two one-sided tests against printed output and against statsmodels."""

import numpy as np
import pytest
from statsmodels.stats.weightstats import ttost_ind, ttost_paired

from amble.evaluation.estimators.equivalence import tost


def test_printed_output_of_ctost_on_its_skin_data():
    """cTOST reference page for tost(), https://yboulag.github.io/cTOST/reference/tost.html: theta 0.02270,

    standard error 0.13428, 16 degrees of freedom, alpha 0.05, margin log(1.25): interval (-0.21174; 0.25715),
    equivalence not accepted.
    """
    found = tost(0.02270, 0.13428, 16, np.log(1.25), confidence=0.95)
    assert (found.low, found.high) == pytest.approx((-0.21174, 0.25715), abs=2e-5)
    assert not found.inside
    assert found.p > 0.05


@pytest.mark.parametrize("shift", [0.0, 0.4, -0.8, 2.0])
def test_statsmodels_two_groups(shift):
    rng = np.random.default_rng(3)
    first, second = rng.normal(shift, 1, 30), rng.normal(0, 1, 41)
    n = np.array([30, 41])
    pooled = (29 * first.var(ddof=1) + 40 * second.var(ddof=1)) / 69
    p, lower, upper = ttost_ind(first, second, -1.0, 1.0)
    found = tost(first.mean() - second.mean(), np.sqrt(pooled * (1 / n).sum()), 69, 1.0, 0.95)
    assert (found.p, found.p_lower, found.p_upper) == pytest.approx((p, lower[1], upper[1]), rel=1e-9)
    assert found.inside == (p < 0.05)


def test_statsmodels_pairs():
    rng = np.random.default_rng(4)
    first, second = rng.normal(0.3, 1, 25), rng.normal(0, 1, 25)
    gap = first - second
    p, *_ = ttost_paired(first, second, -0.9, 0.9)
    assert tost(gap.mean(), gap.std(ddof=1) / 5, 24, 0.9, 0.95).p == pytest.approx(p, rel=1e-9)


def test_inside_the_margin_is_the_same_as_a_small_p():
    rng = np.random.default_rng(5)
    for _ in range(300):
        estimate, se, df = rng.normal(0, 0.6), rng.uniform(0.05, 0.6), rng.integers(3, 90)
        found = tost(estimate, se, df, 1.0, 0.95)
        assert found.inside == (found.p < 0.05) == (found.low > -1 and found.high < 1)


@pytest.mark.parametrize(
    ("estimate", "se"), [(None, 1.0), (0.1, None), (np.nan, 1.0), (0.0, 0.0), (0.1, np.inf)]
)
def test_what_is_not_known_is_never_inside(estimate, se):
    found = tost(estimate, se, 20, 1.0, 0.95)
    assert not found.inside
    assert found.p is None
