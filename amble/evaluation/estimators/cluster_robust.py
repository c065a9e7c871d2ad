"""Least squares with errors that are robust to clustering: CR0, CR1, and CR2 with Satterthwaite degrees of freedom.

Equations: docs/methods/cluster_robust.md. The Bell-McCaffrey correction needs the inverse root of a matrix with one
row per patient in each cluster; it acts on the terms only, so the cluster's gram of the terms is enough.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from amble.evaluation.estimators.linear_model import least_squares
from amble.evaluation.sums.moments import ClusterGrams

UNIT_LEVERAGE = (
    1e-9  # a direction that one cluster alone determines says nothing about differences between clusters
)
ALONE = "one cluster alone determines a term of the model: its errors cannot be judged"


@dataclass(frozen=True)
class ClusterFit:
    """terms: the p terms kept.  coef: (p,).  cr0, cr1, cr2: (p, p) covariances.  dropped: collinear terms.

    root: (p, p) L with L L' = (X'X)^-1.  leverage: (G, p, p) L' X_g'X_g L of each cluster, and adjustment: (G, p, p)
    the inverse root of what it leaves of the identity (cluster_robust-3).
    """

    terms: tuple[str, ...]
    coef: np.ndarray
    cr0: np.ndarray
    cr1: np.ndarray
    cr2: np.ndarray
    root: np.ndarray
    leverage: np.ndarray
    adjustment: np.ndarray
    n: int
    clusters: int
    dropped: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClusterContrast:
    """One coefficient.  se and df by CR2 with Satterthwaite, or by CR1 with G - 1."""

    estimate: float
    se: float
    df: float


def by_parent(grams: ClusterGrams) -> ClusterGrams:
    """Clinics as clusters, from clinicians as clusters."""
    codes, at = np.unique(grams.parent, return_inverse=True)
    gram = np.zeros((len(codes), *grams.gram.shape[1:]))
    np.add.at(gram, at, grams.gram)
    return ClusterGrams(grams.columns, gram, codes)


def fit(grams: ClusterGrams, terms: Sequence[str], response: str) -> ClusterFit | str:
    """Least squares of the response on the terms (cluster_robust-1), or in plain words why there is no answer."""
    grams = ClusterGrams(grams.columns, grams.gram[grams.gram[:, 0, 0] > 0], grams.parent)
    clusters, n = len(grams.gram), float(grams.gram[:, 0, 0].sum())
    ols = least_squares(grams.gram.sum(axis=0), grams.columns, terms, (response,))
    if clusters < 2:
        return "there are fewer than two clusters: how much they differ cannot be known"
    p = int(ols.kept.sum())
    if n <= p:
        return f"{n:.0f} patients are too few for a model with {p} terms"
    kept = tuple(term for term, keep in zip(terms, ols.kept, strict=True) if keep)
    at = [grams.columns.index(name) for name in (*kept, response)]
    coef = ols.coef[ols.kept, 0]
    gram = grams.gram[:, at][:, :, at]
    bread = ols.bread[np.ix_(ols.kept, ols.kept)]
    root = np.linalg.cholesky(bread)
    scores = (gram[:, :p, p] - gram[:, :p, :p] @ coef) @ root
    leverage = root.T @ gram[:, :p, :p] @ root
    adjustment, alone = _adjustment(leverage)
    bias_reduced = np.einsum("gab,gb->ga", adjustment, scores)
    cr0 = root @ (scores.T @ scores) @ root.T
    return ClusterFit(
        terms=kept,
        coef=coef,
        cr0=cr0,
        cr1=cr0 * clusters / (clusters - 1) * (n - 1) / (n - p),
        cr2=root @ (bias_reduced.T @ bias_reduced) @ root.T,
        root=root,
        leverage=leverage,
        adjustment=adjustment,
        n=round(n),
        clusters=clusters,
        dropped=ols.dropped,
        warnings=(ALONE,) if alone else (),
    )


def coefficient(fitted: ClusterFit, term: str, kind: str = "cr2") -> ClusterContrast:
    """One coefficient.  kind: "cr2" with Satterthwaite df (cluster_robust-4), or "cr1" with G - 1 df (-2)."""
    at = fitted.terms.index(term)
    estimate = float(fitted.coef[at])
    if kind == "cr1":
        return ClusterContrast(estimate, float(np.sqrt(fitted.cr1[at, at])), fitted.clusters - 1.0)
    return ClusterContrast(estimate, float(np.sqrt(fitted.cr2[at, at])), _satterthwaite(fitted, at))


def partial_leverage(grams: ClusterGrams, terms: Sequence[str], term: str) -> np.ndarray:
    """(G,) each cluster's share of what tells `term` apart from the other terms (cluster_robust-5); NaN if nothing."""
    others = tuple(name for name in terms if name != term)
    fitted = least_squares(grams.gram.sum(axis=0), grams.columns, others, (term,))
    direction = np.append(-fitted.coef[:, 0], 1.0)
    at = [grams.columns.index(name) for name in (*others, term)]
    own = np.einsum("a,gab,b->g", direction, grams.gram[:, at][:, :, at], direction)
    return own / own.sum() if own.sum() > 1e-9 * grams.gram[:, at[-1], at[-1]].sum() else own * np.nan


def _satterthwaite(fitted: ClusterFit, at: int) -> float:
    """Degrees of freedom if errors were independent and equally variable (cluster_robust-4)."""
    direction = fitted.root[at]
    half = np.einsum("gab,b->ga", fitted.adjustment, direction)
    v = np.einsum("gab,gb->ga", fitted.leverage, half)
    own = np.einsum("ga,gab,gb->g", half, fitted.leverage, half)
    shared = (v**2).sum(axis=1)
    trace = (own - shared).sum()
    trace2 = (own * (own - 2 * shared)).sum() + ((v.T @ v) ** 2).sum()
    return float(trace**2 / trace2) if trace2 > 0 else float("nan")


def _adjustment(leverage: np.ndarray) -> tuple[np.ndarray, bool]:
    """(G, p, p) (I - leverage)^-1/2, 0 in directions that a cluster alone determines, and whether there are such."""
    values, vectors = np.linalg.eigh(leverage)
    left = 1.0 - values
    usable = left > UNIT_LEVERAGE
    scale = np.where(usable, np.where(usable, left, 1.0) ** -0.5, 0.0)
    return (vectors * scale[:, None, :]) @ vectors.transpose(0, 2, 1), not usable.all()
