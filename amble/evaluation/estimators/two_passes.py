"""All weighted estimates in two passes over the rows, with errors that allow for clusters and for fitted nuisances.

Equations: docs/methods/doubly_robust.md.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from amble.evaluation.estimators.chunks import ArmChunk, Chunks
from amble.evaluation.estimators.nuisance import Frame, Nuisances, frame

FLUSH_ROWS = 131_072


class Estimator(Protocol):
    def add(self, frame: Frame) -> None: ...

    def solve(self, nuisances: Nuisances) -> np.ndarray: ...

    def influence(self, frame: Frame) -> np.ndarray: ...


@dataclass(frozen=True)
class Effects:
    """One estimator's effects on its K outcomes.  estimate, se: (K,), NaN where there is none.

    df: clusters of the arm that has fewer, less one.  clusters: of all rows.
    """

    estimate: np.ndarray
    se: np.ndarray
    df: float
    clusters: int


class Certificate:
    """Scores of the nuisance models where they were left: the proof that they are at their maximum (propensity-3)."""

    def __init__(self, models: int, p: int) -> None:
        self.score = np.zeros((models, p))

    def add(self, frame: Frame) -> None:
        self.score[0] += frame.chunk.x @ frame.surprise
        self.score[1:] += frame.scores @ frame.chunk.x.T

    def decrement(self, covariances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """((M,) norms of the scores, (M,) Newton decrements) in the terms that the models use."""
        used = np.einsum("mpp->mp", covariances) > 0
        free = np.where(used, self.score, 0.0)
        return np.linalg.norm(free, axis=1), np.einsum("mp,mpq,mq->m", free, covariances, free)


class ClusterTotals:
    """Sums by cluster of J influences, and how many clusters each arm has."""

    def __init__(self, influences: int, clusters: int) -> None:
        self.total, self.rows = np.zeros((influences, clusters)), np.zeros((2, clusters))
        self.waiting: list[tuple[np.ndarray, np.ndarray]] = []
        self.held = 0

    def add(self, chunk: ArmChunk, influence: np.ndarray) -> None:
        self.waiting.append((chunk.cluster, influence))
        self.rows[chunk.arm] += np.bincount(chunk.cluster, minlength=self.rows.shape[1])
        self.held += len(chunk.cluster)
        if self.held >= FLUSH_ROWS:
            self.flush()

    def flush(self) -> None:
        """Adding many rows at once: with many clusters each sum costs more to open than to fill."""
        if not self.waiting:
            return
        cluster = np.concatenate([cluster for cluster, _ in self.waiting])
        for j, total in enumerate(self.total):
            values = np.concatenate([influence[j] for _, influence in self.waiting])
            total += np.bincount(cluster, values, minlength=len(total))
        self.waiting, self.held = [], 0


def estimate(
    chunks: Chunks,
    nuisances: Nuisances,
    estimators: Sequence[Estimator],
    clusters: int,
    also: Iterable = (),
) -> list[Effects]:
    """All estimators in two passes over the rows: one for estimates and derivatives, one for influences.

    also: called with the frame of each chunk in the first pass. Errors are clustered, with factor G / (G - 1)
    (doubly_robust-8); with one cluster there are none.
    """
    for chunk in chunks():
        seen = frame(chunk, nuisances)
        for part in (*estimators, *also):
            part.add(seen)
    found = [estimator.solve(nuisances) for estimator in estimators]
    totals = ClusterTotals(sum(map(len, found)), clusters)
    for chunk in chunks():
        seen = frame(chunk, nuisances)
        totals.add(chunk, np.concatenate([estimator.influence(seen) for estimator in estimators]))
    totals.flush()
    used = int((totals.rows.sum(axis=0) > 0).sum())
    df = float((totals.rows > 0).sum(axis=1).min() - 1)
    factor = used / (used - 1) if used > 1 else np.nan
    errors = np.sqrt(factor * (totals.total**2).sum(axis=1))
    parts = np.split(errors, np.cumsum([len(one) for one in found])[:-1])
    return [Effects(np.asarray(one), error, df, used) for one, error in zip(found, parts, strict=True)]
