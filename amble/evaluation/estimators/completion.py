"""What stands in for a missing score, at random or by a reference-based rule, and the sums it leads to.

Nothing is drawn: the completed sums are given by their mean and their spread over all the scores that could have been
drawn. Equations: multiple_imputation.md, reference_based.md.
"""

from dataclasses import dataclass

import numpy as np

from amble.evaluation.sums.moments import PatternSums

RULES = ("mar", "j2r", "cr", "cir")


@dataclass(frozen=True)
class Law:
    """The normal law of the scores: mean of visit t is z' design[t] coefficients, covariance sigma.

    design: (T, q, p).  coefficients: (p,), with covariance vcov (p, p).  sigma: (T, T).
    """

    design: np.ndarray
    coefficients: np.ndarray
    vcov: np.ndarray
    sigma: np.ndarray


@dataclass(frozen=True)
class Weights:
    """One visit's prediction by pattern: y_observed' known + z'(B own + B_reference reference), variance around it.

    known, own, reference: (S, T).  variance: (S,).
    """

    known: np.ndarray
    own: np.ndarray
    reference: np.ndarray
    variance: np.ndarray


@dataclass(frozen=True)
class Completed:
    """Sums of one visit after imputation: mean over all imputations, and spread of sum(z y).

    zz: (q, q).  zy: (q,).  yy: sum of squares.  spread: (q, q) covariance of zy.  n: (2,) episodes by arm.
    missing: (2,) imputed scores.  missing_z: (2, q) sums of z of those imputed.  missing_y: (2,) sums of their
    predictions.  The two rows are usual care and ETMI: what a shift of the imputed scores needs (tipping-1).
    """

    zz: np.ndarray
    zy: np.ndarray
    yy: float
    spread: np.ndarray
    n: np.ndarray
    missing: np.ndarray
    missing_z: np.ndarray
    missing_y: np.ndarray


def prediction(
    observed: np.ndarray, treated: np.ndarray, sigma: np.ndarray, visit: int, rule: str
) -> Weights:
    """Weights of the prediction of one visit (mi-1) under a rule (reference-1 to reference-4).

    observed: (S, T) bool.  treated: (S,) bool.  The rule holds for treated episodes whose last visit came before
    this one; gaps between visits, and everything in usual care, are missing at random.
    """
    patterns, visits = observed.shape
    seen = observed.astype(float)
    covariance = sigma * seen[:, :, None] * seen[:, None, :] + np.eye(visits) * (1 - seen)[:, :, None]
    known = np.linalg.solve(covariance, (seen * sigma[visit])[:, :, None])[:, :, 0]
    now = np.eye(visits)[np.full(patterns, visit)]
    last = np.where(observed.any(1), visits - 1 - observed[:, ::-1].argmax(1), -1)
    own, reference = now - known, np.zeros_like(known)
    gone = (treated & (last < visit))[:, None]
    if rule == "j2r":
        own, reference = np.where(gone, -known, own), np.where(gone, now, 0.0)
    elif rule == "cr":
        own, reference = np.where(gone, 0.0, own), np.where(gone, now - known, 0.0)
    elif rule == "cir":
        final = np.eye(visits)[last] * (last >= 0)[:, None]
        own, reference = np.where(gone, final - known, own), np.where(gone, now - final, 0.0)
    return Weights(known, own, reference, sigma[visit, visit] - (seen * known) @ sigma[visit])


def expected(sums: PatternSums, law: Law, visit: int, rule: str) -> np.ndarray:
    """(q,) mean of sum(z y) at one visit over all imputations: what the estimate moves with (mi-2)."""
    gap = ~sums.observed[:, visit]
    q = len(sums.columns)
    return sums.gram[~gap, :q, q + visit].sum(0) + _predicted(sums, law, visit, rule)[2].sum(0)


def complete(sums: PatternSums, law: Law, visit: int, rule: str) -> Completed:
    """Fill in one visit and add up (mi-2, mi-3). sums: patterns of both arms, each pattern within one arm."""
    q = len(sums.columns)
    gap = ~sums.observed[:, visit]
    treated = _treated(sums)
    w, loading, filled = _predicted(sums, law, visit, rule)
    zz, zy, yy = sums.gram[gap, :q, :q], sums.gram[gap, :q, q:], sums.gram[gap, q:, q:]
    mean = loading @ law.coefficients
    squares = np.sum(mean * (filled + (zy @ w.known[:, :, None])[:, :, 0]))
    squares += np.sum(w.known[:, :, None] * yy * w.known[:, None, :]) + sums.n[gap] @ w.variance
    slope = zz @ loading
    squares += np.sum((loading @ law.vcov) * slope)
    side = np.stack([~treated[gap], treated[gap]]).astype(float)
    total = slope.sum(0)
    return Completed(
        zz=sums.gram[:, :q, :q].sum(0),
        zy=expected(sums, law, visit, rule),
        yy=float(sums.gram[~gap, q + visit, q + visit].sum() + squares),
        spread=np.tensordot(w.variance, zz, 1) + total @ law.vcov @ total.T,
        n=np.array([sums.n[~treated].sum(), sums.n[treated].sum()]),
        missing=side @ sums.n[gap],
        missing_z=side @ zz[:, 0],
        missing_y=side @ filled[:, 0],
    )


def _treated(sums: PatternSums) -> np.ndarray:
    arm = sums.columns.index("arm")
    return sums.gram[:, arm, arm] > 0


def _predicted(sums: PatternSums, law: Law, visit: int, rule: str) -> tuple[Weights, np.ndarray, np.ndarray]:
    """Weights, loading (S, q, p) of the mean on the coefficients, and sum(z prediction) (S, q); S gaps at the visit."""
    q, arm = len(sums.columns), sums.columns.index("arm")
    gap = ~sums.observed[:, visit]
    w = prediction(sums.observed[gap], _treated(sums)[gap], law.sigma, visit, rule)
    flat = law.design.reshape(len(law.design), -1)
    shape = (-1, *law.design.shape[1:])
    copied = (w.reference @ flat).reshape(shape)
    copied[:, arm] = 0.0  # the reference is usual care
    loading = (w.own @ flat).reshape(shape) + copied
    rows = sums.gram[gap, :q]
    filled = rows[:, :, :q] @ (loading @ law.coefficients)[:, :, None] + rows[:, :, q:] @ w.known[:, :, None]
    return w, loading, filled[:, :, 0]


def both_arms(usual_care: PatternSums, etmi: PatternSums) -> PatternSums:
    """The patterns of the two arms one after the other, so that each pattern lies within one arm."""
    return PatternSums(
        usual_care.columns,
        usual_care.visits,
        np.concatenate([usual_care.observed, etmi.observed]),
        np.concatenate([usual_care.n, etmi.n]),
        np.concatenate([usual_care.gram, etmi.gram]),
    )
