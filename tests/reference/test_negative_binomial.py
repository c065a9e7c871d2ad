"""Visits to a physician in the RAND health insurance experiment, against R's glm.nb and Stata's nbreg."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.datasets import randhie

from amble.evaluation.estimators.negative_binomial import CountCells, fit_counts

# R 2.15.1, MASS 7.3-22 glm.nb; Stata 11 nbreg for log a, its error, intervals and likelihood: as the tests of
# statsmodels 0.15 keep them (statsmodels/discrete/tests/results/results_discrete.py, RandHIE). Intercept last.
GLM_NB = (
    -0.0579469537244314,
    -0.267787718814838,
    0.0412060770911646,
    -0.0381376804392121,
    0.268915772213171,
    0.0381637446219235,
    -0.0441338846217674,
    0.0172521803400544,
    0.177960787443151,
    0.663556087183864,
)
LOG_A, LOG_A_ERROR = 0.256929012449, 0.0143932
LOG_LIKELIHOOD = -43383.66207653563
INTERVALS = (
    (-0.0698826, -0.0460113),
    (-0.3122654, -0.2233101),
    (0.0330781, 0.049334),
    (-0.0448006, -0.0314748),
    (0.2102246, 0.3276069),
    (0.0352959, 0.0410316),
    (-0.0834356, -0.0048321),
    (-0.0535908, 0.0880951),
    (0.0324115, 0.3235101),
    (0.6150055, 0.7121067),
)


@pytest.fixture(scope="module")
def cells() -> CountCells:
    data = randhie.load_pandas()
    counts = data.endog.to_numpy().astype(int)
    terms = np.column_stack([np.ones(len(counts)), data.exog.to_numpy(dtype=float)])
    x, at = np.unique(terms, axis=0, return_inverse=True)
    return CountCells(
        ("intercept", *data.exog.columns),
        x,
        np.bincount(at).astype(float),
        np.bincount(at, counts),
        np.bincount(counts),
    )


def test_coefficients_and_dispersion_are_those_of_glm_nb(cells: CountCells) -> None:
    fit = fit_counts(cells)
    assert np.roll(fit.coef, -1) == pytest.approx(GLM_NB, rel=1e-6)
    assert np.log(fit.a) == pytest.approx(LOG_A, rel=1e-6)
    assert np.sqrt(fit.covariance()[-1, -1]) == pytest.approx(LOG_A_ERROR, abs=5e-8)
    assert fit.log_likelihood == pytest.approx(LOG_LIKELIHOOD, abs=1e-9)
    width = stats.norm.ppf(0.975) * np.sqrt(np.diag(fit.covariance())[:-1])
    intervals = np.column_stack([fit.coef - width, fit.coef + width])
    assert np.roll(intervals, -1, axis=0) == pytest.approx(np.array(INTERVALS), abs=6e-8)
    assert fit.convergence.converged
    assert fit.convergence.newton_decrement < 1e-20
