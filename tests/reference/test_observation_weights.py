"""Weights for treatment and for an answer, and a yes-or-no outcome, on NHEFS: What If, chapter 12.

Hernan and Robins print one decimal and their interval takes the weights as known; the third digits are those of the
same programs in R (geeglm), printed by Behrman, R Code for Causal Inference: What If, chapter 12 (2022).
"""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from amble.evaluation.estimators.doubly_robust import Augmented
from amble.evaluation.estimators.hajek import Hajek
from amble.evaluation.estimators.logistic import fit_logistic
from amble.evaluation.estimators.nuisance import LogisticPropensity, Nuisances, Regressions
from amble.evaluation.estimators.two_passes import estimate
from amble.evaluation.estimators.weighted_regression import WeightedRegression
from tests.reference.test_weighting import chunks_of, nhefs

ONE = slice(0, 1)


def fits(
    x: np.ndarray, arm: np.ndarray, y: np.ndarray, empty: str = ""
) -> tuple[dict[str, tuple[float, float]], np.ndarray]:
    """(estimate, error) of each kernel, and the weighted means of usual care and treatment.

    Who answered may depend on the treatment, so it is one more term. Weights are taken as known, every person is a
    cluster, and the factor G / (G - 1) is taken out, as in the book. empty: a model with the intercept alone.
    """
    x = np.vstack([x, arm])
    p, n = x.shape
    start = np.arange(p) < p - 1  # the terms known before treatment
    alone = np.arange(p) == 0
    chunks, regressions = chunks_of(x, arm, y), Regressions(1, p)
    names = ("intercept", *(f"x{j}" for j in range(1, p)))
    uses = np.stack([alone if empty == "propensity" else start, np.ones(p, bool)])
    models = fit_logistic(chunks, names, uses, alone, ("propensity", "seen"), n, [regressions])
    assert all(model.convergence.converged for model in models)
    coef, bread, _ = regressions.solve(alone if empty == "outcome" else start)
    known = np.zeros((p, p))
    nuisances = Nuisances(
        LogisticPropensity(models[0].coef, known),
        models[1].coef[None],
        known[None],
        np.zeros(1, int),
        coef,
        bread,
    )
    arm_only = np.isin(np.arange(p), (0, p - 1))[None]
    weighted = Hajek(ONE, "ATE", 1, p)
    kinds = {
        "weighted": weighted,
        "doubly robust": Augmented(ONE, "ATE", 1, p),
        "complete": WeightedRegression(ONE, arm_only, p - 1, regressions),
    }
    found = estimate(chunks, nuisances, list(kinds.values()), n, n)
    errors = np.sqrt((n - 1) / n)
    pairs = {k: (float(f.estimate[0]), float(f.se[0] * errors)) for k, f in zip(kinds, found, strict=True)}
    return pairs, weighted.mean[:, 0]


def test_weights_for_treatment_and_for_an_answer(refdata) -> None:
    """Chapter 12.6: 3.5 kg (2.5 to 4.5) in all 1,629; R prints 3.50 (error 0.526) and 1.66 without treatment."""
    found, mean = fits(*nhefs(refdata("causaldata/nhefs.dta")))
    value, error = found["weighted"]
    assert [round(end, 1) for end in (value, value - 1.96 * error, value + 1.96 * error)] == [3.5, 2.5, 4.5]
    assert value == pytest.approx(3.50, abs=5e-3) and error == pytest.approx(0.526, abs=5e-4)
    assert mean[0] == pytest.approx(1.66, abs=5e-3)


def test_weights_for_treatment_of_those_who_answered(refdata) -> None:
    """Chapter 12.2: 3.4 kg (2.4 to 4.5) in the 1,566; R prints 3.44 (error 0.525) and 1.78 without treatment."""
    found, mean = fits(*nhefs(refdata("causaldata/nhefs_complete.dta")))
    value, error = found["weighted"]
    assert [round(end, 1) for end in (value, value - 1.96 * error, value + 1.96 * error)] == [3.4, 2.4, 4.5]
    assert value == pytest.approx(3.44, abs=5e-3) and error == pytest.approx(0.525, abs=5e-4)
    assert mean[0] == pytest.approx(1.78, abs=5e-3)


def test_regression_of_those_who_answered(refdata) -> None:
    """Chapter 12.1: 2.5 kg between quitters and others, 4.5 and 2.0, neither weighted nor adjusted."""
    x, arm, y = nhefs(refdata("causaldata/nhefs.dta"))
    found, _ = fits(x, arm, y)
    assert round(found["complete"][0], 1) == 2.5


def test_a_yes_or_no_outcome(refdata) -> None:
    """Chapter 12.4: odds ratio of death 1.0 (0.8 to 1.4); R prints its logarithm, 0.0301, and -1.49 for the others."""
    file = refdata("causaldata/nhefs_complete.dta")
    x, arm, _ = nhefs(file)
    found, mean = fits(x, arm, pd.read_stata(file)["death"].to_numpy(float))
    untreated, treated = logit(mean)
    assert untreated == pytest.approx(-1.49, abs=5e-3)
    assert treated - untreated == pytest.approx(0.0301, abs=5e-5)
    # No book prints the doubly robust difference; it must lie where 0.8 and 1.4 times the odds would take the risk.
    low, high = expit(untreated + np.log([0.8, 1.4])) - mean[0]
    assert low < found["doubly robust"][0] < high


def test_a_yes_or_no_outcome_worked_by_hand() -> None:
    """Chapter 2, Zeus's extended family: 7 of 13 and 3 of 7 died; standardised or weighted, half of both, exactly.

    Deaths by critical condition: 1 of 4 in both groups of those who were not; 6 of 9 and 2 of 3 of those who were.
    """
    people = np.array([(0, 1, 1, 4), (0, 0, 1, 4), (1, 1, 6, 9), (1, 0, 2, 3)])
    critical, arm = (np.repeat(people[:, j], people[:, 3]).astype(float) for j in (0, 1))
    died = np.concatenate([np.arange(n) < deaths for *_, deaths, n in people]).astype(float)
    x = np.stack([np.ones(20), critical])
    found, mean = fits(x, arm, died)
    assert found["complete"][0] == pytest.approx(7 / 13 - 3 / 7, rel=1e-9)
    np.testing.assert_allclose(mean, 0.5, rtol=1e-9)
    assert found["weighted"][0] == pytest.approx(0, abs=1e-9)
    # doubly robust: still nothing when the outcome's model, or that of treatment, does not know who was critical
    for empty in ("", "outcome", "propensity"):
        assert fits(x, arm, died, empty)[0]["doubly robust"][0] == pytest.approx(0, abs=1e-9), empty
