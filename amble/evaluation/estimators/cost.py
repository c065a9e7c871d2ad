"""Differences in mean cost and in effect, together, by drawing whole clusters again: cost_effectiveness.md."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from amble.evaluation.estimators.cluster_bootstrap import resampled
from amble.evaluation.estimators.linear_model import least_squares
from amble.evaluation.sums.moments import ClusterGrams


@dataclass(frozen=True)
class Model:
    """A linear model of one response: the difference wanted is the coefficient of `exposure`."""

    grams: ClusterGrams
    response: str
    exposure: str
    terms: Sequence[str]

    def difference(self, gram: np.ndarray) -> np.ndarray:
        """(...) adjusted difference for each gram of a stack (cost-1); NaN where the exposure cannot be told."""
        fit = least_squares(gram, self.grams.columns, (*self.terms, self.exposure), (self.response,))
        return fit.of(self.exposure)


@dataclass(frozen=True)
class CostEffect:
    """cost, effect: differences in the data.  costs, effects: (R,) the same in each repetition, paired."""

    cost: float
    effect: float
    costs: np.ndarray
    effects: np.ndarray


def cost_effect(cost: Model, effect: Model, repetitions: int, seed: tuple[int, ...]) -> CostEffect:
    """Both differences and their joint bootstrap (cost-2).

    The two models may use different rows (costs are known for more episodes than effects), but their grams must
    list the same clusters in the same order, with zeros for a cluster that has no rows: the same draws serve both.
    """
    if cost.grams.gram.shape[0] != effect.grams.gram.shape[0]:
        raise ValueError("the two models must list the same clusters")
    costs = [cost.difference(gram) for gram in resampled(cost.grams.gram, repetitions, seed)]
    effects = [effect.difference(gram) for gram in resampled(effect.grams.gram, repetitions, seed)]
    return CostEffect(
        float(cost.difference(cost.grams.gram.sum(axis=0))),
        float(effect.difference(effect.grams.gram.sum(axis=0))),
        np.concatenate(costs) if costs else np.empty(0),
        np.concatenate(effects) if effects else np.empty(0),
    )


def acceptability(costs: np.ndarray, effects: np.ndarray, willingness: np.ndarray) -> np.ndarray:
    """(W,) share of repetitions in which the gain is worth its cost at each willingness to pay (cost-3).

    effects must count upwards: more is better. Repetitions without both numbers are left out; NaN if none is left.
    """
    usable = np.isfinite(costs) & np.isfinite(effects)
    if not usable.any():
        return np.full(len(willingness), np.nan)
    benefit = willingness[:, None] * effects[usable] - costs[usable]
    return (benefit > 0).mean(axis=1)


def willingness_grid(costs: np.ndarray, effects: np.ndarray, points: int = 21) -> np.ndarray:
    """(points,) from 0 to a round number beyond which few repetitions would change sides (cost-4).

    The end is the nine-in-ten quantile of |cost / effect| over the repetitions, rounded up to 1, 2 or 5 times a
    power of ten.
    """
    usable = np.isfinite(costs) & np.isfinite(effects) & (effects != 0)
    ratio = np.abs(costs[usable] / effects[usable])
    end = float(np.quantile(ratio, 0.9)) if len(ratio) else 0.0
    if not end > 0:
        return np.linspace(0.0, 1.0, points)
    power = 10.0 ** np.floor(np.log10(end))
    return np.linspace(0.0, next(step * power for step in (1, 2, 5, 10) if step * power >= end), points)
