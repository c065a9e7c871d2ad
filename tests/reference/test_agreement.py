"""Agreement between two judges against published numbers."""

import numpy as np
import pytest
from statsmodels.stats.inter_rater import cohens_kappa

from amble.evaluation.estimators.agreement import agreement, mean_difference

# R irrCAC 1.0, vignette "overview": cont3x3abstractors.
ABSTRACTORS = np.array([[13, 0, 0], [0, 20, 7], [0, 4, 56]])
# Bland and Altman, Lancet 1986;1:307, table: first readings with the Wright and the mini Wright peak flow meter, l/min.
WRIGHT = np.array([494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427.0])
MINI = np.array([512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451.0])


def pairs_apart(table: np.ndarray) -> np.ndarray:
    """(n, q, q): every pair a cluster of its own."""
    cells = [cell for cell, count in np.ndenumerate(table) for _ in range(count)]
    out = np.zeros((len(cells), *table.shape))
    for i, cell in enumerate(cells):
        out[i, *cell] = 1
    return out


def test_irrcac_of_two_abstractors() -> None:
    """`kappa2.table`, `gwet.ac1.table` and `pa2.table` divide by n where we divide by n - 1."""
    found = agreement(pairs_apart(ABSTRACTORS), 0.95)
    by_n = np.sqrt(99 / 100)
    assert (found.kappa.value, found.kappa.se * by_n) == pytest.approx((0.7964094, 0.05891072), abs=5e-8)
    assert (found.ac1.value, found.ac1.se * by_n) == pytest.approx((0.8493305, 0.04321747), abs=5e-8)
    assert (found.same.value, found.same.se * by_n) == pytest.approx((0.89, 0.03128898), abs=5e-9)
    for coefficient, ends in ((found.kappa, (0.68, 0.913)), (found.ac1, (0.764, 0.935))):
        assert (coefficient.low, coefficient.high) == pytest.approx(ends, abs=1.5e-3)


def test_statsmodels_has_the_same_kappa() -> None:
    for table in (ABSTRACTORS, np.array([[40, 9, 1], [6, 20, 3], [0, 8, 13]])):
        found = agreement(pairs_apart(table), 0.95).kappa
        theirs = cohens_kappa(table)
        n = table.sum()
        assert found.value == pytest.approx(theirs.kappa, abs=1e-12)
        assert found.se * np.sqrt((n - 1) / n) == pytest.approx(theirs.std_kappa, rel=1e-10)


def test_two_judges_who_agree_in_94_of_100_and_yet_have_no_kappa() -> None:
    """Gwet, Kappa statistic is not satisfactory (2002): 118 of 125 yes by both; kappa -0.0234, AC1 0.9408."""
    found = agreement(pairs_apart(np.array([[118, 5], [2, 0]])), 0.95)
    assert found.same.value == pytest.approx(0.944)
    assert (round(found.kappa.value, 4), round(found.ac1.value, 4)) == (-0.0234, 0.9408)


def test_bland_and_altman_on_two_peak_flow_meters() -> None:
    """Mean difference -2.1 l/min, SD 38.8, limits -79.7 to 75.5 at 2 SD, interval of the mean -22.0 to 17.8."""
    d = WRIGHT - MINI
    found = mean_difference(np.ones(17), d, d**2, 0.95)
    assert (round(found.mean, 1), round(found.sd, 1)) == (-2.1, 38.8)
    # Their limits are made of the rounded mean and deviation.
    assert (found.mean - 2 * found.sd, found.mean + 2 * found.sd) == pytest.approx((-79.7, 75.5), abs=0.15)
    assert (found.low, found.high) == pytest.approx((-22.0, 17.8), abs=0.1)
    assert found.spread == pytest.approx(
        (found.mean - 1.96 * d.std(ddof=1), found.mean + 1.96 * d.std(ddof=1))
    )
