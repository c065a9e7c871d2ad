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


def complete(sums: PatternSums, law: Law, visit: int, rule: str) -> Completed:
    """Fill in one visit and add up (mi-2, mi-3). sums: patterns of both arms, each pattern within one arm."""
    q = len(sums.columns)
    arm = sums.columns.index("arm")
    treated = sums.gram[:, arm, arm] > 0
    gap = ~sums.observed[:, visit]
    w = prediction(sums.observed[gap], treated[gap], law.sigma, visit, rule)
    zz, zy, yy = sums.gram[gap, :q, :q], sums.gram[gap, :q, q:], sums.gram[gap, q:, q:]
    loading = np.einsum("st,tqp->sqp", w.own, law.design)
    copied = np.einsum("st,tqp->sqp", w.reference, law.design)
    copied[:, arm] = 0.0  # the reference is usual care
    loading += copied
    mean = loading @ law.coefficients
    filled = np.einsum("sqr,sr->sq", zz, mean) + np.einsum("sqt,st->sq", zy, w.known)
    squares = np.einsum("sq,sq->", mean, filled + np.einsum("sqt,st->sq", zy, w.known))
    squares += np.einsum("st,stu,su->", w.known, yy, w.known) + sums.n[gap] @ w.variance
    squares += np.einsum("sqp,sqr,sro,po->", loading, zz, loading, law.vcov, optimize=True)
    slope = np.einsum("sqr,srp->qp", zz, loading)
    side = np.stack([~treated[gap], treated[gap]]).astype(float)
    return Completed(
        zz=sums.gram[:, :q, :q].sum(0),
        zy=sums.gram[~gap, :q, q + visit].sum(0) + filled.sum(0),
        yy=float(sums.gram[~gap, q + visit, q + visit].sum() + squares),
        spread=np.einsum("s,sqr->qr", w.variance, zz) + slope @ law.vcov @ slope.T,
        n=np.array([sums.n[~treated].sum(), sums.n[treated].sum()]),
        missing=side @ sums.n[gap],
        missing_z=side @ zz[:, 0],
        missing_y=side @ filled[:, 0],
    )


def both_arms(usual_care: PatternSums, etmi: PatternSums) -> PatternSums:
    """The patterns of the two arms one after the other, so that each pattern lies within one arm."""
    return PatternSums(
        usual_care.columns,
        usual_care.visits,
        np.concatenate([usual_care.observed, etmi.observed]),
        np.concatenate([usual_care.n, etmi.n]),
        np.concatenate([usual_care.gram, etmi.gram]),
    )
