"""Logistic models fitted together by Newton's method: one pass over the rows gives the sums of all of them.

Equations: docs/methods/propensity.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from scipy.special import expit

from amble.evaluation.estimators.chunks import (
    CHUNK_ROWS,
    MANY_ROWS,
    Chunk,
    Chunks,
    Consumer,
    Sums,
    bordered,
    consume,
    grams,
    square,
)
from amble.evaluation.estimators.linear_model import least_squares
from amble.evaluation.results import Convergence

LIMIT = 50.0  # a coefficient that stands for infinity: its probability is 0 or 1 to the last digit
PILOT_ROWS = 131_072
PASSES, PASSES_AFTER_PILOT = 20, 8
EXACT, ENOUGH = 1e-16, 1e-6  # for few rows the decrement of the last step, for many the one that it leaves
OVERSHOT = 4.0  # a decrement that grows by more than this was a step too long


@dataclass(frozen=True)
class LogisticFit:
    """names: p terms.  coef: (p,), 0 where a term was left out, +-LIMIT where its estimate is infinite.

    covariance: (p, p) inverse information, 0 for terms left out.  dropped: terms that earlier ones explain.
    one_sided: term -> the only response (0 or 1) that ever occurred with it.  separated: the rows tell the
    responses apart so well that no maximum was found.
    """

    names: tuple[str, ...]
    coef: np.ndarray
    covariance: np.ndarray
    dropped: tuple[str, ...]
    one_sided: dict[str, int]
    separated: bool
    convergence: Convergence


class _LogisticSums(Sums):
    """Score and information of all models at coef (M, p), from one pass (propensity-2).

    score: (M, p).  triangle: (M, p (p + 1) / 2) of the information.  with_one: (M, p) sums of x where the response is
    1, total: (p,) sums of x; these two tell which terms are one-sided.
    """

    summed = ("score", "triangle", "with_one", "total")

    def __init__(self, coef: np.ndarray) -> None:
        models, p = coef.shape
        self.coef = coef
        self.score, self.with_one, self.total = np.zeros((models, p)), np.zeros((models, p)), np.zeros(p)
        self.triangle = np.zeros((models, p * (p + 1) // 2))

    def add(self, chunk: Chunk) -> None:
        probability = expit(self.coef @ chunk.x)
        self.score += (chunk.responses - probability) @ chunk.x.T
        self.triangle += grams(probability * (1 - probability), chunk)
        self.with_one += chunk.responses @ chunk.x.T
        self.total += chunk.x.sum(axis=1)


def fit_logistic(
    chunks: Chunks,
    names: Sequence[str],
    uses: np.ndarray,
    indicators: np.ndarray,
    models: Sequence[str],
    rows: int,
    also: Sequence[Consumer] = (),
) -> list[LogisticFit]:
    """Fit M models (propensity-1) to the rows of all chunks.

    uses: (M, p) which terms a model has.  indicators: (p,) which terms are 0 or 1, the intercept among them.
    also: other sums that need no more than the rows, taken in the first pass over all of them.
    With many rows the start is the fit to the first of them.
    """
    start, passes, exact = np.zeros(uses.shape), PASSES, rows <= MANY_ROWS
    if not exact:
        few = list(islice(chunks(), max(PILOT_ROWS // CHUNK_ROWS, 1)))
        start = _newton(lambda: few, uses, indicators, start, PASSES, False, (), PILOT_ROWS).coef
        # What is infinite or collinear in the first rows need not be so in all of them.
        start = np.where(np.abs(start) < LIMIT / 2, start, 0.0)
        passes = PASSES_AFTER_PILOT
    state = _newton(chunks, uses, indicators, start, passes, exact, also, rows)
    return [_fit(state, m, model, names, uses[m]) for m, model in enumerate(models)]


@dataclass
class _State:
    coef: np.ndarray
    bread: np.ndarray
    kept: np.ndarray
    fixed: np.ndarray
    done: np.ndarray
    passes: int
    gradient: np.ndarray
    decrement: np.ndarray


def _newton(
    chunks: Chunks,
    uses: np.ndarray,
    indicators: np.ndarray,
    start: np.ndarray,
    passes: int,
    exact: bool,
    also: Sequence[Consumer],
    rows: int,
) -> _State:
    """Newton steps until the last one, or what it leaves, is small enough (propensity-3).

    exact: until the step is nothing, so that the information is that of the maximum to the last digit.
    """
    coef, step = start.copy(), np.zeros_like(start)
    before = np.full(len(start), np.inf)
    fixed = np.zeros(start.shape)
    for number in range(1, passes + 1):
        sums = _LogisticSums(coef)
        consume(chunks, [sums, *(also if number == 1 else ())], rows)
        if number == 1:
            fixed = _one_sided(sums, uses, indicators)
            coef = np.where(fixed != 0, LIMIT * fixed, coef)
        free = uses & (fixed == 0) & ~(np.abs(fixed[:, :1]) > 0)
        terms = [str(j) for j in range(start.shape[1])]
        system = bordered(square(sums.triangle, start.shape[1]), sums.score, free)
        solved = least_squares(system, [*terms, "score"], terms, ["score"])
        decrement = (sums.score * solved.coef[..., 0]).sum(axis=1)
        overshot = (decrement > OVERSHOT * before) & (decrement > EXACT)  # below, it is rounding
        step = np.where(overshot[:, None], -step / 2, solved.coef[..., 0])
        done = ~overshot & (decrement < EXACT if exact else _left_after(decrement, before) < ENOUGH)
        before = np.where(overshot, before, decrement)
        coef = coef + step
        if done.all():
            break
    gradient = np.linalg.norm(np.where(free, sums.score, 0.0), axis=1)
    return _State(coef, solved.bread, solved.kept | ~free, fixed, done, number, gradient, decrement)


def _left_after(decrement: np.ndarray, before: np.ndarray) -> np.ndarray:
    """(M,) the decrement that a step leaves: Newton squares the error, by a factor seen in the step before."""
    known = np.isfinite(before) & (before > 0) & (decrement < 1)
    ratio = np.where(known, decrement / np.where(known, before, 1.0), 1.0)
    return np.maximum(decrement, 0.0) * np.minimum(ratio, 1.0) ** 2


def _one_sided(sums: _LogisticSums, uses: np.ndarray, indicators: np.ndarray) -> np.ndarray:
    """(M, p) 1 or -1 where all rows with the indicator have the same response, so that its estimate is infinite.

    A model whose response never varies is told by its intercept alone.
    """
    usable = uses & indicators & (sums.total > 0)
    side = np.where(usable & (sums.with_one == sums.total), 1.0, 0.0) - (usable & (sums.with_one == 0))
    constant = side[:, 0] != 0
    side[constant, 1:] = 0.0
    return side


def _fit(state: _State, m: int, model: str, names: Sequence[str], uses: np.ndarray) -> LogisticFit:
    constant = state.fixed[m, 0] != 0
    coef = np.where(uses, state.coef[m], 0.0)
    if constant:
        coef[1:] = 0.0
    lost = uses & ~state.kept[m]
    coef[lost] = 0.0
    return LogisticFit(
        names=tuple(names),
        coef=coef,
        covariance=state.bread[m],
        dropped=tuple(name for name, gone in zip(names, lost, strict=True) if gone),
        one_sided={name: int(side > 0) for name, side in zip(names, state.fixed[m], strict=True) if side},
        separated=not bool(state.done[m]),
        convergence=Convergence(
            model=model,
            converged=bool(state.done[m]),
            iterations=state.passes,
            gradient_norm=float(state.gradient[m]),
            newton_decrement=float(state.decrement[m]),
        ),
    )
