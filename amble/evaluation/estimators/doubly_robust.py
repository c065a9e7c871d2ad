"""Augmented weighting: right if the propensity or the outcome regression is.

Equations: docs/methods/doubly_robust.md.
"""

import numpy as np

from amble.evaluation.estimators.chunks import Sums
from amble.evaluation.estimators.nuisance import Frame, Nuisances


class Augmented(Sums):
    """AIPW of outcomes[targets] with missing outcomes, for the people of an estimand (doubly_robust-4)."""

    summed = (
        *("total", "people", "by_people", "by_regression"),
        *("by_propensity", "people_by_propensity", "by_observation"),
    )

    def __init__(self, targets: slice, estimand: str, outcomes: int, p: int) -> None:
        self.targets, self.estimand = targets, estimand
        self.total, self.people = np.zeros(outcomes), np.zeros(outcomes)
        self.by_propensity, self.people_by_propensity = np.zeros((outcomes, p)), np.zeros((outcomes, p))
        self.by_observation, self.by_people = np.zeros((outcomes, p)), np.zeros((outcomes, p))
        self.by_regression = np.zeros((2, outcomes, p))

    def add(self, frame: Frame) -> None:
        at, x, arm = self.targets, frame.chunk.x, frame.chunk.arm
        tilt, eligible = frame.tilt(self.estimand), frame.chunk.eligible[at]
        if eligible.all():
            eligible = eligible[:1]  # one row for all outcomes
        gap, surprise = frame.gap[at], frame.surprise_of_y[at]
        weighted = surprise * tilt.weight
        self.total += gap @ tilt.target + weighted.sum(axis=1)
        self.people += eligible @ tilt.target
        self.by_propensity += (gap * tilt.target_slope + surprise * tilt.weight_slope) @ x.T
        self.people_by_propensity += (eligible * tilt.target_slope) @ x.T
        self.by_observation += (weighted * (frame.observed[at] - 1)) @ x.T
        self.by_people += (eligible * tilt.target) @ x.T
        self.by_regression[arm] += (frame.inverse[at] * tilt.weight) @ x.T

    def solve(self, nuisances: Nuisances) -> np.ndarray:
        """(K,) the differences; and the corrections for fitted nuisances (doubly_robust-5), each over the people."""
        at = self.targets
        self.safe = np.where(self.people > 0, self.people, np.nan)
        self.estimate = self.total / self.safe
        covariance = nuisances.observation_covariance[nuisances.model_of[at]]
        moved = self.by_propensity - self.estimate[:, None] * self.people_by_propensity
        self.propensity = moved @ nuisances.propensity.covariance / self.safe[:, None]
        self.observation = np.einsum("kp,kpq->kq", self.by_observation, covariance) / self.safe[:, None]
        change = np.stack([self.by_regression[0] - self.by_people, self.by_people - self.by_regression[1]])
        bread = nuisances.regression_bread[:, at]
        self.regression = np.einsum("akp,akpq->akq", change, bread) / self.safe[None, :, None]
        return self.estimate

    def influence(self, frame: Frame) -> np.ndarray:
        """(K, n) what each row adds to the estimate's error."""
        at, x, arm = self.targets, frame.chunk.x, frame.chunk.arm
        tilt = frame.tilt(self.estimand)
        own = (frame.gap[at] - self.estimate[:, None] * frame.chunk.eligible[at]) * tilt.target
        own += frame.surprise_of_y[at] * tilt.weight
        own /= self.safe[:, None]
        own += (self.propensity @ x) * frame.surprise
        own += (self.observation @ x) * frame.missed[at]
        own += (self.regression[arm] @ x) * frame.left[at]
        return own
