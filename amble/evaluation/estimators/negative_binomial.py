"""Negative binomial regression of counts, from sums by cell of equal terms: docs/methods/negative_binomial.md.

The variance is mu + a mu^2 with a = 1 / theta; a = 0 is the Poisson model, reached without a break. Patients with the
same terms share one cell, so that after one pass over the rows an iteration costs as much as there are cells.
"""

from dataclasses import dataclass

import numpy as np

from amble.evaluation.estimators.linear_model import least_squares
from amble.evaluation.results import Convergence

ENOUGH = 1e-20  # squared distance to the maximum, in standard errors, below which a step changes nothing
CERTAIN = 1e-10  # what is still called converged
STEPS, HALVINGS = 100, 40
SMALL = 1e-2  # an a mu below which the series is more exact than the formula
ENDLESS = 15.0  # a coefficient this large stands for infinity: there, only zeros were counted


@dataclass(frozen=True)
class CountCells:
    """terms: p names, the first "intercept".  x: (C, p) terms of each cell.  n: (C,) episodes in it.

    total: (C,) sum of their counts.  frequency: (m + 1,) how many episodes have the count 0, 1, ..., m.
    """

    terms: tuple[str, ...]
    x: np.ndarray
    n: np.ndarray
    total: np.ndarray
    frequency: np.ndarray


@dataclass(frozen=True)
class CountFit:
    """terms: p names.  coef: (p,) log rate ratios, 0 where a term was left out.

    a: dispersion, 0 for the Poisson limit.  information: (p + 1, p + 1) minus the second derivatives in (beta, log a);
    rows and columns of terms left out, and in the Poisson limit of log a, are 0.  log_likelihood: with all constants.
    endless: terms with which only zeros (or nothing but zeros without them) were counted: their estimate is infinite.
    """

    terms: tuple[str, ...]
    coef: np.ndarray
    a: float
    information: np.ndarray
    log_likelihood: float
    dropped: tuple[str, ...]
    endless: tuple[str, ...]
    convergence: Convergence

    @property
    def theta(self) -> float:
        """Shape of the negative binomial; infinite in the Poisson limit."""
        return 1 / self.a if self.a > 0 else float("inf")

    def covariance(self) -> np.ndarray:
        """(p + 1, p + 1) inverse information: right only if the model is and patients are independent."""
        return _inverse(self.information)


def fit_counts(cells: CountCells) -> CountFit:
    """Maximum likelihood in (beta, log a) jointly (negative_binomial-2). Not everyone's count may be 0."""
    gram = cells.x.T @ (cells.x * cells.n[:, None])
    kept = least_squares(gram, cells.terms, cells.terms, ()).kept
    use = CountCells(
        tuple(np.array(cells.terms)[kept]), cells.x[:, kept], cells.n, cells.total, cells.frequency
    )
    start = np.zeros(use.x.shape[1])
    start[0] = np.log(cells.total.sum() / cells.n.sum())
    beta, _, path = _maximise(use, start, None)
    a = 0.0
    if _overdispersion(use, beta) > 0:
        beta, a, path = _maximise(use, beta, _moments(use, beta))
    model = "negative binomial" if a > 0 else "Poisson"
    coef = np.zeros(len(kept))
    coef[kept] = beta
    at = np.append(np.flatnonzero(kept), len(kept)) if a > 0 else np.flatnonzero(kept)
    information = np.zeros((len(kept) + 1, len(kept) + 1))
    information[np.ix_(at, at)] = path.information
    return CountFit(
        terms=cells.terms,
        coef=coef,
        a=a,
        information=information,
        log_likelihood=path.value,
        dropped=tuple(term for term, keep in zip(cells.terms, kept, strict=True) if not keep),
        endless=tuple(t for t, b in zip(cells.terms[1:], coef[1:], strict=True) if abs(b) > ENDLESS),
        convergence=Convergence(
            f"{model} model of sessions", path.decrement < CERTAIN, path.steps, path.gradient, path.decrement
        ),
    )


def scores(fit: CountFit, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """(n, p + 1) first derivatives of each row's log likelihood in (beta, log a) (negative_binomial-3)."""
    mu = np.exp(x @ fit.coef)
    found = np.zeros((len(y), len(fit.terms) + 1))
    found[:, :-1] = x * ((y - mu) / (1 + fit.a * mu))[:, None]
    if fit.a > 0:
        j = np.arange(int(y.max(initial=0)))
        steps = np.concatenate([[0.0], np.cumsum(j / (1 + j * fit.a))])
        slope = steps[y.astype(int)] - y * mu / (1 + fit.a * mu) - _excess(fit.a, mu)[1]
        found[:, -1] = fit.a * slope
    return found


def robust_covariance(fit: CountFit, by_cluster: np.ndarray) -> np.ndarray:
    """(p + 1, p + 1) sandwich from the scores summed by cluster (G, p + 1), times G / (G - 1) (negative_binomial-4)."""
    bread, clusters = _inverse(fit.information), len(by_cluster)
    return bread @ (by_cluster.T @ by_cluster) @ bread * clusters / max(clusters - 1, 1)


@dataclass(frozen=True)
class Standardised:
    """Mean count of everyone with and without a term, and its difference (negative_binomial-5).

    gradient: (p + 1,) of the difference in (beta, log a).
    """

    with_term: float
    without: float
    gradient: np.ndarray

    @property
    def difference(self) -> float:
        return self.with_term - self.without

    def spread(self, fit: CountFit, x: np.ndarray, term: str) -> np.ndarray:
        """(n,) how far each row's own difference lies from the mean: who happens to be in the cohort varies too."""
        one, none = _with_and_without(fit, x, term)
        return np.exp(one @ fit.coef) - np.exp(none @ fit.coef) - self.difference


def standardise(fit: CountFit, cells: CountCells, term: str) -> Standardised:
    one, none = _with_and_without(fit, cells.x, term)
    weight = cells.n / cells.n.sum()
    mean_one, mean_none = weight * np.exp(one @ fit.coef), weight * np.exp(none @ fit.coef)
    gradient = np.append(mean_one @ one - mean_none @ none, 0.0)
    return Standardised(float(mean_one.sum()), float(mean_none.sum()), gradient)


def robust_variance_of_mean(
    fit: CountFit, mean: Standardised, by_cluster: np.ndarray, spread: np.ndarray, n: float
) -> float:
    """Variance of the standardised difference from its influence summed by cluster (negative_binomial-6).

    by_cluster: (G, p + 1) scores.  spread: (G,) sums of `Standardised.spread`.  n: episodes.
    """
    influence = spread / n + by_cluster @ (_inverse(fit.information) @ mean.gradient)
    return float(influence @ influence * len(spread) / max(len(spread) - 1, 1))


def _with_and_without(fit: CountFit, x: np.ndarray, term: str) -> tuple[np.ndarray, np.ndarray]:
    at = fit.terms.index(term)
    one, none = x.copy(), x.copy()
    one[:, at], none[:, at] = 1.0, 0.0
    return one, none


# The likelihood and its maximum


@dataclass(frozen=True)
class _Path:
    """The end of the climb: log likelihood, information (k, k), how far the maximum may be."""

    value: float
    information: np.ndarray
    steps: int
    gradient: float
    decrement: float


def _excess(a: float, mu: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """log(1 + a mu) / a and its first two derivatives in a, exact also where a mu is small, and at a = 0."""
    z = a * mu
    small = z < SMALL
    safe = np.where(small, 1.0, z)
    logs, ratio = np.log1p(safe), mu / safe
    value = logs * ratio
    first = (safe / (1 + safe) - logs) * ratio**2
    second = -((mu / (1 + safe)) ** 2 + 2 * first) * ratio
    few, near = mu[small], -z[small]
    value[small] = few * np.polyval([1 / 7, 1 / 6, 1 / 5, 1 / 4, 1 / 3, 1 / 2, 1], near)
    first[small] = -(few**2) * np.polyval([7 / 8, 6 / 7, 5 / 6, 4 / 5, 3 / 4, 2 / 3, 1 / 2], near)
    second[small] = few**3 * np.polyval([56 / 9, 42 / 8, 30 / 7, 20 / 6, 12 / 5, 6 / 4, 2 / 3], near)
    return value, first, second


def _log_likelihood(cells: CountCells, beta: np.ndarray, a: float) -> float:
    """(negative_binomial-1) without the factorials."""
    eta = cells.x @ beta
    mu = np.exp(eta)
    above, j = _above(cells)
    linear = np.where(cells.total > 0, cells.total * (eta - np.log1p(a * mu)), 0.0)
    return float(above @ np.log1p(a * j) + (linear - cells.n * _excess(a, mu)[0]).sum())


def _above(cells: CountCells) -> tuple[np.ndarray, np.ndarray]:
    """(how many episodes have a count above j, j) for j = 0, 1, ..., m - 1."""
    return np.cumsum(cells.frequency[::-1])[::-1][1:].astype(float), np.arange(len(cells.frequency) - 1.0)


def _derivatives(cells: CountCells, beta: np.ndarray, a: float | None) -> tuple[np.ndarray, np.ndarray]:
    """Gradient (k,) and information (k, k) in beta, or in (beta, log a) (negative_binomial-3)."""
    x, n, total = cells.x, cells.n, cells.total
    mu, shape = np.exp(x @ beta), a or 0.0
    grown = 1 + shape * mu
    gradient = x.T @ ((total - n * mu) / grown)
    weight = mu * (n + shape * total) / grown**2
    information = x.T @ (x * weight[:, None])
    if a is None:
        return gradient, information
    above, j = _above(cells)
    _, first, second = _excess(a, mu)
    slope = above @ (j / (1 + a * j)) - (total * mu / grown + n * first).sum()
    bend = -(above @ (j / (1 + a * j)) ** 2)
    bend += (total * (mu / grown) ** 2 - n * second).sum()
    cross = a * (x.T @ ((total - n * mu) * mu / grown**2))
    full = np.block(
        [[information, cross[:, None]], [cross[None, :], np.array([[-(a * a * bend + a * slope)]])]]
    )
    return np.append(gradient, a * slope), full


def _maximise(cells: CountCells, beta: np.ndarray, a: float | None) -> tuple[np.ndarray, float, _Path]:
    """Newton's method with halved steps, in beta (a is None: Poisson) or in (beta, log a)."""
    point = beta if a is None else np.append(beta, np.log(a))
    p = len(beta)

    def dispersion(at: np.ndarray) -> float | None:
        return None if a is None else float(np.exp(at[p]))

    def value(at: np.ndarray) -> float:
        with np.errstate(over="ignore", invalid="ignore"):
            found = _log_likelihood(cells, at[:p], dispersion(at) or 0.0)
        return found if np.isfinite(found) else -np.inf

    reached, taken = value(point), 0
    while taken < STEPS:
        gradient, information = _derivatives(cells, point[:p], dispersion(point))
        step = _inverse(_positive(information)) @ gradient
        decrement = float(gradient @ step)
        if decrement < ENOUGH:
            break
        length = 1.0
        for _ in range(HALVINGS):
            trial = value(point + length * step)
            if trial >= reached + 1e-4 * length * decrement - 1e-13 * abs(reached):
                break
            length /= 2
        else:
            break
        point, reached, taken = point + length * step, trial, taken + 1
    gradient, information = _derivatives(cells, point[:p], dispersion(point))
    decrement = float(gradient @ _inverse(_positive(information)) @ gradient)
    constant = _factorials(cells.frequency)
    path = _Path(reached - constant, information, taken, float(np.abs(gradient).max()), decrement)
    return point[:p], dispersion(point) or 0.0, path


def _factorials(frequency: np.ndarray) -> float:
    """Sum over the episodes of log(y!)."""
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, len(frequency))))])
    return float(frequency @ logs)


def _overdispersion(cells: CountCells, beta: np.ndarray) -> float:
    """Twice the slope of the log likelihood in a at the Poisson model; not above 0: there is no overdispersion."""
    mu, y = np.exp(cells.x @ beta), np.arange(len(cells.frequency))
    squares = cells.frequency @ y**2.0 - 2 * (mu @ cells.total) + (cells.n @ mu**2)
    return float(squares - cells.total.sum())


def _moments(cells: CountCells, beta: np.ndarray) -> float:
    """Where to begin with a: what the squared residuals say."""
    found = _overdispersion(cells, beta) / float(cells.n @ np.exp(cells.x @ beta) ** 2)
    return float(np.clip(found, 1e-6, 1e3))


def _positive(information: np.ndarray) -> np.ndarray:
    """Far from the maximum the information may not be positive definite; then, its eigenvalues made so."""
    values, vectors = np.linalg.eigh(information)
    if values[0] > 0:
        return information
    floor = 1e-8 * np.abs(values).max()
    return (vectors * np.maximum(np.abs(values), floor)) @ vectors.T


def _inverse(information: np.ndarray) -> np.ndarray:
    """Inverse of what is there; 0 for terms that are left out. Scaled first, as terms differ in size."""
    scale = np.sqrt(np.abs(np.diag(information)))
    use = scale > 0
    found = np.zeros_like(information)
    part = information[np.ix_(use, use)] / np.outer(scale[use], scale[use])
    found[np.ix_(use, use)] = np.linalg.pinv(part, rcond=1e-14, hermitian=True) / np.outer(
        scale[use], scale[use]
    )
    return found
