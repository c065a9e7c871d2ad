"""Difference of weighted means, weights fitted. Equations: docs/methods/doubly_robust.md (doubly_robust-6, -7)."""

import numpy as np

from amble.evaluation.estimators.chunks import Sums
from amble.evaluation.estimators.nuisance import Frame, Nuisances


class Hajek(Sums):
    """Weighted mean with ETMI minus weighted mean with usual care, of outcomes[targets].

    estimand: whose difference; None gives every known outcome weight 1: the difference as it was observed.
    """

    summed = (
        *("total", "squares", "of_y"),
        *("by_propensity", "by_propensity_y", "by_observation", "by_observation_y"),
    )

    def __init__(self, targets: slice, estimand: str | None, outcomes: int, p: int) -> None:
        self.targets, self.estimand = targets, estimand
        self.total, self.squares = np.zeros((2, outcomes)), np.zeros((2, outcomes))
        self.of_y = np.zeros((2, outcomes))
        # Sums of x times each weight's derivative, alone and times y: the means are known only when the pass ends.
        self.by_propensity, self.by_propensity_y = np.zeros((2, outcomes, p)), np.zeros((2, outcomes, p))
        self.by_observation, self.by_observation_y = np.zeros((2, outcomes, p)), np.zeros((2, outcomes, p))

    def add(self, frame: Frame) -> None:
        at, x, arm = self.targets, frame.chunk.x, frame.chunk.arm
        weight, y = self._weight(frame), frame.y[at]
        self.total[arm] += weight.sum(axis=1)
        self.squares[arm] += (weight * weight).sum(axis=1)
        self.of_y[arm] += (weight * y).sum(axis=1)
        if self.estimand is None:
            return
        change = frame.tilt(self.estimand).weight_slope * frame.inverse[at]
        self.by_propensity[arm] += change @ x.T
        self.by_propensity_y[arm] += (change * y) @ x.T
        change = weight * (frame.observed[at] - 1)
        self.by_observation[arm] += change @ x.T
        self.by_observation_y[arm] += (change * y) @ x.T

    def solve(self, nuisances: Nuisances) -> np.ndarray:
        """(K,) the differences, NaN where an arm has no known outcome; and what the influence pass needs."""
        self.safe = np.where(self.total > 0, self.total, np.nan)
        self.mean = self.of_y / self.safe
        sign = np.array([-1.0, 1.0])[:, None, None] / self.safe[..., None]
        moved = [
            (sign * (of_y - self.mean[..., None] * alone)).sum(axis=0)
            for alone, of_y in (
                (self.by_propensity, self.by_propensity_y),
                (self.by_observation, self.by_observation_y),
            )
        ]
        covariance = nuisances.observation_covariance[nuisances.model_of[self.targets]]
        self.propensity = moved[0] @ nuisances.propensity.covariance
        self.observation = np.einsum("kp,kpq->kq", moved[1], covariance)
        return self.mean[1] - self.mean[0]

    def influence(self, frame: Frame) -> np.ndarray:
        """(K, n) what each row adds to the estimate's error."""
        at, x, arm = self.targets, frame.chunk.x, frame.chunk.arm
        sign = 1 if arm else -1
        found = (
            self._weight(frame) * (frame.y[at] - self.mean[arm][:, None]) * (sign / self.safe[arm][:, None])
        )
        if self.estimand is not None:
            found += (self.propensity @ x) * frame.surprise
            found += (self.observation @ x) * frame.missed[at]
        return found

    def _weight(self, frame: Frame) -> np.ndarray:
        if self.estimand is None:
            return frame.seen[self.targets]
        return frame.tilt(self.estimand).weight * frame.inverse[self.targets]
