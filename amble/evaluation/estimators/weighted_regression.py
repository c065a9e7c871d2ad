"""Regression of the known outcomes on arm and covariates, weighted by the inverse probability of being known.

Equations: docs/methods/observation_weights.md.
"""

import numpy as np

from amble.evaluation.estimators.chunks import Sums, bordered, grams, square
from amble.evaluation.estimators.linear_model import least_squares
from amble.evaluation.estimators.nuisance import Frame, Nuisances, Regressions


class WeightedRegression(Sums):
    """The coefficient of one term, for outcomes[targets].

    uses: (K, p) terms of each regression.  term: index of the term.
    complete: sums of the known outcomes, which give the regression without weights; None: with them.
    The weights are taken as known, which makes errors too wide rather than too narrow (observation_weights-4).
    """

    summed = ("triangle", "cross")

    def __init__(
        self, targets: slice, uses: np.ndarray, term: int, complete: Regressions | None = None
    ) -> None:
        self.targets, self.uses, self.term, self.complete = targets, uses, term, complete
        outcomes, p = uses.shape
        self.triangle, self.cross = np.zeros((outcomes, p * (p + 1) // 2)), np.zeros((outcomes, p))

    def add(self, frame: Frame) -> None:
        if self.complete is not None:
            return
        weight = self._weight(frame)
        self.triangle += grams(weight, frame.chunk)
        self.cross += (weight * frame.y[self.targets]) @ frame.chunk.x.T

    def solve(self, nuisances: Nuisances) -> np.ndarray:
        """(K,) the coefficients, NaN where the known outcomes cannot tell the term from the others."""
        triangle, cross = self.triangle, self.cross
        if self.complete is not None:
            triangle = self.complete.triangle.sum(axis=0)[self.targets]
            cross = self.complete.cross.sum(axis=0)[self.targets]
        terms = [str(j) for j in range(self.cross.shape[1])]
        system = bordered(square(triangle, len(terms)), cross, self.uses)
        fit = least_squares(system, [*terms, "y"], terms, ["y"])
        self.coef, self.row = fit.coef[..., 0], fit.bread[:, self.term]
        return np.where(fit.kept[:, self.term], self.coef[:, self.term], np.nan)

    def influence(self, frame: Frame) -> np.ndarray:
        """(K, n) what each row adds to the coefficient's error."""
        x = frame.chunk.x
        return self._weight(frame) * (frame.y[self.targets] - self.coef @ x) * (self.row @ x)

    def _weight(self, frame: Frame) -> np.ndarray:
        return (frame.inverse if self.complete is None else frame.seen)[self.targets]
