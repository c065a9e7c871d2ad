"""Is a difference small enough not to matter? Two one-sided tests against a margin. Equations: equivalence.md."""

from dataclasses import dataclass

import numpy as np
from scipy import stats


@dataclass(frozen=True)
class Equivalence:
    """p_lower: of "the difference is -margin or less".  p_upper: of "it is +margin or more".  p: the larger.

    low, high: the interval of confidence 1 - 2 alpha.  inside: it lies strictly within the margin; the same as
    p < alpha.  All None (inside False) when there is no estimate, no standard error or no positive margin.
    """

    margin: float
    p_lower: float | None
    p_upper: float | None
    p: float | None
    low: float | None
    high: float | None
    inside: bool


def tost(
    estimate: float | None, se: float | None, df: float | None, margin: float, confidence: float
) -> Equivalence:
    """Schuirmann's two one-sided tests of one estimate (equivalence-1, -2), each at alpha = 1 - confidence.

    df None or infinite: the normal distribution.
    """
    known = estimate is not None and se is not None and np.isfinite(estimate) and np.isfinite(se) and se >= 0
    if not known or not margin > 0:
        return Equivalence(margin, None, None, None, None, None, False)
    t = stats.t(df if df is not None and df > 0 else np.inf)
    half = float(t.ppf(confidence)) * se
    if se == 0:
        return _certain(estimate, margin)
    p_lower = float(t.sf((estimate + margin) / se))
    p_upper = float(t.cdf((estimate - margin) / se))
    low, high = estimate - half, estimate + half
    return Equivalence(
        margin, p_lower, p_upper, max(p_lower, p_upper), low, high, bool(-margin < low and high < margin)
    )


def _certain(estimate: float, margin: float) -> Equivalence:
    """A standard error of 0, as when every value of an outcome is the same, tells of the data and not of the world."""
    return Equivalence(margin, None, None, None, estimate, estimate, False)
