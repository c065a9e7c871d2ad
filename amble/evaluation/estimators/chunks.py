"""Small pieces of rows, terms first, so that what is computed from them stays in the processor's cache."""

import copy
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Protocol

import numpy as np

CHUNK_ROWS, MANY_ROWS = 4096, 200_000
LANES, BATCH = 2, 32
NO_LIMIT = 1e300


@dataclass(frozen=True)
class Chunk:
    """x: (p, n) terms, the first the intercept.  responses: (M, n) of 0 and 1, one row for each logistic model."""

    x: np.ndarray
    responses: np.ndarray

    @cached_property
    def products(self) -> np.ndarray:
        """(p (p + 1) / 2, n) products of pairs of terms, so that the grams of many weights are one product."""
        p, n = self.x.shape
        found = np.empty((p * (p + 1) // 2, n))
        start = 0
        for i in range(p):
            np.multiply(self.x[i], self.x[i:], out=found[start : start + p - i])
            start += p - i
        return found


@dataclass(frozen=True)
class ArmChunk(Chunk):
    """Rows of one arm.

    arm: 1 or 0.  cluster: (n,) code of the clinician.  y: (K, n) outcomes, NaN where not observed.
    eligible: (K, n) whether the row belongs to the population that the outcome is asked for.
    """

    arm: int
    cluster: np.ndarray
    y: np.ndarray
    eligible: np.ndarray


Chunks = Callable[[], Iterable[Chunk]]


class Consumer(Protocol):
    """Sums over rows. merge: adds the sums of other rows."""

    def add(self, chunk: Chunk) -> None: ...

    def merge(self, other: "Consumer") -> None: ...


def consume(chunks: Chunks, consumers: Sequence[Consumer], rows: int) -> None:
    """Give every chunk to every consumer, all still empty.

    Many rows go in two lanes, each on a thread with sums of its own, every second chunk to each: which sums are
    added to which never depends on the machine. Matrix products must then not use threads themselves
    (OPENBLAS_NUM_THREADS=1), or they wait for each other.
    """
    if rows <= MANY_ROWS:
        _feed(consumers, chunks())
        return
    lanes = [consumers, *(copy.deepcopy(list(consumers)) for _ in range(LANES - 1))]
    working: list[Future[None]] = []
    with ThreadPoolExecutor(LANES) as pool:
        source = iter(chunks())
        while batch := list(islice(source, BATCH)):
            for future in working:
                future.result()
            working = [pool.submit(_feed, lane, batch[i::LANES]) for i, lane in enumerate(lanes)]
        for future in working:
            future.result()
    for lane in lanes[1:]:
        for consumer, twin in zip(consumers, lane, strict=True):
            consumer.merge(twin)


def _feed(consumers: Sequence[Consumer], chunks: Iterable[Chunk]) -> None:
    for chunk in chunks:
        for consumer in consumers:
            consumer.add(chunk)
        vars(chunk).pop(
            "products", None
        )  # the next chunk's go to the same memory, which is still in the cache


class Sums:
    """Arrays of sums, named in `summed`."""

    summed: tuple[str, ...]

    def merge(self, other: "Sums") -> None:
        for name in self.summed:
            mine: np.ndarray = getattr(self, name)
            mine += getattr(other, name)


def grams(weights: np.ndarray, chunk: Chunk) -> np.ndarray:
    """(M, p (p + 1) / 2) sums of weighted products of terms; weights (M, n). `square` makes matrices of them."""
    return weights @ chunk.products.T


def square(triangles: np.ndarray, p: int) -> np.ndarray:
    """(..., p, p) symmetric matrices from the rows of their upper triangles (..., p (p + 1) / 2)."""
    rows, columns = np.triu_indices(p)
    full = np.empty((*triangles.shape[:-1], p, p))
    full[..., rows, columns] = triangles
    full[..., columns, rows] = triangles
    return full


def bordered(gram: np.ndarray, cross: np.ndarray, use: np.ndarray) -> np.ndarray:
    """(..., p + 1, p + 1) gram (..., p, p) with a last row and column cross (..., p): what least squares needs.

    Terms outside use (..., p) become empty, so that they are left out of the fit. The corner, a response's own sum
    of squares, is not known here and given no limit; residuals of such a fit mean nothing.
    """
    cross = np.where(use, cross, 0.0)
    full = np.zeros((*cross.shape[:-1], cross.shape[-1] + 1, cross.shape[-1] + 1))
    full[..., :-1, :-1] = gram * use[..., :, None] * use[..., None, :]
    full[..., -1, :-1] = full[..., :-1, -1] = cross
    full[..., -1, -1] = NO_LIMIT
    return full
