"""How large a difference a stepped-wedge rollout can tell: exact least squares on clinic-period means.

Equations: docs/methods/stepped_wedge.md. Other patients are measured in every period (cross-sectional), one continuous
outcome, every clinic as large as every other. Nothing here is estimated from data: what goes in is assumed.
"""

from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats


@dataclass(frozen=True)
class Wedge:
    """`clinics` change from usual care to ETMI in `steps` steps; there is one period more than steps.

    patients: measured in each clinic and period, > 0.  sd: between patients in one period, all clinics together.
    icc: correlation of two patients of one clinic in one period, 0 <= icc < 1.
    autocorrelation: the same of two patients in different periods, as a share of icc, 0 to 1.
    decaying: that share is for neighbouring periods and is lost again with every further one.
    """

    clinics: int
    steps: int
    patients: float
    sd: float
    icc: float
    autocorrelation: float = 1.0
    decaying: bool = False

    @property
    def periods(self) -> int:
        return self.steps + 1

    @property
    def df(self) -> int:
        """Clinics less two: one for their level, one for the difference."""
        return self.clinics - 2


def waves(clinics: int, steps: int) -> np.ndarray:
    """(clinics,) the step, from 1, at which each place in the order changes; steps as equal as can be."""
    sizes = [len(part) for part in np.array_split(np.arange(clinics), steps)]
    return np.repeat(np.arange(1, steps + 1), sizes)


def drawn_order(clinics: int, seed: int) -> np.ndarray:
    """(clinics,) the clinics, from 0, in the order in which they change; the same seed gives the same order."""
    return np.random.default_rng(seed).permutation(clinics)


def covariance(wedge: Wedge) -> np.ndarray:
    """(periods, periods) of the means of one clinic (stepped_wedge-2)."""
    apart = np.abs(np.subtract.outer(np.arange(wedge.periods), np.arange(wedge.periods)))
    alike = wedge.autocorrelation ** (apart if wedge.decaying else (apart > 0))
    own = (1 - wedge.icc) / wedge.patients * np.eye(wedge.periods)
    return wedge.sd**2 * (own + wedge.icc * alike)


def standard_error(wedge: Wedge) -> float:
    """Of the difference, with a level of its own for every period (stepped_wedge-3).

    Raises ValueError with fewer than two steps: then time and training cannot be told apart.
    """
    if wedge.steps < 2:
        raise ValueError("a stepped wedge needs two steps or more")
    trained = np.arange(wedge.periods) >= waves(wedge.clinics, wedge.steps)[:, None]  # (clinics, periods)
    weight = np.linalg.inv(covariance(wedge))
    average = trained.mean(axis=0)
    information = (
        np.einsum("kt,ts,ks->", trained, weight, trained) - wedge.clinics * average @ weight @ average
    )
    return float(1 / np.sqrt(information))


def power(difference: float, se: float, df: float, alpha: float) -> float:
    """Chance that a two-sided test at `alpha` finds a true `difference` (stepped_wedge-4). df: np.inf for a z test."""
    shift = abs(difference) / se
    if np.isinf(df):
        far = stats.norm.isf(alpha / 2)
        return float(stats.norm.sf(far - shift) + stats.norm.cdf(-far - shift))
    far = stats.t.isf(alpha / 2, df)
    # A finding in the wrong direction: from six errors on below one in a billion, where SciPy may give no number.
    wrong_way = stats.nct.cdf(-far, df, shift) if shift < 6 else 0.0
    return float(stats.nct.sf(far, df, shift) + wrong_way)


def smallest_difference(se: float, df: float, alpha: float, wanted: float) -> float:
    """The true difference, in the outcome's unit, that is found with the chance `wanted`; alpha < wanted < 1."""
    end = 1.0
    while power(end, 1.0, df, alpha) < wanted:
        end *= 2
    return se * float(optimize.brentq(lambda shift: power(shift, 1.0, df, alpha) - wanted, 0.0, end))
