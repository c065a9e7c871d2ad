"""How alike the arms are before and after weighting. Equations: docs/methods/propensity.md (propensity-6)."""

from collections.abc import Mapping

import numpy as np

from amble.evaluation.diagnostics import standardised

LINE = 0.1  # a standardised difference beyond this is called an imbalance


class Balance:
    """Weighted means of p terms by arm, from chunks of rows."""

    def __init__(self, p: int, weightings: tuple[str, ...]) -> None:
        self.weightings = weightings
        self.weight, self.squares = np.zeros((2, len(weightings))), np.zeros((2, len(weightings)))
        self.first = np.zeros((2, len(weightings), p))
        self.n, self.sum, self.square = np.zeros(2), np.zeros((2, p)), np.zeros((2, p))

    def add(self, x: np.ndarray, arm: int, weights: Mapping[str, np.ndarray]) -> None:
        """x: (p, n) terms of rows of one arm.  weights: (n,) of each weighting."""
        stack = np.stack([weights[name] for name in self.weightings])
        self.weight[arm] += stack.sum(axis=1)
        self.squares[arm] += (stack * stack).sum(axis=1)
        self.first[arm] += stack @ x.T
        self.n[arm] += x.shape[1]
        self.sum[arm] += x.sum(axis=1)
        self.square[arm] += np.einsum("pn,pn->p", x, x)

    def merge(self, other: "Balance") -> None:
        for name in ("weight", "squares", "first", "n", "sum", "square"):
            mine: np.ndarray = getattr(self, name)
            mine += getattr(other, name)

    def before(self) -> list[float | None]:
        """(p,) standardised differences of the arms as they are."""
        return self._differences(self.sum / self.n[:, None])

    def after(self, weighting: str) -> list[float | None]:
        """(p,) the same for weighted means, over the same standard deviations, so that both can be compared."""
        at = self.weightings.index(weighting)
        return self._differences(self.first[:, at] / self.weight[:, at, None])

    def _differences(self, mean: np.ndarray) -> list[float | None]:
        n = self.n[:, None]
        spread = np.sqrt(np.maximum(self.square - self.sum**2 / n, 0) / np.maximum(n - 1, 1))
        return [
            standardised.of_means((m1, m0), (s1, s0))
            for m1, m0, s1, s0 in zip(mean[1], mean[0], spread[1], spread[0], strict=True)
        ]
