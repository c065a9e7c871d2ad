"""Products with the inverse covariance of patients within clinicians within clinics, from sums by clinician.

V = residual I + clinician Z1 Z1' + clinic Z2 Z2'. Split each clinician's patients into their mean and what is left:
V acts on what is left as the residual variance alone, so only a G x G matrix K is to be inverted, which is diagonal
plus one rank-one term per clinic (random_intercepts-3). Nothing here grows with the number of patients.
"""

from dataclasses import dataclass

import numpy as np

LEVELS = ("residual", "clinician", "clinic")


@dataclass(frozen=True)
class Rotated:
    """Cluster sums turned into means scaled by the root of the cluster's size, clinicians sorted by clinic.

    total: patients N.  n: (G,) patients.  root: (G,) sqrt(n).  clinic: (G,) code 0..C-1.  start: (C,) first clinician.
    within: (k, k) gram of deviations from the clinician's mean.  between: (G, k) sums over root.
    """

    total: float
    n: np.ndarray
    root: np.ndarray
    clinic: np.ndarray
    start: np.ndarray
    within: np.ndarray
    between: np.ndarray

    def by_clinic(self, values: np.ndarray) -> np.ndarray:
        """(C, ...) sums over the clinicians of each clinic."""
        return np.add.reduceat(values, self.start, axis=0)


@dataclass(frozen=True)
class Inverse:
    """K^-1 = 1/d - c h h' in each clinic, and log|V|.  d, h: (G,).  a = root'h, c: (C,) (random_intercepts-4)."""

    d: np.ndarray
    h: np.ndarray
    a: np.ndarray
    c: np.ndarray
    log_determinant: float


@dataclass(frozen=True)
class Products:
    """What REML needs of V and of its derivatives V_i in the three variances; W holds the terms and the response.

    gram: (k, k) W'V^-1 W.  first: (3, k, k) W'V^-1 V_i V^-1 W.  second: (3, 3, k, k) W'V^-1 V_i V^-1 V_j V^-1 W.
    trace: (3,) tr V^-1 V_i.  trace2: (3, 3) tr V^-1 V_i V^-1 V_j.
    """

    gram: np.ndarray
    first: np.ndarray
    second: np.ndarray
    trace: np.ndarray
    trace2: np.ndarray


def rotate(n: np.ndarray, sums: np.ndarray, gram: np.ndarray, parent: np.ndarray) -> Rotated:
    """n: (G,) all positive.  sums: (G, k) of W.  gram: (k, k) W'W.  parent: (G,) any code of the clinic."""
    order = np.argsort(parent, kind="stable")
    n, sums = np.asarray(n, dtype=float)[order], np.asarray(sums, dtype=float)[order]
    _, start, clinic = np.unique(parent[order], return_index=True, return_inverse=True)
    root = np.sqrt(n)
    between = sums / root[:, None]
    return Rotated(float(n.sum()), n, root, clinic, start, gram - between.T @ between, between)


def invert(rotated: Rotated, variances: np.ndarray) -> Inverse:
    """The inverse at the variances (residual > 0, clinician, clinic)."""
    residual, clinician, clinic = variances
    d = residual + clinician * rotated.n
    h = rotated.root / d
    a = rotated.by_clinic(rotated.root * h)
    inflation = 1.0 + clinic * a
    left = rotated.total - len(rotated.n)
    log_determinant = left * np.log(residual) + np.log(d).sum() + np.log(inflation).sum()
    return Inverse(d, h, a, clinic / inflation, float(log_determinant))


def solve(rotated: Rotated, inverse: Inverse, values: np.ndarray) -> np.ndarray:
    """(G, m) K^-1 values."""
    scaled = values / inverse.d[:, None]
    share = inverse.c[:, None] * rotated.by_clinic(rotated.root[:, None] * scaled)
    return scaled - inverse.h[:, None] * share[rotated.clinic]


def gram(rotated: Rotated, inverse: Inverse, residual: float) -> np.ndarray:
    """(k, k) W'V^-1 W: all that the likelihood needs."""
    return rotated.within / residual + rotated.between.T @ solve(rotated, inverse, rotated.between)


def products(rotated: Rotated, inverse: Inverse, residual: float) -> Products:
    """Everything that the gradient, both information matrices and Kenward-Roger need (random_intercepts-5)."""
    k = rotated.between.shape[1]
    y = solve(rotated, inverse, rotated.between)
    clinic_part = rotated.by_clinic(rotated.root[:, None] * y)[rotated.clinic] * rotated.root[:, None]
    u = np.hstack([y, rotated.n[:, None] * y, clinic_part])
    first = (y.T @ u).reshape(k, 3, k).transpose(1, 0, 2).copy()
    second = (u.T @ solve(rotated, inverse, u)).reshape(3, k, 3, k).transpose(0, 2, 1, 3).copy()
    first[0] += rotated.within / residual**2
    second[0, 0] += rotated.within / residual**3
    v = rotated.within / residual + rotated.between.T @ y
    trace, trace2 = _traces(rotated, inverse, residual)
    return Products(v, first, second, trace, trace2)


def _traces(rotated: Rotated, inverse: Inverse, residual: float) -> tuple[np.ndarray, np.ndarray]:
    """tr V^-1 V_i and tr V^-1 V_i V^-1 V_j: V_0 and V_1 are diagonal in K's basis, V_2 is root root'."""
    d, h, a, c = inverse.d, inverse.h, inverse.a, inverse.c
    left = rotated.total - len(rotated.n)
    ratio = 1.0 - c * a  # 1 / (1 + clinic a)
    kappa2 = (h * ratio[rotated.clinic]) ** 2
    diagonal = np.vstack([np.ones_like(d), rotated.n])
    hh = np.add.reduceat(diagonal * h**2, rotated.start, axis=1)  # (2, C) h' V_i h
    trace, trace2 = np.empty(3), np.empty((3, 3))
    trace[:2] = (diagonal / d).sum(axis=1) - hh @ c
    trace[2] = (a * ratio).sum()
    weight = 1.0 / d**2 - 2.0 * c[rotated.clinic] * h**2 / d
    trace2[:2, :2] = (diagonal * weight) @ diagonal.T + (hh * c**2) @ hh.T
    trace2[:2, 2] = trace2[2, :2] = diagonal @ kappa2
    trace2[2, 2] = ((a * ratio) ** 2).sum()
    trace[0] += left / residual
    trace2[0, 0] += left / residual**2
    return trace, trace2
