"""Linear mixed model with random intercepts for clinicians, alone or within clinics: exact REML from cluster sums.

Equations: docs/methods/random_intercepts.md. Variances may be zero, the edge of what is possible: Newton's steps stop
there, and a variance that the likelihood wants smaller still stays zero, with a warning.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from amble.evaluation.estimators import nested_covariance as nested
from amble.evaluation.estimators.linear_model import least_squares
from amble.evaluation.results import Convergence
from amble.evaluation.sums.moments import ClusterGrams

DECREMENT = 1e-12  # in -2 log likelihood; one more Newton step follows
ITERATIONS = 100
SPARE = 10  # patients beyond the terms; with fewer the likelihood is often highest where no variance is left
RATIOS = (0.0, 0.01, 0.1, 1.0)  # clinician and clinic over residual variance, where the search starts


@dataclass(frozen=True)
class ClusterSums:
    """First-order sums by clinician and one gram over everyone: all that the model needs.

    columns: p terms, the first "intercept", then the response.  n: (G,) patients.  sums: (G, p+1).
    gram: (p+1, p+1).  parent: (G,) code of the clinic, or None for clinicians alone.
    """

    columns: tuple[str, ...]
    n: np.ndarray
    sums: np.ndarray
    gram: np.ndarray
    parent: np.ndarray | None = None


@dataclass(frozen=True)
class RandomInterceptFit:
    """terms: the p terms kept.  coef: (p,).  vcov: (p, p).  dropped: terms that were collinear.

    variances: (3,) residual, clinician, clinic.  free: (3,) False where a variance is zero or not in the model.
    observed, expected: (3, 3) information of -2 log likelihood.  first, second: as in nested_covariance.Products,
    for the terms only.  loglik: REML, the constant included (lme4's criterion is -2 loglik).
    """

    terms: tuple[str, ...]
    coef: np.ndarray
    vcov: np.ndarray
    variances: np.ndarray
    free: np.ndarray
    observed: np.ndarray
    expected: np.ndarray
    first: np.ndarray
    second: np.ndarray
    loglik: float
    n: int
    clinicians: int
    clinics: int
    convergence: Convergence
    dropped: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def icc_clinician(self) -> float:
        """Correlation of two patients of the same clinician (random_intercepts-9)."""
        return float(self.variances[1:].sum() / self.variances.sum())

    @property
    def icc_clinic(self) -> float:
        """Correlation of two patients of the same clinic but different clinicians."""
        return float(self.variances[2] / self.variances.sum())


@dataclass(frozen=True)
class Contrast:
    """A combination of coefficients.  se and df by the method asked for, NaN where it gives none."""

    estimate: float
    se: float
    df: float


def cluster_sums(
    grams: ClusterGrams, terms: Sequence[str], response: str, *, nested: bool = False
) -> ClusterSums:
    """The sums out of second-order sums by clinician, where those are at hand."""
    at = [grams.columns.index(name) for name in (*terms, response)]
    parent = grams.parent if nested else None
    total = grams.gram[:, at][:, :, at].sum(axis=0)
    return ClusterSums((*terms, response), grams.gram[:, 0, 0], grams.gram[:, 0, at], total, parent)


def fit(sums: ClusterSums) -> RandomInterceptFit | str:
    """REML estimates (random_intercepts-2), or in plain words why there are none."""
    total = float(np.sum(sums.n))
    terms, response = sums.columns[:-1], sums.columns[-1]
    ols = least_squares(sums.gram, sums.columns, terms, (response,))
    p = int(ols.kept.sum())
    spread = float(ols.residual[0, 0])
    if total < p + SPARE:
        return f"{total:.0f} patients are too few for a model with {p} terms"
    if spread <= 1e-10 * max(sums.gram[-1, -1], 1e-300):
        return f"the model explains every value of {response}: nothing varies"
    rotated, levels = _rotate(sums, [*np.flatnonzero(ols.kept), len(terms)])
    warnings = _identified(rotated, levels, sums.parent is not None)
    if _nothing_within(rotated, spread):
        return "patients of the same clinician do not differ: the variance within clinicians cannot be known"
    variances = _start(rotated, levels, spread / (total - p))
    model = "random intercept: " + ("clinician within clinic" if sums.parent is not None else "clinician")
    found = _newton(rotated, levels, variances, model)
    kept = tuple(term for term, keep in zip(terms, ols.kept, strict=True) if keep)
    warnings += _zero(found, levels)
    return replace(found, terms=kept, dropped=ols.dropped, warnings=tuple(warnings))


def contrast(
    fitted: RandomInterceptFit, weights: np.ndarray, method: str = "satterthwaite", information: str = ""
) -> Contrast:
    """Estimate, standard error and degrees of freedom of weights'coef.

    method: "satterthwaite" (random_intercepts-6) or "kenward_roger" (-7, -8).  information: "observed" or "expected";
    by default observed for Satterthwaite, as lmerTest, and expected for Kenward-Roger, as pbkrtest.
    A variance on the edge (zero) is taken as known, as SAS does: its uncertainty is not in the degrees of freedom.
    """
    adjust = method == "kenward_roger"
    chosen = information or ("expected" if adjust else "observed")
    w = _variance_of_variances(fitted, chosen)
    half = weights @ fitted.vcov
    variance = float(half @ weights)
    slope = np.einsum("a,iab,b->i", half, fitted.first, half)
    spread = float(slope @ w @ slope)
    df = 2 * variance**2 / spread if spread > 0 else np.nan
    se2 = float(weights @ _adjusted(fitted, w) @ weights) if adjust else variance
    return Contrast(float(weights @ fitted.coef), se2**0.5 if se2 > 0 else np.nan, df)


def _adjusted(fitted: RandomInterceptFit, w: np.ndarray) -> np.ndarray:
    """(p, p) covariance with Kenward and Roger's correction (random_intercepts-7)."""
    c, first = fitted.vcov, fitted.first
    inner = np.einsum("ij,ijab->ab", w, fitted.second)
    inner -= np.einsum("ij,iab,bc,jcd->ad", w, first, c, first)
    return c + 2 * c @ inner @ c


def _variance_of_variances(fitted: RandomInterceptFit, information: str) -> np.ndarray:
    """(3, 3) covariance of the estimated variances, 0 for those on the edge or not in the model.

    NaN where the information is no maximum's: the search did not converge.
    """
    at = np.ix_(fitted.free, fitted.free)
    matrix = (fitted.observed if information == "observed" else fitted.expected)[at]
    w = np.zeros((3, 3))
    w[at] = 2 * np.linalg.inv(matrix) if np.linalg.eigvalsh(matrix)[0] > 0 else np.nan
    return w


def _rotate(sums: ClusterSums, at: list[int]) -> tuple[nested.Rotated, np.ndarray]:
    """The sums in the basis of nested_covariance, and (3,) which variances the data can tell apart."""
    some = np.asarray(sums.n) > 0
    parent = np.zeros(len(some), dtype=int) if sums.parent is None else np.asarray(sums.parent)
    n = np.asarray(sums.n, dtype=float)[some]
    rotated = nested.rotate(n, sums.sums[some][:, at], sums.gram[np.ix_(at, at)], parent[some])
    clinics, clinicians = len(rotated.start), len(n)
    within_clinics = sums.parent is not None and 1 < clinics < clinicians
    return rotated, np.array([True, clinicians > 1 and bool(n.max() > 1), within_clinics])


def _nothing_within(rotated: nested.Rotated, spread: float) -> bool:
    """Whether the terms explain every difference within clinicians: then the likelihood has no maximum."""
    names = [str(i) for i in range(len(rotated.within))]
    inside = least_squares(rotated.within, names, names[:-1], names[-1:])
    left = rotated.total - len(rotated.n) - inside.kept.sum()
    return bool(left > 0 and inside.residual[0, 0] <= 1e-10 * spread)


def _identified(rotated: nested.Rotated, levels: np.ndarray, asked: bool) -> list[str]:
    """What cannot be known, in words."""
    warnings = []
    if len(rotated.n) == 1:
        warnings.append("there is one clinician only: how much clinicians differ cannot be known")
    elif not levels[1]:
        warnings.append("every clinician has one patient: how much clinicians differ cannot be known")
    if asked and len(rotated.start) == 1:
        warnings.append("there is one clinic only: how much clinics differ cannot be known")
    elif asked and not levels[2]:
        warnings.append("every clinic has one clinician: clinics and clinicians cannot be told apart")
    return warnings


def _zero(found: RandomInterceptFit, levels: np.ndarray) -> list[str]:
    """Say which variances came out as zero, and whether the search ended where it should."""
    warnings = [
        f"the {name} variance is estimated as zero: its uncertainty is not in the interval"
        for name, level, value in zip(nested.LEVELS, levels, found.variances, strict=True)
        if level and value == 0
    ]
    if not found.convergence.converged:
        warnings.append("the search for the variances did not converge: do not rely on this line")
    return warnings


def _start(rotated: nested.Rotated, levels: np.ndarray, residual: float) -> np.ndarray:
    """Variances with the best profiled likelihood on a small grid of ratios; a start on the edge is moved inside."""
    best = (np.inf, np.ones(3))
    for clinician in RATIOS if levels[1] else (0.0,):
        for clinic in RATIOS if levels[2] else (0.0,):
            ratios = np.array([1.0, clinician, clinic])
            inverse = nested.invert(rotated, ratios)
            log_det, rss, _, _ = _generalised(nested.gram(rotated, inverse, 1.0))
            df = rotated.total - rotated.between.shape[1] + 1
            value = inverse.log_determinant + log_det + df * np.log(rss)
            best = min(best, (value, ratios * rss / df), key=lambda pair: pair[0])
    return np.where(levels, np.maximum(best[1], 1e-3 * residual), 0.0)


def _generalised(gram: np.ndarray) -> tuple[float, float, np.ndarray, np.ndarray]:
    """log|X'V^-1 X|, the weighted residual sum of squares, coefficients and their covariance."""
    c = np.linalg.inv(gram[:-1, :-1])
    coef = c @ gram[:-1, -1]
    return -np.linalg.slogdet(c)[1], float(gram[-1, -1] - coef @ gram[:-1, -1]), coef, c


def _criterion(rotated: nested.Rotated, variances: np.ndarray) -> float:
    """-2 REML log likelihood (random_intercepts-2)."""
    inverse = nested.invert(rotated, variances)
    log_det, rss, coef, _ = _generalised(nested.gram(rotated, inverse, variances[0]))
    return inverse.log_determinant + log_det + rss + (rotated.total - len(coef)) * np.log(2 * np.pi)


def _evaluate(rotated: nested.Rotated, variances: np.ndarray) -> tuple[RandomInterceptFit, np.ndarray]:
    """The fit at given variances with both information matrices, and the gradient (random_intercepts-5)."""
    inverse = nested.invert(rotated, variances)
    v = nested.products(rotated, inverse, variances[0])
    log_det, rss, coef, c = _generalised(v.gram)
    p = len(coef)
    u = np.append(-coef, 1.0)
    first, second = v.first[:, :p, :p], v.second[:, :, :p, :p]
    pulls = (v.first @ u)[:, :p]
    cp = c @ first
    gradient = v.trace - np.einsum("a,iab,b->i", u, v.first, u) - np.einsum("iaa->i", cp)
    expected = v.trace2 - 2 * np.einsum("ab,ijba->ij", c, second) + np.einsum("iab,jba->ij", cp, cp)
    observed = 2 * np.einsum("a,ijab,b->ij", u, v.second, u) - 2 * pulls @ c @ pulls.T - expected
    value = inverse.log_determinant + log_det + rss + (rotated.total - p) * np.log(2 * np.pi)
    here = RandomInterceptFit(
        terms=(),
        coef=coef,
        vcov=c,
        variances=variances,
        free=variances > 0,
        observed=observed,
        expected=expected,
        first=first,
        second=second,
        loglik=-value / 2,
        n=round(rotated.total),
        clinicians=len(rotated.n),
        clinics=len(rotated.start),
        convergence=Convergence("", False, 0, np.inf, np.inf),
    )
    return here, gradient


def _newton(
    rotated: nested.Rotated, levels: np.ndarray, variances: np.ndarray, model: str
) -> RandomInterceptFit:
    """Newton steps in the variances, each stopped at zero; the certificate is taken at the point returned."""
    near = False
    for iteration in range(ITERATIONS + 1):
        here, gradient = _evaluate(rotated, variances)
        step, free = _step(here, gradient, levels)
        decrement = float(-gradient @ step)
        # after a small step a variance that was held at zero may be let go: then it goes on
        last = near and decrement < DECREMENT
        if last or iteration == ITERATIONS or not np.isfinite(decrement):
            break
        near = decrement < DECREMENT
        moved = _move(rotated, variances, step, -2 * here.loglik, check=not near)
        if moved is None:
            break
        variances = moved
    norm = float(np.linalg.norm((gradient * variances)[free]))
    done = bool(decrement < 1e3 * DECREMENT)
    certificate = Convergence(model, done, iteration, norm, decrement)
    return replace(here, convergence=certificate, free=free)


def _step(
    here: RandomInterceptFit, gradient: np.ndarray, levels: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The Newton step in the variances that are free to move; those at zero that would fall stay."""
    free = levels & ((here.variances > 0) | (gradient < 0))
    while True:
        at = np.ix_(free, free)
        hessian = here.observed[at]
        if np.linalg.eigvalsh(hessian)[0] <= 0:
            hessian = here.expected[at]
        step = np.zeros(3)
        step[free] = -np.linalg.lstsq(hessian, gradient[free], rcond=None)[0]
        stuck = free & (here.variances <= 0) & (step < 0)
        if not stuck.any():
            return step, free
        free = free & ~stuck


def _move(
    rotated: nested.Rotated, variances: np.ndarray, step: np.ndarray, value: float, *, check: bool
) -> np.ndarray | None:
    """The point reached: at most to the edge, halved until the likelihood does not fall. None: no way down."""
    falling = step < 0
    room = np.full(3, np.inf)
    room[falling] = variances[falling] / -step[falling]
    room[0] *= 0.9  # the residual variance never reaches zero
    length = min(1.0, float(room.min()))
    edge = room <= length
    edge[0] = False
    for _ in range(40):
        point = np.where(edge, 0.0, np.maximum(variances + length * step, 0.0))
        if not check or _criterion(rotated, point) <= value + 1e-12 * abs(value):
            return point
        length, edge = length / 2, np.zeros(3, dtype=bool)
    return None
