"""Weights that make the arms alike, and for whom: ATE, ATT, ATO. Equations: docs/methods/propensity.md."""

from dataclasses import dataclass

import numpy as np

ESTIMANDS = ("ATE", "ATT", "ATO")
FOR_WHOM = {
    "ATE": "everyone in the comparison",
    "ATT": "people like those who were given ETMI",
    "ATO": "people who could as well have been given either",
}
SMALLEST = 1e-12  # a probability nearer to 0 or 1 is taken for this one


@dataclass(frozen=True)
class Tilt:
    """How much each row of one arm counts (propensity-5).  All (n,).

    target: h(e), how much the row belongs to the population asked about.  weight: h(e) / P(own arm).
    target_slope, weight_slope: their derivatives with respect to the linear predictor of the propensity.
    """

    target: np.ndarray
    weight: np.ndarray
    target_slope: np.ndarray
    weight_slope: np.ndarray


def tilt(estimand: str, arm: int, e: np.ndarray, slope: np.ndarray) -> Tilt:
    """e: (n,) propensity of rows that all have the given arm.  slope: (n,) its derivative."""
    e = np.clip(e, SMALLEST, 1 - SMALLEST)
    one, none = np.ones_like(e), np.zeros_like(e)
    if estimand == "ATE":
        weight = 1 / e if arm else 1 / (1 - e)
        return Tilt(one, weight, none, weight * weight * (-slope if arm else slope))
    if estimand == "ATT":
        if arm:
            return Tilt(e, one, slope, none)
        return Tilt(e, e / (1 - e), slope, slope / (1 - e) ** 2)
    if estimand == "ATO":
        return Tilt(e * (1 - e), 1 - e if arm else e, slope * (1 - 2 * e), -slope if arm else slope)
    raise ValueError(f"no estimand {estimand}")


def effective_sample_size(total: float, squares: float) -> float | None:
    """(sum of weights)^2 / sum of their squares (propensity-7): how many equally weighted people know as much."""
    return total * total / squares if squares > 0 else None
