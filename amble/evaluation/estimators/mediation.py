"""How much of an effect passes through mediators measured earlier. Linear models from sums. Equations: mediation.md."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from amble.evaluation.estimators.cluster_bootstrap import resampled
from amble.evaluation.estimators.linear_model import least_squares
from amble.evaluation.sums.moments import ClusterGrams


@dataclass(frozen=True)
class Mediation:
    """total = direct + sum of indirect.  indirect: (..., m), a path per mediator.  ... is the stack of repetitions.

    on_mediator: (..., m) arm difference in each mediator (a).  on_outcome: (..., m) outcome per unit of mediator (b).
    NaN where the sums could not tell the arm or a mediator from the other terms.
    """

    mediators: tuple[str, ...]
    total: np.ndarray
    direct: np.ndarray
    indirect: np.ndarray
    on_mediator: np.ndarray
    on_outcome: np.ndarray


def mediate(
    gram: np.ndarray,
    columns: Sequence[str],
    exposure: str,
    mediators: Sequence[str],
    outcome: str,
    terms: Sequence[str],
) -> Mediation:
    """Parallel mediators without exposure-mediator interaction, by products of coefficients (mediation-1 to -4).

    gram: (..., k, k) over `columns` of the same complete rows. terms: the intercept first, then confounders.
    """
    first = least_squares(gram, columns, (*terms, exposure), (*mediators, outcome))
    second = least_squares(gram, columns, (*terms, exposure, *mediators), (outcome,))
    a = np.stack([first.of(exposure, mediator) for mediator in mediators], axis=-1)
    b = np.stack([second.of(mediator) for mediator in mediators], axis=-1)
    return Mediation(
        tuple(mediators), first.of(exposure, outcome), second.of(exposure), a * b, on_mediator=a, on_outcome=b
    )


def bootstrap_mediation(
    grams: ClusterGrams,
    exposure: str,
    mediators: Sequence[str],
    outcome: str,
    terms: Sequence[str],
    repetitions: int,
    seed: tuple[int, ...],
) -> Mediation:
    """The same, for `repetitions` draws of whole clusters: arrays with a first axis of repetitions (mediation-5)."""
    chunks = [
        mediate(gram, grams.columns, exposure, mediators, outcome, terms)
        for gram in resampled(grams.gram, repetitions, seed)
    ]
    fields = ("total", "direct", "indirect", "on_mediator", "on_outcome")
    return Mediation(
        tuple(mediators), *(np.concatenate([getattr(chunk, name) for chunk in chunks]) for name in fields)
    )
