"""All weighted estimates in two passes over the rows, with errors that allow for clusters and for fitted nuisances.

Equations: docs/methods/doubly_robust.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from amble.evaluation.estimators.chunks import ArmChunk, Chunks, Consumer, Sums, consume
from amble.evaluation.estimators.nuisance import Frame, Nuisances, frame

HELD_ROWS = 65_536


class Estimator(Consumer, Protocol):
    """Takes frames of chunks; once solved, gives what each row adds to the error."""

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


class Certificate(Sums):
    """Scores of the nuisance models where they were left: the proof that they are at their maximum (propensity-3)."""

    summed = ("score",)

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


class Framed:
    """Gives its parts the frame of each chunk, made once."""

    def __init__(self, nuisances: Nuisances, parts: Sequence[Consumer]) -> None:
        self.nuisances, self.parts = nuisances, parts

    def add(self, chunk: ArmChunk) -> None:
        seen = frame(chunk, self.nuisances)
        for part in self.parts:
            part.add(seen)

    def merge(self, other: "Framed") -> None:
        for part, twin in zip(self.parts, other.parts, strict=True):
            part.merge(twin)


class ClusterTotals(Sums):
    """Sums by cluster of all influences, and how many rows of each arm a cluster has.

    Rows are held back until there are many: with many clusters a sum costs more to open than to fill.
    """

    summed = ("total", "rows")

    def __init__(self, estimators: Sequence[Estimator], influences: int, clusters: int, rows: int) -> None:
        self.estimators = estimators
        self.total, self.rows = np.zeros((influences, clusters)), np.zeros((2, clusters))
        self.held = np.empty((influences, min(rows, HELD_ROWS)))
        self.cluster, self.filled = np.empty(self.held.shape[1], np.int64), 0

    def add(self, frame: Frame) -> None:
        cluster = frame.chunk.cluster
        self.rows[frame.chunk.arm] += np.bincount(cluster, minlength=self.rows.shape[1])
        if self.filled + len(cluster) > len(self.cluster):
            self.flush()
        at = slice(self.filled, self.filled + len(cluster))
        self.cluster[at] = cluster
        start = 0
        for estimator in self.estimators:
            influence = estimator.influence(frame)
            self.held[start : start + len(influence), at] = influence
            start += len(influence)
        self.filled = at.stop

    def flush(self) -> None:
        cluster = self.cluster[: self.filled]
        for total, held in zip(self.total, self.held, strict=True):
            total += np.bincount(cluster, held[: self.filled], minlength=len(total))
        self.filled = 0

    def merge(self, other: "ClusterTotals") -> None:
        self.flush()
        other.flush()
        super().merge(other)


def estimate(
    chunks: Chunks,
    nuisances: Nuisances,
    estimators: Sequence[Estimator],
    clusters: int,
    rows: int,
    also: Sequence[Consumer] = (),
) -> list[Effects]:
    """All estimators in two passes over the rows: one for estimates and derivatives, one for influences.

    also: other sums of frames, taken in the first pass. Errors are clustered, with factor G / (G - 1)
    (doubly_robust-8); with one cluster there are none.
    """
    consume(chunks, [Framed(nuisances, [*estimators, *also])], rows)
    found = [estimator.solve(nuisances) for estimator in estimators]
    totals = ClusterTotals(estimators, sum(map(len, found)), clusters, rows)
    consume(chunks, [Framed(nuisances, [totals])], rows)
    totals.flush()
    used = int((totals.rows.sum(axis=0) > 0).sum())
    df = float((totals.rows > 0).sum(axis=1).min() - 1)
    factor = used / (used - 1) if used > 1 else np.nan
    errors = np.sqrt(factor * (totals.total**2).sum(axis=1))
    parts = np.split(errors, np.cumsum([len(one) for one in found])[:-1])
    return [Effects(np.asarray(one), error, df, used) for one, error in zip(found, parts, strict=True)]
