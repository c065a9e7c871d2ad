"""Time to a change that is only seen at visits: Turnbull's estimate and the mean time without the change.

An episode's change lies after the last visit at which it was not yet there and no later than the first visit at which
it was. Counts of such pairs of visits are all that is needed. Equations: interval_censored.md.
"""

from dataclasses import dataclass

import numpy as np

TOLERANCE = 1e-7  # of the log likelihood per episode; mass that tends to 0 does so slowly
ITERATIONS = 5_000
MIDDLE, EARLIEST, LATEST = 0, 1, 2


@dataclass(frozen=True)
class Turnbull:
    """mass: (..., V+1) share of episodes whose change lies in each gap between visits, the last one beyond them all.

    gap: (...) the certificate: by how much the log likelihood per episode could at most still rise (interval-3).
    NaN where there is no episode that says anything.
    """

    mass: np.ndarray
    gap: np.ndarray
    iterations: int


@dataclass(frozen=True)
class Comparison:
    """Mean weeks without the change, up to the last visit.

    weeks: (2, 3) of usual care and ETMI; middle of the gap between visits, its start, its end.
    difference: (3,) ETMI minus usual care, with the same convention in both groups.
    not_yet: (2, V) share without the change at each visit.  n, seen: (2,) episodes that say anything, changes seen.
    """

    weeks: np.ndarray
    difference: np.ndarray
    not_yet: np.ndarray
    n: np.ndarray
    seen: np.ndarray
    fit: Turnbull


def intervals(value: np.ndarray, changed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n,) number of the last visit without, and of the first visit with the change (interval-1).

    value: (n, V) NaN where not seen.  changed: (n, V) bool.  Visits count from 1; 0 is the start, V+1 is never seen.
    A change that is lost again later is a change all the same.
    """
    visits = value.shape[1]
    seen = ~np.isnan(value)
    hit = seen & changed
    first = np.where(hit.any(1), hit.argmax(1) + 1, visits + 1)
    number = np.arange(1, visits + 1)
    last = np.where(seen & (number < first[:, None]), number, 0).max(axis=1, initial=0)
    return last, first


def turnbull(counts: np.ndarray, tolerance: float = TOLERANCE) -> Turnbull:
    """Self-consistent estimate by EM with squared extrapolation (interval-2), for a stack of samples at once.

    counts: (..., V+1, V+1) episodes by last visit without (0..V) and first visit with the change (1..V+1).
    """
    shape, cells = counts.shape[:-2], counts.shape[-1]
    last, first = np.triu_indices(cells)
    covers = (np.arange(cells) >= last[:, None]) & (np.arange(cells) <= first[:, None])
    n = counts[..., last, first].reshape(-1, len(last)).astype(float)
    n[:, covers.all(1)] = 0.0  # never seen again: says nothing
    total = n.sum(1)
    n /= np.where(total > 0, total, 1.0)[:, None]
    mass = np.full((len(n), cells), 1.0 / cells)
    gap = np.full(len(n), np.inf)
    active, steps = np.flatnonzero(total > 0), 0
    while len(active) and steps < ITERATIONS:
        steps += 1
        score = _score(n[active], mass[active], covers)
        gap[active] = score.max(1) - 1
        going = gap[active] > tolerance  # the certificate is that of the mass it was computed for
        active, score = active[going], score[going]
        once = mass[active] * score
        twice = once * _score(n[active], once, covers)
        mass[active] = _extrapolate(mass[active], once, twice)
    mass[total == 0] = gap[total == 0] = np.nan
    return Turnbull(mass.reshape(*shape, cells), gap.reshape(shape), steps)


def _score(n: np.ndarray, mass: np.ndarray, covers: np.ndarray) -> np.ndarray:
    """(B, V+1) derivative of the log likelihood per episode by the mass of each gap; 1 or less at the maximum.

    n: (B, K) shares of the K pairs of visits.  covers: (K, V+1) the gaps that lie between the two visits.
    """
    chance = mass @ covers.T
    return np.where(n > 0, n / np.maximum(chance, 1e-300), 0.0) @ covers


def _extrapolate(mass: np.ndarray, once: np.ndarray, twice: np.ndarray) -> np.ndarray:
    """A longer step along the path of two EM steps, where it stays a distribution; otherwise the two steps."""
    first = once - mass
    bend = twice - once - first
    size = np.sqrt((bend**2).sum(1))
    length = np.sqrt((first**2).sum(1)) / np.where(size > 0, size, np.inf)
    length = np.maximum(length, 1.0)[:, None]
    longer = mass + 2 * length * first + length**2 * bend
    longer /= longer.sum(1, keepdims=True)
    usable = (longer > 0.5 * twice).all(1) & np.isfinite(longer).all(1)
    return np.where(usable[:, None], longer, twice)


def gaps(counts: np.ndarray, weeks: np.ndarray) -> np.ndarray:
    """(..., 3, V+1) middle, start and end of the time that each gap stands for (interval-4).

    Gaps that a visit would part at which nobody was seen are one gap. Beyond the last visit time stops.
    """
    cells = counts.shape[-1]
    time = np.concatenate([[0.0], np.maximum.accumulate(weeks)])
    used = np.zeros((*counts.shape[:-2], cells), bool)
    informative = counts.copy()
    informative[..., 0, -1] = 0
    used[..., 1:] = (informative.sum(-1)[..., 1:] > 0) | (informative.sum(-2)[..., :-1] > 0)
    used[..., 0] = True
    start = np.maximum.accumulate(np.where(used, time, 0.0), axis=-1)
    end_used = np.concatenate([used[..., 1:], np.ones((*used.shape[:-1], 1), bool)], -1)
    end_time = np.where(end_used, np.append(time[1:], time[-1]), np.inf)
    end = np.minimum.accumulate(end_time[..., ::-1], axis=-1)[..., ::-1]
    return np.stack([(start + end) / 2, start, end], -2)


def compare(counts: np.ndarray, weeks: np.ndarray, tolerance: float = TOLERANCE) -> Comparison:
    """counts: (..., 2, V+1, V+1) of usual care and ETMI, a stack of samples or one (interval-5)."""
    fit = turnbull(counts, tolerance)
    mean = np.einsum("...ej,...j->...e", gaps(counts, weeks), fit.mass)
    informative = counts.copy()
    informative[..., 0, -1] = 0
    return Comparison(
        weeks=mean,
        difference=mean[..., 1, :] - mean[..., 0, :],
        not_yet=1 - fit.mass.cumsum(-1)[..., :-1],
        n=informative.sum((-2, -1)),
        seen=counts[..., :-1].sum((-2, -1)),
        fit=fit,
    )
