"""How far must the unseen scores lie from their prediction before the conclusion changes? Equations: tipping_point.md.

Exact for every shift and without new draws: a shift moves the completed sums, not the model that was imputed from.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from amble.evaluation.estimators.multiple_imputation import Imputation, pool

ETMI_ONLY = (0.0, 1.0)
BOTH_ARMS = (1.0, 1.0)


@dataclass(frozen=True)
class Tip:
    """shift: what must be added to every imputed score until the interval reaches the target, in own units.

    None with already=True when the interval holds the target with no shift; None with already=False when no shift
    can bring it there, because nothing (or as much in both arms) is missing.
    """

    shift: float | None
    already: bool = False


@dataclass(frozen=True)
class Curve:
    """(k,) each: the arm difference and its interval for every shift."""

    shift: np.ndarray
    estimate: np.ndarray
    low: np.ndarray
    high: np.ndarray


def tipping_point(
    imputation: Imputation,
    target: float = 0.0,
    who: tuple[float, float] = ETMI_ONLY,
    confidence: float = 0.95,
) -> Tip:
    """Smallest shift of the imputed scores at which the interval reaches `target` (tipping-2).

    who: multiples of the shift given to (usual care, ETMI).
    """
    start = pool(imputation)
    low, high = start.interval(confidence)
    if not low <= high:
        return Tip(None)
    if low <= target <= high:
        return Tip(None, already=True)
    slope = pool(imputation, who).estimate - start.estimate
    if abs(slope) < 1e-12:
        return Tip(None)
    near = 0 if low > target else 1

    def gap(shift: float) -> float:
        return pool(imputation, (shift * who[0], shift * who[1])).interval(confidence)[near] - target

    return Tip(float(brentq(gap, 0.0, (target - start.estimate) / slope, xtol=1e-10)))


def curve(
    imputation: Imputation,
    shifts: np.ndarray,
    who: tuple[float, float] = ETMI_ONLY,
    confidence: float = 0.95,
) -> Curve:
    """The arm difference along a grid of shifts (tipping-1)."""
    pooled = [pool(imputation, (shift * who[0], shift * who[1])) for shift in shifts]
    bounds = np.array([each.interval(confidence) for each in pooled]).reshape(-1, 2)
    return Curve(shifts, np.array([each.estimate for each in pooled]), bounds[:, 0], bounds[:, 1])
