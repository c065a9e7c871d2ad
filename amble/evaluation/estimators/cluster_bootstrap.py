"""Draw whole clusters again, with replacement, from sums by cluster. Rows are not needed. cost_effectiveness.md."""

from collections.abc import Iterator

import numpy as np
from scipy.special import ndtr, stdtrit

LEAST = 5  # clusters in each group below which draws say little about others: no interval
CHUNK = 128  # repetitions at a time, so that memory does not grow with their number


def resampled(sums: np.ndarray, repetitions: int, seed: tuple[int, ...]) -> Iterator[np.ndarray]:
    """Chunks (r, ...) of summed clusters: each repetition draws G of the G clusters of sums (G, ...) (bootstrap-1).

    The draws depend on the seed and on G only, so two calls with the same seed draw the same clusters.
    """
    clusters = len(sums)
    flat = sums.reshape(clusters, -1).astype(float)
    rng = np.random.default_rng(seed)
    times = np.empty(
        (min(CHUNK, repetitions), clusters)
    )  # float, so that the product below is one call of BLAS
    for start in range(0, repetitions if clusters else 0, CHUNK):
        count = min(CHUNK, repetitions - start)
        for drawn in times[:count]:
            drawn[:] = np.bincount(rng.integers(0, clusters, clusters), minlength=clusters)
        yield (times[:count] @ flat).reshape(count, *sums.shape[1:])


def percentile_interval(
    draws: np.ndarray, confidence: float, clusters: int
) -> tuple[float | None, float | None, float | None]:
    """Standard error and percentile interval over the repetitions that gave a number (bootstrap-2, -3).

    clusters: in the group that has fewer of them; None with fewer than LEAST.

    None when fewer than half of them did, since an interval from the lucky draws would be too narrow, and when all
    are the same, as with one cluster.
    """
    usable = draws[np.isfinite(draws)]
    if len(usable) < max(2, len(draws) / 2) or np.ptp(usable) == 0 or clusters < LEAST:
        return None, None, None
    return float(usable.std(ddof=1)), *percentiles(usable, confidence, clusters)


def percentiles(draws: np.ndarray, confidence: float, clusters: int | None = None) -> tuple[float, float]:
    """Percentiles of the draws, moved out as Student's t asks for so few clusters (bootstrap-3).

    Draws vary by (n - 1) / n of what they should and have a normal's tails, so plain percentiles of few clusters are
    too near. The k-th of R draws stands for the share k / (R + 1). Hesterberg 2015, Am Stat 69:371.
    """
    tail = (1 - confidence) / 2
    if clusters is not None and clusters > 1:
        tail = float(ndtr(np.sqrt(clusters / (clusters - 1)) * stdtrit(clusters - 1, tail)))
    low, high = np.quantile(draws, [tail, 1 - tail], method="weibull")
    return float(low), float(high)
