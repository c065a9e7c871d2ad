"""Where both kinds of care occur: the propensity by arm. Equations: docs/methods/propensity.md (propensity-8)."""

from dataclasses import dataclass

import numpy as np

BINS = 20


@dataclass(frozen=True)
class OverlapResult:
    """edges: (BINS + 1,).  counts: (2, BINS) rows by arm, usual care first.

    outside: (2,) share of each arm in bins in which the other arm has nobody.
    """

    edges: np.ndarray
    counts: np.ndarray
    outside: np.ndarray


class Overlap:
    def __init__(self) -> None:
        self.counts = np.zeros((2, BINS), int)

    def add(self, e: np.ndarray, arm: int) -> None:
        """e: (n,) propensities of rows of one arm."""
        self.counts[arm] += np.bincount(np.minimum((e * BINS).astype(int), BINS - 1), minlength=BINS)

    def merge(self, other: "Overlap") -> None:
        self.counts += other.counts

    def result(self) -> OverlapResult:
        alone = self.counts * (self.counts[::-1] == 0)
        n = self.counts.sum(axis=1)
        return OverlapResult(np.linspace(0, 1, BINS + 1), self.counts, alone.sum(axis=1) / np.maximum(n, 1))
