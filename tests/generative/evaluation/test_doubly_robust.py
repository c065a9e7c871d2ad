"""Weighted estimates in two passes agree with one stacked system of estimating equations, written out per patient.

The reference knows nothing of influence functions: it stacks the equations of every parameter, differentiates them
along the imaginary axis and forms the sandwich (Stefanski and Boos 2002), clustered by clinician.
"""

import numpy as np
import pytest
from scipy.special import expit

from amble.evaluation.estimators.chunks import ArmChunk
from amble.evaluation.estimators.doubly_robust import Augmented
from amble.evaluation.estimators.hajek import Hajek
from amble.evaluation.estimators.logistic import fit_logistic
from amble.evaluation.estimators.nuisance import LogisticPropensity, Nuisances, Regressions
from amble.evaluation.estimators.two_passes import estimate
from amble.evaluation.estimators.weighted_regression import WeightedRegression

TERMS = ("intercept", "arm", "age", "male", "start")


def people(seed: int, n: int = 400, clinicians: int = 30) -> dict[str, np.ndarray]:
    rng = np.random.default_rng([seed, 20260108])
    clinician = rng.integers(0, clinicians, n)
    age, male = rng.normal(size=n), (rng.random(n) < 0.4).astype(float)
    start = rng.normal(size=n) + 0.3 * rng.normal(size=clinicians)[clinician]
    arm = (rng.random(n) < expit(-0.5 + 0.5 * age - 0.4 * male + 0.3 * start)).astype(float)
    x = np.stack([np.ones(n), arm, age, male, start])
    outcome = 2 * arm + age + start * (1 + arm) + rng.normal(size=clinicians)[clinician] + rng.normal(size=n)
    y = np.where(rng.random(n) < expit(0.8 - 0.6 * arm + 0.5 * start), outcome, np.nan)
    eligible = rng.random(n) < 0.9
    known = np.where(eligible, (y > 1).astype(float), np.nan)
    known[np.isnan(y)] = np.nan
    return {"x": x, "arm": arm, "y": np.stack([y, known]), "eligible": eligible, "clinician": clinician}


def chunks_of(data: dict[str, np.ndarray], size: int):
    def chunks():
        for arm in (1, 0):
            rows = np.flatnonzero(data["arm"] == arm)
            for start in range(0, len(rows), size):
                at = rows[start : start + size]
                y = data["y"][:, at]
                yield ArmChunk(
                    x=data["x"][:, at],
                    responses=np.stack([np.full(len(at), float(arm)), ~np.isnan(y[0])]),
                    arm=arm,
                    cluster=data["clinician"][at],
                    y=y,
                    eligible=np.stack([np.ones(len(at), bool), data["eligible"][at]]),
                )

    return chunks


def engine(data: dict[str, np.ndarray], size: int = 64) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """method and estimand -> (estimates, standard errors) of both outcomes."""
    chunks, p = chunks_of(data, size), len(TERMS)
    without_arm = np.arange(p) != 1
    regressions = Regressions(2, p)
    fits = fit_logistic(
        chunks,
        TERMS,
        np.stack([without_arm, np.ones(p, bool)]),
        np.isin(TERMS, ("intercept", "arm", "male")),
        ("propensity", "observation"),
        data["x"].shape[1],
        [regressions],
    )
    coef, bread, _ = regressions.solve(without_arm)
    nuisances = Nuisances(
        LogisticPropensity(fits[0].coef, fits[0].covariance),
        fits[1].coef[None],
        fits[1].covariance[None],
        np.zeros(2, int),
        coef,
        bread,
    )
    both, uses = slice(0, 2), np.ones((2, p), bool)
    estimators = {
        "as it is": Hajek(both, None, 2, p),
        **{f"ipw {e}": Hajek(both, e, 2, p) for e in ("ATE", "ATT", "ATO")},
        **{f"aipw {e}": Augmented(both, e, 2, p) for e in ("ATE", "ATT", "ATO")},
        "complete": WeightedRegression(both, uses, 1, regressions),
        "observed": WeightedRegression(both, uses, 1),
    }
    found = estimate(
        chunks, nuisances, list(estimators.values()), int(data["clinician"].max()) + 1, len(data["arm"])
    )
    return {name: (one.estimate, one.se) for name, one in zip(estimators, found, strict=True)}


# The reference: per patient, every equation stacked


def tilts(e: np.ndarray) -> dict[str, np.ndarray]:
    return {"ATE": np.ones_like(e), "ATT": e, "ATO": e * (1 - e)}


def equations(theta: np.ndarray, data: dict, k: int, estimand: str | None, method: str) -> np.ndarray:
    """(n, parameters) the estimating functions of every patient; the last parameters are of the effect itself."""
    x, arm, y = data["x"].T, data["arm"], data["y"][k]
    w = x[:, [0, 2, 3, 4]]
    beta, gamma, one, none, rest = np.split(theta, [4, 9, 13, 17])
    answered, seen = ~np.isnan(data["y"][0]), ~np.isnan(y)
    y = np.where(seen, y, 0.0)
    eligible = data["eligible"] if k else np.ones(len(arm), bool)
    e, known = 1 / (1 + np.exp(-w @ beta)), 1 / (1 + np.exp(-x @ gamma))
    h = tilts(e)[estimand] if estimand else None
    base = [
        w * (arm - e)[:, None],
        x * (answered - known)[:, None],
        w * (arm * seen * (y - w @ one))[:, None],
        w * ((1 - arm) * seen * (y - w @ none))[:, None],
    ]
    if method == "aipw":
        effect = h * eligible * (w @ one - w @ none - rest[0])
        effect = effect + h / e * arm * seen / known * (y - w @ one)
        effect = effect - h / (1 - e) * (1 - arm) * seen / known * (y - w @ none)
        return np.column_stack([*base, effect])
    to_one, to_none = (arm * seen, (1 - arm) * seen)
    if method == "ipw":
        to_one, to_none = to_one * h / e / known, to_none * h / (1 - e) / known
    return np.column_stack([*base, to_one * (y - rest[0]), to_none * (y - rest[1])])


def solve(data: dict, k: int, estimand: str | None, method: str) -> tuple[float, float]:
    """(effect, standard error): Newton with numeric derivatives, then the clustered sandwich."""
    size = 18 if method == "aipw" else 19
    theta = np.zeros(size)

    def total(at: np.ndarray) -> np.ndarray:
        return equations(at, data, k, estimand, method).sum(axis=0)

    def slope(at: np.ndarray) -> np.ndarray:
        """The derivative by a step along the imaginary axis: exact to rounding."""
        return np.stack([total(at + step).imag / 1e-30 for step in 1e-30j * np.eye(size)], axis=1)

    for _ in range(25):
        theta = theta - np.linalg.solve(slope(theta), total(theta))
    inverse = np.linalg.inv(slope(theta))
    groups = np.unique(data["clinician"])
    each = equations(theta, data, k, estimand, method)
    scores = np.stack([each[data["clinician"] == g].sum(axis=0) for g in groups])
    covariance = inverse @ scores.T @ scores @ inverse.T * len(groups) / (len(groups) - 1)
    contrast = np.zeros(size)
    contrast[17:] = (1,) if method == "aipw" else (1, -1)
    return float(contrast @ theta), float(np.sqrt(contrast @ covariance @ contrast))


@pytest.mark.parametrize("seed", [1, 2])
def test_two_passes_give_the_stacked_sandwich(seed: int) -> None:
    data = people(seed)
    found = engine(data)
    for method in ("ipw", "aipw"):
        for estimand in ("ATE", "ATT", "ATO"):
            for k in (0, 1):
                effect, se = solve(data, k, estimand, method)
                assert found[f"{method} {estimand}"][0][k] == pytest.approx(effect, rel=1e-8)
                assert found[f"{method} {estimand}"][1][k] == pytest.approx(se, rel=1e-8)
    effect, se = solve(data, 0, None, "as it is")
    assert found["as it is"][0][0] == pytest.approx(effect, rel=1e-9)
    assert found["as it is"][1][0] == pytest.approx(se, rel=1e-8)
