"""What more reach would bring and cost: numbers per patient, known with an interval, times a plan. rollout.md.

The plan is taken as it stands; only what one patient gains or saves is uncertain. Each result uses one such number
alone, so no correlation between them is needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats


@dataclass(frozen=True)
class PerPatient:
    """What one patient more gains or saves: upwards is good. Any unit; low <= value <= high."""

    value: float
    se: float
    low: float
    high: float

    def times(self, factor: float) -> "PerPatient":
        """The same for `factor` patients, or for a share of the effect; factor >= 0."""
        return PerPatient(*(factor * number for number in (self.value, self.se, self.low, self.high)))

    def less(self, amount: float) -> "PerPatient":
        """The same after an outlay that is known for certain."""
        return PerPatient(self.value - amount, self.se, self.low - amount, self.high - amount)


@dataclass(frozen=True)
class Plan:
    """eligible: patients a month.  reach, wanted: shares of them, now and after `ramp` months; 0 <= reach <= wanted.

    months: how far one looks, 1 or more.  The share grows by the same step each month and then stays.
    """

    eligible: float
    reach: float
    wanted: float
    ramp: int
    months: int


def more_patients(plan: Plan) -> np.ndarray:
    """(months,) patients reached by the end of each month beyond those of the present reach (rollout-1)."""
    month = np.arange(1, plan.months + 1)
    share = np.minimum(month / plan.ramp, 1.0)
    return np.cumsum(plan.eligible * (plan.wanted - plan.reach) * share)


def by_chance(expected: float, confidence: float) -> tuple[float, float]:
    """Between which numbers patients come if as many are expected, each by themselves (rollout-2)."""
    tail = (1 - confidence) / 2
    return float(stats.poisson.ppf(tail, expected)), float(stats.poisson.isf(tail, expected))


def break_even(more: Sequence[float], saving: float, outlay: float) -> int | None:
    """The first month by whose end the saving covers the outlay; None if that is not among these months."""
    paid = np.flatnonzero(np.asarray(more) * saving >= outlay)
    return int(paid[0]) + 1 if len(paid) else None


def chance_of_paying(more: float, saving: PerPatient, outlay: float) -> float:
    """That `more` patients save at least the outlay, if the estimate is about normal (rollout-3)."""
    net = saving.times(more).less(outlay)
    return float(stats.norm.cdf(net.value / net.se)) if net.se > 0 else float(net.value >= 0)


def to_train(
    more_each_month: float, pace: PerPatient, delivering: PerPatient, confidence: float
) -> PerPatient:
    """Physiotherapists to train for so many patients more a month (rollout-4).

    pace: ETMI patients a month of one who delivers, > 0.  delivering: share of the trained who do, > 0.
    Errors by the delta method on the logarithm; the two are taken as independent.
    """
    value = more_each_month / (pace.value * delivering.value)
    spread = float(np.hypot(pace.se / pace.value, delivering.se / delivering.value))
    width = float(np.exp(stats.norm.isf((1 - confidence) / 2) * spread))
    return PerPatient(value, value * spread, value / width, value * width)
