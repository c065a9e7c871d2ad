"""How far two groups lie apart in one characteristic, in standard deviations. Equations: table_one.md."""

import numpy as np


def of_means(mean: tuple[float, float], sd: tuple[float, float]) -> float | None:
    """First minus second group, over the root of the mean of the two variances (table_one-1). None if both are 0."""
    pooled = float(np.sqrt((sd[0] ** 2 + sd[1] ** 2) / 2))
    return (mean[0] - mean[1]) / pooled if pooled > 0 else None


def of_shares(counts: np.ndarray) -> float | None:
    """counts: (2, L) people by group and level. Yang and Dalton's distance for several levels (table_one-2).

    For two levels it is the usual standardised difference of shares, without its sign. None for an empty group, and
    where no level varies within the groups but the groups differ: the distance is infinite then.
    """
    counts = np.asarray(counts, dtype=float)
    totals = counts.sum(axis=1)
    if (totals == 0).any():
        return None
    shares = counts / totals[:, None]
    free = shares[:, shares.sum(axis=0) > 0][:, 1:]  # one level follows from the others
    gap = free[0] - free[1]
    if not len(gap):
        return 0.0
    covariance = sum((np.diag(share) - np.outer(share, share)) / 2 for share in free)
    solved = np.linalg.pinv(covariance, hermitian=True, rcond=1e-12) @ gap
    if not np.allclose(covariance @ solved, gap, atol=1e-9):
        return None
    return float(np.sqrt(max(gap @ solved, 0.0)))
