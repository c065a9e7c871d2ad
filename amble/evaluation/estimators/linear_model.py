"""Least squares from sums of products, for one gram or a stack of them (a bootstrap). Equations: linear_model.md.

The sweep operator works through the terms in order; a term that the terms before it already explain is left out
and named, so collinear columns and empty levels never reach a matrix inversion. Works in any unit of the columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

COLLINEAR = 1e-9  # of a term's variance, what the terms before it must leave unexplained
CONSTANT = 1e-13  # of a term's raw sum of squares, what the first term must leave unexplained


@dataclass(frozen=True)
class LinearFit:
    """terms: p names in the order given.  responses: r names.  ... is the stack, nothing for a single gram.

    kept: (..., p) False where a term was left out; its coefficient is 0 and its row of `bread` is 0.
    coef: (..., p, r).  bread: (..., p, p) generalised inverse of X'X.
    residual: (..., r, r) cross-products of the residuals.
    """

    terms: tuple[str, ...]
    responses: tuple[str, ...]
    kept: np.ndarray
    coef: np.ndarray
    bread: np.ndarray
    residual: np.ndarray

    @property
    def dropped(self) -> tuple[str, ...]:
        """Terms that some gram of the stack could not tell from the terms before them."""
        lost = ~self.kept.reshape(-1, len(self.terms)).all(axis=0)
        return tuple(term for term, gone in zip(self.terms, lost, strict=True) if gone)

    def of(self, term: str, response: str | None = None) -> np.ndarray:
        """(...) the coefficient of one term, NaN where the term was left out."""
        row = self.terms.index(term)
        column = 0 if response is None else self.responses.index(response)
        return np.where(self.kept[..., row], self.coef[..., row, column], np.nan)


def least_squares(
    gram: np.ndarray, columns: Sequence[str], terms: Sequence[str], responses: Sequence[str]
) -> LinearFit:
    """Regress each response on the terms (linear_model-1).

    gram: (..., k, k) sums of products of `columns`, of which terms and responses are some. The first term should
    be the intercept. Weighted sums give weighted least squares. An empty gram gives a fit that keeps no term.
    """
    at = [list(columns).index(name) for name in (*terms, *responses)]
    p = len(terms)
    swept = np.array(gram[..., at, :][..., at], dtype=float)
    kept = _sweep(swept, p)
    return LinearFit(
        terms=tuple(terms),
        responses=tuple(responses),
        kept=kept,
        coef=np.where(kept[..., None], swept[..., :p, p:], 0.0),
        bread=np.where(kept[..., :, None] & kept[..., None, :], -swept[..., :p, :p], 0.0),
        residual=swept[..., p:, p:],
    )


def classical(fit: LinearFit, n: np.ndarray | float, response: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Covariance (..., p, p) of one response's coefficients under equal error variance, and its df (linear_model-2).

    NaN where there are no more rows than terms.
    """
    df = np.asarray(n - fit.kept.sum(axis=-1), dtype=float)
    variance = np.where(df > 0, fit.residual[..., response, response] / np.where(df > 0, df, 1.0), np.nan)
    return variance[..., None, None] * fit.bread, df


def _sweep(a: np.ndarray, p: int) -> np.ndarray:
    """Sweep the first p pivots of a (..., m, m) in place; (..., p) whether each pivot could be swept."""
    kept = np.zeros((*a.shape[:-2], p), dtype=bool)
    raw = np.einsum("...ii->...i", a).copy()
    least = raw * CONSTANT
    for j in range(p):
        pivot = a[..., j, j]
        usable = (pivot > least[..., j]) & (pivot > 0)
        kept[..., j] = usable
        _sweep_pivot(a, j, np.where(usable, pivot, np.inf), usable)
        if j == 0:
            left = np.einsum("...ii->...i", a).copy()
            level = (left <= raw * CONSTANT) & (np.arange(a.shape[-1]) > 0)  # what is left of it is rounding
            a[level[..., :, None] | level[..., None, :]] = 0.0
            least = np.maximum(least, COLLINEAR * left)
    return kept


def _sweep_pivot(a: np.ndarray, j: int, pivot: np.ndarray, usable: np.ndarray) -> None:
    """One sweep; a pivot of infinity leaves the other rows as they are and clears the row and column of the term."""
    row = a[..., j, :].copy()
    a -= row[..., :, None] * (row / pivot[..., None])[..., None, :]
    scaled = row / pivot[..., None]
    a[..., j, :] = scaled
    a[..., :, j] = scaled
    a[..., j, j] = np.where(usable, -1.0 / pivot, 0.0)
