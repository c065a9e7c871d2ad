"""What is fitted beside the effect, and its values by row: propensity, observation, outcome regressions.

Equations: docs/methods/doubly_robust.md.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np
from scipy.special import expit

from amble.evaluation.estimators.chunks import ArmChunk, Sums, bordered, grams, square
from amble.evaluation.estimators.linear_model import least_squares
from amble.evaluation.estimators.weights import SMALLEST, Tilt, tilt


class Propensity(Protocol):
    """covariance: (p, p) inverse of minus the derivative of the scores, 0 for terms left out."""

    covariance: np.ndarray

    def at(self, chunk: ArmChunk) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(n,) e, its derivative, and r of the score r x, by row."""


@dataclass(frozen=True)
class LogisticPropensity:
    coef: np.ndarray
    covariance: np.ndarray

    def at(self, chunk: ArmChunk) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        e = expit(self.coef @ chunk.x)
        return e, e * (1 - e), chunk.arm - e


@dataclass(frozen=True)
class Nuisances:
    """propensity: of the arm.  observation: (M, p) logistic coefficients of being observed, by observation model.

    observation_covariance: (M, p, p).  model_of: (K,) the observation model of each outcome.
    regression: (2, K, p) coefficients of the outcome, by arm.  regression_bread: (2, K, p, p).
    """

    propensity: Propensity
    observation: np.ndarray
    observation_covariance: np.ndarray
    model_of: np.ndarray
    regression: np.ndarray
    regression_bread: np.ndarray


class Regressions(Sums):
    """Least squares of each outcome on the terms within each arm, from the rows observed (doubly_robust-2)."""

    summed = ("triangle", "cross", "squares")

    def __init__(self, outcomes: int, p: int) -> None:
        self.triangle = np.zeros((2, outcomes, p * (p + 1) // 2))
        self.cross = np.zeros((2, outcomes, p))
        self.squares = np.zeros((2, outcomes))

    def add(self, chunk: ArmChunk) -> None:
        seen = ~np.isnan(chunk.y)
        y = np.where(seen, chunk.y, 0.0)
        self.triangle[chunk.arm] += grams(seen.astype(float), chunk)
        self.cross[chunk.arm] += y @ chunk.x.T
        self.squares[chunk.arm] += (y * y).sum(axis=1)

    @property
    def n(self) -> np.ndarray:
        """(2, K) rows observed: the first product is that of the intercept with itself."""
        return self.triangle[..., 0]

    @property
    def mean(self) -> np.ndarray:
        """(2, K) plain means of the outcome."""
        return self.cross[..., 0] / np.where(self.n > 0, self.n, np.nan)

    @property
    def spread(self) -> np.ndarray:
        """(K,) standard deviation of the outcome within the arms, pooled."""
        within = (self.squares - self.cross[..., 0] ** 2 / np.maximum(self.n, 1)).sum(axis=0)
        freedom = self.n.sum(axis=0) - 2
        return np.sqrt(np.maximum(within, 0) / np.where(freedom > 0, freedom, np.nan))

    def solve(self, uses: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(coef (2, K, p), bread (2, K, p, p), terms kept (2, K)) with the terms uses (p,)."""
        p = self.cross.shape[-1]
        terms = [str(j) for j in range(p)]
        system = bordered(square(self.triangle, p), self.cross, np.broadcast_to(uses, self.cross.shape))
        fit = least_squares(system, [*terms, "y"], terms, ["y"])
        return fit.coef[..., 0], fit.bread, fit.kept.sum(axis=-1)


@dataclass(frozen=True)
class Frame:
    """A chunk with the value of each nuisance in each row, computed once for all estimators.

    e, slope, surprise: (n,) of the propensity: value, derivative, score per unit of x.
    observed: (K, n) probability that the outcome is known; missed: its score per unit of x.
    seen: (K, n) 1 where the outcome is known.  y: 0 where it is not.  inverse: seen / observed.
    fitted: (2, K, n) outcome regressions.  left: seen (y - fitted of the own arm).
    """

    chunk: ArmChunk
    e: np.ndarray
    slope: np.ndarray
    surprise: np.ndarray
    scores: np.ndarray
    observed: np.ndarray
    missed: np.ndarray
    seen: np.ndarray
    y: np.ndarray
    inverse: np.ndarray
    fitted: np.ndarray
    left: np.ndarray
    tilts: dict[str, Tilt] = field(default_factory=dict)

    def tilt(self, estimand: str) -> Tilt:
        if estimand not in self.tilts:
            self.tilts[estimand] = tilt(estimand, self.chunk.arm, self.e, self.slope)
        return self.tilts[estimand]

    @cached_property
    def gap(self) -> np.ndarray:
        """(K, n) fitted difference between the arms, 0 where the row is not eligible."""
        return (self.fitted[1] - self.fitted[0]) * self.chunk.eligible

    @cached_property
    def surprise_of_y(self) -> np.ndarray:
        """(K, n) what the outcome adds to the fitted difference, before it is weighted for the arm."""
        return (1 if self.chunk.arm else -1) * self.inverse * self.left


def frame(chunk: ArmChunk, nuisances: Nuisances) -> Frame:
    e, slope, surprise = nuisances.propensity.at(chunk)
    probability = expit(nuisances.observation @ chunk.x)
    scores = chunk.responses[1:] - probability
    observed = np.maximum(probability, SMALLEST)[nuisances.model_of]
    known = ~np.isnan(chunk.y)
    seen = known.astype(float)
    y = np.where(known, chunk.y, 0.0)
    fitted = nuisances.regression @ chunk.x
    return Frame(
        chunk=chunk,
        e=e,
        slope=slope,
        surprise=surprise,
        scores=scores,
        observed=observed,
        missed=scores[nuisances.model_of],
        seen=seen,
        y=y,
        inverse=seen / observed,
        fitted=fitted,
        left=seen * (y - fitted[chunk.arm]),
    )
