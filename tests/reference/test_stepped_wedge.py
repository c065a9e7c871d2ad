"""The chance of a stepped rollout against closed forms and other people's programs."""

import numpy as np
import pytest

from amble.evaluation.estimators.stepped_wedge import (
    Wedge,
    power,
    smallest_difference,
    standard_error,
    waves,
)


def hussey_and_hughes(wedge: Wedge) -> float:
    """Variance, Hussey and Hughes 2007, equation 8. s2: of a clinic-period mean within clinics; t2: between clinics."""
    i, t = wedge.clinics, wedge.periods
    s2, t2 = wedge.sd**2 * (1 - wedge.icc) / wedge.patients, wedge.sd**2 * wedge.icc
    x = np.arange(t) >= waves(i, wedge.steps)[:, None]
    u, w, v = x.sum(), (x.sum(axis=0) ** 2).sum(), (x.sum(axis=1) ** 2).sum()
    return i * s2 * (s2 + t * t2) / ((i * u - w) * s2 + (u**2 + i * t * u - t * w - i * v) * t2)


def woertman(steps: int, patients: int, icc: float) -> float:
    """Design effect, Woertman and others 2013: one measurement before the first step and one after each."""
    k, n = steps, patients
    clustering = (1 + icc * (k * n + n - 1)) / (1 + icc * (k * n / 2 + n - 1))
    return clustering * 3 * (1 - icc) / (2 * (k - 1 / k))


@pytest.mark.parametrize("clinics", [3, 12, 13, 40])
@pytest.mark.parametrize("steps", [2, 3])
@pytest.mark.parametrize("icc", [0.0, 0.01, 0.3])
def test_hussey_and_hughes(clinics, steps, icc) -> None:
    wedge = Wedge(clinics, steps, 17.5, 13.0, icc)
    assert standard_error(wedge) ** 2 == pytest.approx(hussey_and_hughes(wedge), rel=1e-10)


@pytest.mark.parametrize(("steps", "patients", "published"), [(4, 10, 0.535), (3, 20, 0.767), (4, 20, 0.572)])
def test_woertman_with_the_design_effects_of_kristunas(steps, patients, published) -> None:
    """Kristunas and others, Trials 2017;18:109, table 2, correlation 0.05: relative to two groups by chance."""
    wedge = Wedge(2 * steps, steps, patients, 1.0, 0.05)
    two_groups = 4 / (wedge.clinics * patients)
    found = standard_error(wedge) ** 2 / two_groups
    assert found == pytest.approx(woertman(steps, patients, 0.05), rel=1e-10)
    assert round(found, 3) == published


def test_cluster_power_with_cluster_autocorrelation() -> None:
    """R clusterPower, cpa.sw.normal(nsubjects = 50, ntimes = 5, d = 1.5, icc = 0.2, rho_c = 0.8, rho_s = 0, vart = 16).

    It gives 1.288772 clinics a step for 80%; it counts steps, and drops findings in the wrong direction.
    """
    one = standard_error(Wedge(5, 5, 50, 4.0, 0.2, 0.8))
    least = smallest_difference(one, np.inf, 0.05, 0.8)
    assert (least / 1.5) ** 2 == pytest.approx(1.288772, abs=5e-5)


@pytest.mark.parametrize(
    ("clinics", "patients", "pass_", "shiny"), [(2, 18, 0.294, 0.293), (10, 15, 0.826, 0.829)]
)
def test_pass_and_the_shiny_calculator(clinics, patients, pass_, shiny) -> None:
    """Difference 0.5, two steps, correlation 0.01; PASS 2021 and Hemming, Kasza, Hooper, Forbes and Taljaard 2020.

    The two differ in whether the total or the residual standard deviation is 1.
    """
    total = power(0.5, standard_error(Wedge(clinics, 2, patients, 1.0, 0.01)), np.inf, 0.05)
    residual = power(0.5, standard_error(Wedge(clinics, 2, patients, (1 / 0.99) ** 0.5, 0.01)), np.inf, 0.05)
    low, high = sorted((pass_, shiny))
    assert residual - 0.0005 <= low <= high <= total + 0.0005
