"""An interval that stays true however often one looks. Equations: confidence_sequence.md."""

import math

from scipy.special import lambertw

# The standard error at which the interval is tightest, chosen before any look: a fifth of the smallest difference that
# has to be settled. Function and fear-avoidance: the change that matters to one person, 5 and 16.7 points. Pain: the
# margin of 1.0 within which it is called no different. Sessions: one in five fewer, a log rate ratio of -0.22.
TIGHTEST_SE = {"function": 1.0, "fear_avoidance": 3.3, "pain": 0.2, "sessions": 0.045}


def anytime(
    estimate: float, se: float, *, tightest_se: float, confidence: float = 0.95
) -> tuple[float, float]:
    """(low, high): with chance `confidence` every such interval holds the truth, at all looks ever made together.

    estimate, se: as they stand today, on any scale, from an estimator whose errors are close to normal and which
    uses the data fully, so that its information 1 / se^2 grows from look to look.
    tightest_se: the standard error at which the interval is as tight as it can be; chosen before looking.
    Raises ValueError where se, tightest_se or confidence is out of range. (confidence_sequence-1, -2)
    """
    if not (0 < se < math.inf and 0 < tightest_se < math.inf and 0 < confidence < 1):
        raise ValueError(
            f"needs 0 < se, 0 < tightest_se and 0 < confidence < 1: {se}, {tightest_se}, {confidence}"
        )
    alpha = 1 - confidence
    information = 1 / se**2
    mixed = 1 / tightest_se**2 / tightest_ratio(alpha)
    total = information + mixed
    half = math.sqrt(total * math.log(total / (mixed * alpha**2))) / information
    return estimate - half, estimate + half


def tightest_ratio(alpha: float) -> float:
    """Information over the mixture's parameter where the interval is tightest (confidence_sequence-3)."""
    return float(-lambertw(-(alpha**2) / math.e, k=-1).real) - 1
