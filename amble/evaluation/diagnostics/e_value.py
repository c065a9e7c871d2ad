"""How strong something unmeasured would have to be to explain a result. Equations: docs/methods/e_value.md."""

from dataclasses import dataclass
from math import exp, sqrt

PER_SD = 0.91  # log risk ratio per standard deviation of the outcome
PER_SE = 1.78  # the same for half the width of a 95% interval


@dataclass(frozen=True)
class EValue:
    """Both on the scale of risk ratios, at least 1.  limit: 1 when the interval holds no difference."""

    estimate: float
    limit: float


def of_ratio(ratio: float, low: float, high: float) -> EValue:
    """A risk ratio with its interval (e_value-1)."""
    if ratio < 1:
        ratio, low, high = 1 / ratio, 1 / high, 1 / low
    return EValue(_of(ratio), _of(low) if low > 1 else 1.0)


def of_difference(difference: float, se: float, sd: float) -> EValue | None:
    """A difference of means, by way of standard deviations (e_value-2). None where there is no spread."""
    if not sd > 0:
        return None
    effect, half = PER_SD * difference / sd, PER_SE * se / sd
    if effect < 0:
        effect = -effect
    return EValue(_of(exp(effect)), _of(exp(effect - half)) if effect > half else 1.0)


def _of(ratio: float) -> float:
    return ratio + sqrt(ratio * (ratio - 1))
