"""How far two judges of the same thing agree: shares, Cohen's kappa, Gwet's AC1, and the mean difference of scores.

Equations: docs/methods/agreement.md. Judgements come in clusters (the sessions of one clinician), so errors are added
up by cluster. Clusters of one give the published errors.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

BARELY = 1e-12  # what is left of 1 after chance, below which a coefficient is 0 / 0


@dataclass(frozen=True)
class Coefficient:
    """value: None where chance alone explains everything (0 / 0).  se, low, high: None with fewer than two clusters."""

    value: float | None
    se: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Agreement:
    """n pairs in so many clusters.  same: the share of equal judgements."""

    n: int
    clusters: int
    same: Coefficient
    ac1: Coefficient
    kappa: Coefficient


@dataclass(frozen=True)
class MeanDifference:
    """First minus second, on their own scale.  sd: of the difference of one pair; spread: where 95% of them lie."""

    n: int
    clusters: int
    mean: float
    se: float | None
    low: float | None
    high: float | None
    sd: float | None
    spread: tuple[float, float] | None


def agreement(pairs: np.ndarray, confidence: float) -> Agreement | None:
    """pairs: (G, q, q) numbers of pairs by cluster, first judge's category, second judge's category.

    Judgements are equal or not: no credit for nearly (agreement-1 to -5). None without a pair.
    Every category that could have been chosen counts as one of the q, also those that nobody chose.
    """
    pairs = np.asarray(pairs, dtype=float)
    pairs = pairs[pairs.sum(axis=(1, 2)) > 0]
    n = pairs.sum()
    if n == 0:
        return None
    cells = pairs.sum(axis=0) / n
    q = len(cells)
    first, second = cells.sum(axis=1), cells.sum(axis=0)
    both = (first + second) / 2
    same, equal = np.trace(cells), np.eye(q)
    # What one more pair in cell (k, l) does to the agreement expected by chance.
    slope = 1 - 2 * both
    by_ac1 = ((slope[:, None] + slope[None, :]) / 2 - slope @ both) / (q - 1)
    by_kappa = second[:, None] + first[None, :] - 2 * (first @ second)
    expected = {"ac1": float((both * (1 - both)).sum() / (q - 1)), "kappa": float(first @ second)}
    found = {"same": _coefficient(float(same), equal - same, pairs, confidence)}
    for name, moved in (("ac1", by_ac1), ("kappa", by_kappa)):
        left = 1 - expected[name]
        if left < BARELY:
            found[name] = Coefficient(None)
            continue
        value = float((same - expected[name]) / left)
        found[name] = _coefficient(value, (equal - same - (1 - value) * moved) / left, pairs, confidence)
    return Agreement(round(n), len(pairs), **found)


def mean_difference(
    n: np.ndarray, total: np.ndarray, squares: np.ndarray, confidence: float
) -> MeanDifference | None:
    """n, total, squares: (G,) pairs, sums of their differences and of the squares of these, by cluster.

    The mean weighs every pair alike; its error is robust to clusters (agreement-6). The spread of single differences
    counts what differs between clusters and within them (agreement-7). None without a pair.
    """
    n, total, squares = (np.asarray(values, dtype=float)[np.asarray(n) > 0] for values in (n, total, squares))
    clusters, pairs = len(n), n.sum()
    if pairs == 0:
        return None
    mean = float(total.sum() / pairs)
    sd = _sd(n, total, squares)
    se, half = _error(total - n * mean, pairs, confidence)
    return MeanDifference(
        n=round(pairs),
        clusters=clusters,
        mean=mean,
        se=se,
        low=None if half is None else mean - half,
        high=None if half is None else mean + half,
        sd=sd,
        spread=None if sd is None else (mean - 1.96 * sd, mean + 1.96 * sd),
    )


def _coefficient(value: float, influence: np.ndarray, pairs: np.ndarray, confidence: float) -> Coefficient:
    """influence: (q, q) what a pair in each cell adds to the coefficient's error (agreement-5)."""
    se, half = _error((pairs * influence).sum(axis=(1, 2)), pairs.sum(), confidence)
    if half is None:
        return Coefficient(value)
    return Coefficient(value, se, max(value - half, -1.0), min(value + half, 1.0))


def _error(by_cluster: np.ndarray, n: float, confidence: float) -> tuple[float | None, float | None]:
    """(standard error, half an interval) of a mean over n pairs from its influences summed by cluster."""
    clusters = len(by_cluster)
    if clusters < 2:
        return None, None
    se = float(np.sqrt(clusters / (clusters - 1) * (by_cluster**2).sum()) / n)
    return se, float(stats.t.ppf((1 + confidence) / 2, clusters - 1)) * se


def _sd(n: np.ndarray, total: np.ndarray, squares: np.ndarray) -> float | None:
    """Of one difference: between clusters and within them, by one-way analysis of variance (agreement-7)."""
    clusters, pairs = len(n), n.sum()
    if pairs < 2:
        return None
    mean = total.sum() / pairs
    if clusters in (1, pairs):  # nothing between, or nothing within
        return float(np.sqrt(max(squares.sum() - pairs * mean**2, 0.0) / (pairs - 1)))
    within = max((squares - total**2 / n).sum(), 0.0) / (pairs - clusters)
    between = (n * (total / n - mean) ** 2).sum() / (clusters - 1)
    size = (pairs - (n**2).sum() / pairs) / (clusters - 1)
    return float(np.sqrt(within + max((between - within) / size, 0.0)))
