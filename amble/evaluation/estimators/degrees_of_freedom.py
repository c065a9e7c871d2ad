"""Tests and intervals of contrasts in a mixed model, with degrees of freedom that admit Sigma was estimated.

Satterthwaite: docs/methods/satterthwaite.md. Kenward-Roger: docs/methods/kenward_roger.md. `information` says from
which matrix the uncertainty of Sigma is taken: "observed" (as SAS and R mmrm do) or "expected" (as pbkrtest does).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import fdtrc, stdtr, stdtrit

from amble.evaluation.estimators.matrices import cholesky_of_stack
from amble.evaluation.estimators.mmrm import MmrmFit

Method = Literal["satterthwaite", "kenward_roger"]
Information = Literal["observed", "expected"]
ORTHOGONAL = 1e-6  # share of a contrast that may lie in what the data cannot tell, by rounding
AVERAGE = "average"
FEWEST = 8  # people of either kind at a visit, below which it stays out of the average: each would turn it
CANNOT = "At {} the arms cannot be compared: one arm has no measurement, or another column says the same as the arm."


@dataclass(frozen=True)
class Contrast:
    """L beta. One row: numbers, `statistic` is t. Several: estimate and se (m,), `statistic` is F, no interval.

    NaN where the data cannot tell it (`estimable` False) or the uncertainty of Sigma is unknown.
    """

    estimate: float | np.ndarray
    se: float | np.ndarray
    df: float
    statistic: float
    p: float
    ci_low: float = np.nan
    ci_high: float = np.nan
    numerator_df: int = 1
    estimable: bool = True


@dataclass(frozen=True)
class VisitContrast:
    """ETMI minus usual care at one visit, or at "average"."""

    visit: str
    contrast: Contrast
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Uncertainty:
    """What a test needs, for the kept coefficients.

    vcov: (p, p) model-based.  adjusted: (p, p) what standard errors come from.
    slopes: (K, p, p) d vcov / d theta_j.  theta_cov: (K, K) covariance of the estimated theta.
    """

    vcov: np.ndarray
    adjusted: np.ndarray
    slopes: np.ndarray
    theta_cov: np.ndarray


def contrast(
    fit: MmrmFit,
    l_matrix: np.ndarray,
    method: Method = "satterthwaite",
    information: Information = "observed",
) -> Contrast:
    """Test L beta = 0, L (p,) or (m, p) over all coefficients of the model, dropped ones included."""
    return tested(fit, np.atleast_2d(l_matrix), uncertainty(fit, method, information), method)


def arm_contrasts(
    fit: MmrmFit,
    column: str = "arm",
    method: Method = "satterthwaite",
    information: Information = "observed",
) -> tuple[VisitContrast, ...]:
    """The coefficient of `column` at each visit, then their equally weighted average (mmrm-11)."""
    known = uncertainty(fit, method, information)
    return tuple(
        VisitContrast(visit, tested(fit, row[None], known, method), warnings)
        for visit, row, warnings, _ in visit_rows(fit, column)
    )


def visit_rows(fit: MmrmFit, column: str) -> list[tuple[str, np.ndarray, tuple[str, ...], bool]]:
    """(visit, contrast (p,), warnings, whether the data can tell it) for each visit and for their average."""
    visits = fit.model.visits
    rows = np.array([arm_row(fit, column, visit) for visit in visits])
    able = np.array([estimable(fit, row[None]) for row in rows])
    each = [
        (visit, row, () if can else (CANNOT.format(visit),), bool(can))
        for visit, row, can in zip(visits, rows, able, strict=True)
    ]
    if not able.any():
        return [
            *each,
            (AVERAGE, rows.mean(0), ("There is no visit at which the two arms can be compared.",), False),
        ]
    enough = able & (fewer(fit, column) >= FEWEST)
    counted = enough if enough.any() else able
    out = ", ".join(visit for visit, counts in zip(visits, counted, strict=True) if not counts)
    left_out = (f"The average leaves out {out}.",) if out else ()
    return [*each, (AVERAGE, rows[counted].mean(0), left_out, True)]


def fewer(fit: MmrmFit, column: str) -> np.ndarray:
    """(T,) people recorded at each visit, of those with the column or those without it, whichever are fewer."""
    problem, found = fit.start.problem, np.zeros(len(fit.model.visits))
    having = problem.zz[0, :, fit.model.columns.index(column)] @ problem.observed
    found[fit.start.seen] = np.minimum(having, problem.n[0] @ problem.observed - having)
    return found


def estimable(fit: MmrmFit, L: np.ndarray) -> bool:
    """Whether the data can tell L beta, L (m, p): it must be orthogonal to what is zero in every row (mmrm-10)."""
    null = fit.start.null
    leaning = np.abs(L @ null.T) > ORTHOGONAL * (np.abs(L) @ np.abs(null.T))
    return fit.derivatives is not None and not leaning.any()


def arm_row(fit: MmrmFit, column: str, visit: str) -> np.ndarray:
    """(p,) what a unit more of `column` does at a visit."""
    model = fit.model
    return model.A[model.visits.index(visit), model.columns.index(column)]


def uncertainty(fit: MmrmFit, method: Method, information: Information) -> Uncertainty | None:
    """None where the fit did not converge or the information matrix is not positive definite."""
    at = fit.derivatives
    if at is None or not fit.certificate.converged:
        return None
    if method == "kenward_roger" and len(at.hessian[0]) != len(fit.start.problem.pairs):
        raise ValueError(
            "Kenward-Roger is not offered for a model with a clinician intercept: use satterthwaite."
        )
    matrix = at.hessian[0] if information == "observed" else at.expected[0]
    if not cholesky_of_stack(matrix[None])[1][0]:
        return None
    theta_cov = 2 * np.linalg.inv(matrix)
    vcov = at.solution.vcov[0]
    slopes = vcov @ at.information[0] @ vcov
    adjusted = kenward_roger_vcov(fit, theta_cov) if method == "kenward_roger" else vcov
    return Uncertainty(vcov, adjusted, slopes, theta_cov)


def tested(fit: MmrmFit, L: np.ndarray, known: Uncertainty | None, method: Method) -> Contrast:
    """The test of L (m, p), or NaN with the reason in `estimable`."""
    m, able = len(L), estimable(fit, L)
    if known is None or not able:
        nothing = np.nan if m == 1 else np.full(m, np.nan)
        return Contrast(nothing, nothing, np.nan, np.nan, np.nan, numerator_df=m, estimable=able)
    L = L[:, fit.start.kept]
    estimate = L @ fit.coefficients[fit.start.kept]
    if m == 1:
        return one_row(L[0], float(estimate[0]), known)
    spread = L @ known.adjusted @ L.T
    if method == "kenward_roger":
        df, scale = kenward_roger_df(L, known)
    else:
        df, scale = fai_cornelius_df(L, known), 1.0
    F = float(scale * estimate @ np.linalg.solve(spread, estimate) / m)
    return Contrast(estimate, np.sqrt(np.diagonal(spread)), df, F, float(fdtrc(m, df, F)), numerator_df=m)


def one_row(row: np.ndarray, estimate: float, known: Uncertainty) -> Contrast:
    """t test with (satterthwaite-2); for one row Kenward-Roger has the same degrees of freedom and a larger se."""
    df = satterthwaite_df(row, known)
    se = float(np.sqrt(row @ known.adjusted @ row))
    t = estimate / se
    half = float(stdtrit(df, 0.975)) * se
    return Contrast(estimate, se, df, t, float(2 * stdtr(df, -abs(t))), estimate - half, estimate + half)


def satterthwaite_df(row: np.ndarray, known: Uncertainty) -> float:
    """2 v^2 / var(v), v = l' vcov l, var(v) by the delta method: (satterthwaite-2)."""
    slope = known.slopes @ row @ row
    return float(2 * (row @ known.vcov @ row) ** 2 / (slope @ known.theta_cov @ slope))


def fai_cornelius_df(L: np.ndarray, known: Uncertainty) -> float:
    """Several rows: degrees of freedom of the independent rows put together, (satterthwaite-4). NaN when undefined."""
    _, directions = np.linalg.eigh(L @ known.vcov @ L.T)
    each = np.array([satterthwaite_df(row, known) for row in directions.T @ L])
    above = each[each > 2]
    total = (above / (above - 2)).sum()
    return float(2 * total / (total - len(L))) if total > len(L) else np.nan


def kenward_roger_vcov(fit: MmrmFit, theta_cov: np.ndarray) -> np.ndarray:
    """(p, p) vcov + 2 vcov (sum_jk W_jk (Q_jk - P_j vcov P_k)) vcov: (kenward_roger-1)."""
    problem, at = fit.start.problem, fit.derivatives
    visits, q = problem.zy.shape[1], problem.zy.shape[-1]
    P = np.moveaxis(at.solution.P[0], -1, 0)
    # sum_jk W_jk V_j P V_k for each pattern, then one weighted cross product instead of K (K + 1) / 2.
    W = (problem.pairs.T @ theta_cov @ problem.pairs).reshape([visits] * 4)
    inner = np.einsum("abcd,sbc->sad", W, P)
    weights = (P @ inner @ P).reshape(len(P), -1).T
    Q = (weights @ problem.zz[0]).reshape(visits, visits, q, q).swapaxes(1, 2)
    Q = problem.design.T @ Q.reshape(visits * q, visits * q) @ problem.design
    vcov, information = at.solution.vcov[0], at.information[0]
    bent = information @ vcov
    mixed = np.tensordot(theta_cov, bent, 1)
    product = np.einsum("jab,jbc->ac", mixed, information)
    adjusted = vcov + 2 * vcov @ (Q - product) @ vcov
    return (adjusted + adjusted.T) / 2


def kenward_roger_df(L: np.ndarray, known: Uncertainty) -> tuple[float, float]:
    """(denominator degrees of freedom, scale of F) for m rows: (kenward_roger-3) to (kenward_roger-5)."""
    m = len(L)
    inverse = np.linalg.inv(L @ known.vcov @ L.T)
    shares = inverse @ (L @ known.slopes @ L.T)
    trace = np.trace(shares, axis1=1, axis2=2)
    A1 = trace @ known.theta_cov @ trace
    A2 = np.einsum("jk,jab,kba->", known.theta_cov, shares, shares)
    B = (A1 + 6 * A2) / (2 * m)
    g = ((m + 1) * A1 - (m + 4) * A2) / ((m + 2) * A2)
    below = 3 * m + 2 * (1 - g)
    c1, c2, c3 = g / below, (m - g) / below, (m + 2 - g) / below
    mean = 1 / (1 - A2 / m)
    variance = 2 / m * (1 + c1 * B) / ((1 - c2 * B) ** 2 * (1 - c3 * B))
    ratio = variance / (2 * mean**2)
    df = 4 + (m + 2) / (m * ratio - 1)
    return float(df), float(df / (mean * (df - 2)))
