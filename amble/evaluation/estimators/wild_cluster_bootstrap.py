"""Restricted wild cluster bootstrap for one coefficient, from sums of products by cluster. For few clusters.

Equations: docs/methods/wild_cluster_bootstrap.md. Each repetition flips or stretches the residuals of whole clusters.
The null value enters every repetition's t statistic through a straight line over the root of a parabola, so the
interval by test inversion costs no new bootstrap.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from amble.evaluation.estimators.cluster_robust import partial_leverage
from amble.evaluation.estimators.linear_model import least_squares
from amble.evaluation.sums.moments import ClusterGrams

FEW = 10  # below this many clusters two signs give too few different samples
WEBB = np.sqrt(np.array([0.5, 1.0, 1.5]))
FARTHEST = 1e3  # standard errors; an interval that reaches so far has no end
DOMINANT = 0.5  # share of one cluster in the term's own variation
STEPS = 60  # halvings of the bracket around an end of the interval


@dataclass(frozen=True)
class WildBootstrap:
    """p: against a coefficient of 0.  low, high: interval, infinite where no null value is far enough to be rejected.

    se: CR1.  weights: "rademacher" or "webb".  complete: every combination of signs was used, nothing is random.
    """

    estimate: float
    se: float
    p: float
    low: float
    high: float
    clusters: int
    repetitions: int
    weights: str
    complete: bool
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Lines:
    """t* of each repetition as a function of the null value (wild_cluster_bootstrap-3).

    top: (R, 2) coefficients of a straight line.  bottom: (R, 3) of a parabola, times scale the variance.
    """

    estimate: float
    se: float
    top: np.ndarray
    bottom: np.ndarray
    scale: float

    def p(self, null: float) -> float:
        """The share of repetitions at least as far out as the data, were the coefficient `null`."""
        powers = np.array([1.0, null, null**2])
        top = np.abs(self.top @ powers[:2])
        bottom = np.sqrt(np.maximum(self.bottom @ powers, 0.0) * self.scale)
        t = abs(self.estimate - null) / self.se
        return float(np.mean(top >= t * bottom * (1 - 1e-9)))


def wild_cluster_bootstrap(
    grams: ClusterGrams,
    terms: Sequence[str],
    response: str,
    term: str,
    *,
    repetitions: int,
    rng: np.random.Generator,
    confidence: float = 0.95,
) -> WildBootstrap | str:
    """Test and interval for the coefficient of `term`, or in plain words why there is none.

    The data themselves are the first of the repetitions, so p is never 0 and the test is exact where it can be.
    """
    gram = grams.gram[grams.gram[:, 0, 0] > 0]
    clusters = len(gram)
    if clusters < 2:
        return "there are fewer than two clusters: how much they differ cannot be known"
    fitted = least_squares(gram.sum(axis=0), grams.columns, terms, (response,))
    n, p = float(gram[:, 0, 0].sum()), int(fitted.kept.sum())
    if term in fitted.dropped or n <= p:
        return f"the data cannot tell {term} from the other terms"
    signs, name, complete = draw(clusters, repetitions, rng)
    scale = clusters / (clusters - 1) * (n - 1) / (n - p)
    lines = _lines(grams.columns, gram, terms, response, term, signs, scale)
    if not lines.se > 0:
        return f"the clusters do not differ at all in {response}"
    low, high = (_end(lines, side, 1 - confidence) for side in (-1, 1))
    share = float(partial_leverage(grams, terms, term).max())
    return WildBootstrap(
        estimate=lines.estimate,
        se=lines.se,
        p=lines.p(0.0),
        low=low,
        high=high,
        clusters=clusters,
        repetitions=len(signs),
        weights=name,
        complete=complete,
        warnings=_warnings(low, high, share),
    )


def draw(clusters: int, repetitions: int, rng: np.random.Generator) -> tuple[np.ndarray, str, bool]:
    """(R, G) weights, first row 1: the data.  Their name, and whether they are all there are."""
    if clusters < FEW:
        weights = rng.choice(np.concatenate([-WEBB, WEBB]), size=(repetitions, clusters))
        name, complete = "webb", False
    elif clusters < 30 and 2**clusters <= repetitions:
        bits = np.arange(2**clusters)[:, None] >> np.arange(clusters) & 1
        weights, name, complete = 1.0 - 2.0 * bits, "rademacher", True
    else:
        weights = rng.choice(np.array([-1.0, 1.0]), size=(repetitions, clusters))
        name, complete = "rademacher", False
    weights[0] = 1.0
    return weights, name, complete


def _lines(
    columns: Sequence[str],
    gram: np.ndarray,
    terms: Sequence[str],
    response: str,
    term: str,
    weights: np.ndarray,
    scale: float,
) -> _Lines:
    """Scores under the null are a straight line in the null value: two restricted fits give all repetitions."""
    others = [name for name in terms if name != term]
    total = gram.sum(axis=0)
    full = least_squares(total, columns, terms, (response,))
    restricted = least_squares(total, columns, others, (response, term))
    x = [columns.index(name) for name in terms]
    z = [columns.index(name) for name in others]
    yd = [columns.index(name) for name in (response, term)]
    # (G, p, 2) X_g' residuals of the response and of the term itself, both on the other terms
    scores = gram[:, x][:, :, yd] - gram[:, x][:, :, z] @ restricted.coef
    scores[..., 1] *= -1  # the null value is taken off the response
    picked = full.bread[list(terms).index(term)]
    own = picked @ scores  # (G, 2)
    pull = gram[:, x][:, :, x] @ picked @ full.bread  # (G, p)
    top = weights @ own  # (R, 2)
    moved = np.tensordot(weights, scores, axes=1)  # (R, p, 2)
    left = weights[:, :, None] * own - np.einsum("gp,rpi->rgi", pull, moved)  # (R, G, 2)
    bottom = np.stack(
        [(left[..., 0] ** 2).sum(1), 2 * (left[..., 0] * left[..., 1]).sum(1), (left[..., 1] ** 2).sum(1)],
        axis=1,
    )
    estimate = float(full.of(term, response))
    actual = (gram[:, x, columns.index(response)] - gram[:, x][:, :, x] @ full.coef[:, 0]) @ picked
    return _Lines(estimate, float(np.sqrt(scale * actual @ actual)), top, bottom, scale)


def _end(lines: _Lines, side: int, alpha: float) -> float:
    """Where the test stops rejecting, going out from the estimate (wild_cluster_bootstrap-4)."""
    inside, width = lines.estimate, lines.se
    while lines.p(lines.estimate + side * width) > alpha:
        inside, width = lines.estimate + side * width, width * 1.5
        if width > FARTHEST * lines.se:
            return side * float("inf")
    outside = lines.estimate + side * width
    for _ in range(STEPS):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if lines.p(middle) > alpha else (inside, middle)
    return outside


def _warnings(low: float, high: float, share: float) -> tuple[str, ...]:
    """Where the method is known to fail: no end of the interval, or one cluster that decides everything."""
    found = []
    if not (np.isfinite(low) and np.isfinite(high)):
        found.append("too few clusters had both kinds of care: the interval has no end on at least one side")
    if share > DOMINANT:
        found.append(f"one cluster holds {100 * share:.0f}% of what tells the two kinds of care apart")
    return tuple(found)
