"""Difference between two shares when people come in clusters. Equations: table_one.md."""

from dataclasses import dataclass

import numpy as np
from scipy import stats


@dataclass(frozen=True)
class ShareDifference:
    """shares: of the first and the second group.  difference: first minus second.  None where it cannot be known."""

    shares: tuple[float | None, float | None]
    difference: float | None
    se: float | None
    df: float | None
    low: float | None
    high: float | None


def share_difference(yes: np.ndarray, n: np.ndarray, confidence: float) -> ShareDifference:
    """yes, n: (G, 2) by cluster and group (table_one-3, -4).

    Cluster-robust error with factor G / (G - 1); degrees of freedom are the clusters of the group that has fewer,
    less one. One-person clusters give the textbook interval. No interval with fewer than two clusters in a group.
    """
    totals = n.sum(axis=0)
    shares = tuple(
        float(y / total) if total else None for y, total in zip(yes.sum(axis=0), totals, strict=True)
    )
    if None in shares:
        return ShareDifference(shares, None, None, None, None, None)
    difference = shares[0] - shares[1]
    df = float((n > 0).sum(axis=0).min() - 1)
    if df < 1:
        return ShareDifference(shares, difference, None, None, None, None)
    present = n.sum(axis=1) > 0
    influence = ((yes - n * np.array(shares)) / totals)[present] @ np.array([1.0, -1.0])
    se = float(np.sqrt(len(influence) / (len(influence) - 1) * (influence**2).sum()))
    half = float(stats.t.ppf((1 + confidence) / 2, df)) * se
    return ShareDifference(shares, difference, se, df, difference - half, difference + half)


def standardised_difference(yes: np.ndarray, n: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(...) difference of two groups' shares, had both the strata in the proportions of `weights` (mediation-6).

    yes, n: (..., 2, L) by group and stratum.  weights: (..., L), 0 for a stratum that is left out. NaN where a group
    has nobody in a stratum that counts.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = np.where(weights[..., None, :] > 0, yes / n, 0.0)
        found = (shares * weights[..., None, :]).sum(axis=-1) / weights.sum(axis=-1)[..., None]
    return found[..., 0] - found[..., 1]
