"""Sessions from blocks of rows agree with statsmodels, patient by patient; where it has no answer, with plain sums."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm

from amble.evaluation.analyses import sessions
from amble.evaluation.columns import LEVELS, Design
from amble.evaluation.results import Estimate
from amble.evaluation.study.model import Study
from amble.evaluation.sums.data import Data, Outline
from amble.evaluation.sums.rows import Block

CLINICIANS = 25
TERMS = ("age_years", "sex:male", "depression:yes", "depression:unknown")


class ShortBlocks:
    """Rows in blocks of seven, so that sums over blocks matter."""

    def __init__(self, columns: Block) -> None:
        self.columns = columns

    def __len__(self) -> int:
        return len(self.columns["arm"])

    def blocks(self, columns) -> Iterator[Block]:
        for start in range(0, len(self), 7):
            yield {name: self.columns[name][start : start + 7] for name in columns}


def invented(seed: int, n: int = 400, spread: float | None = 2.0) -> dict[str, np.ndarray]:
    """spread: shape of the negative binomial; None for counts that vary less than Poisson."""
    rng = np.random.default_rng(seed)
    clinician = np.append(rng.integers(1, CLINICIANS, n - 1), 0)  # one clinician has one patient
    rows = {
        "clinician": clinician,
        "arm": rng.random(n) < 0.3,
        "age_years": rng.integers(18, 90, n),
        "sex": rng.integers(0, 2, n),
        "depression": rng.integers(0, 3, n),
    }
    mu = np.exp(
        1.2 - 0.3 * rows["arm"] + 0.004 * (rows["age_years"] - 50) + rng.normal(0, 0.2, CLINICIANS)[clinician]
    )
    rows["sessions"] = (
        rng.binomial(8, mu / 16) if spread is None else rng.negative_binomial(spread, spread / (spread + mu))
    )
    return {name: np.asarray(column, dtype=float) for name, column in rows.items()}


def data(rows: dict[str, np.ndarray], terms: tuple[str, ...] = TERMS) -> Data:
    etmi = int(rows["arm"].sum())
    n = {"etmi": etmi, "usual_care": len(rows["arm"]) - etmi}
    levels = {**LEVELS, "language": ("en", "unknown")}
    clinic_of = np.arange(CLINICIANS) // 5
    clinics = tuple(f"clinic {k}" for k in range(5))
    outline = Outline(Study(), Design(terms, LEVELS), {}, (), levels, clinic_of, clinics, n)
    return Data(outline, {}, ShortBlocks(rows))


def dense(rows: dict[str, np.ndarray]) -> np.ndarray:
    columns = [rows["age_years"], rows["sex"] == 1, rows["depression"] == 1, rows["depression"] == 2]
    return np.column_stack([np.ones(len(rows["arm"])), rows["arm"], *columns]).astype(float)


def estimates(data: Data) -> tuple[Estimate, Estimate]:
    return sessions.answer(data).estimates


def plain_difference(rows: dict[str, np.ndarray], model, result, alpha: float) -> tuple[float, float]:
    """Standardised difference and its error, patient by patient: every patient's influence, summed by clinician."""
    x, n = dense(rows), len(rows["arm"])
    beta = result.params[: x.shape[1]]
    one, none = x.copy(), x.copy()
    one[:, 1], none[:, 1] = 1, 0
    each = np.exp(one @ beta) - np.exp(none @ beta)
    gradient = np.zeros(len(result.params))
    gradient[: x.shape[1]] = (np.exp(one @ beta)[:, None] * one - np.exp(none @ beta)[:, None] * none).mean(
        axis=0
    )
    influence = (each - each.mean()) / n + model.score_obs(result.params) @ np.linalg.solve(
        -model.hessian(result.params), gradient
    )
    by_clinician = np.array([influence[rows["clinician"] == k].sum() for k in np.unique(rows["clinician"])])
    clusters = len(by_clinician)
    return each.mean(), float(np.sqrt((by_clinician**2).sum() * clusters / (clusters - 1)))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("spread", [1.0, 6.0, None], ids=["wide", "narrow", "less than Poisson"])
def test_estimates_and_errors_are_those_of_statsmodels(seed: int, spread: float | None) -> None:
    rows = invented(seed, spread=spread)
    ratio, difference = estimates(data(rows))
    if spread is None:
        model = sm.Poisson(rows["sessions"], dense(rows))
        result = model.fit(method="newton", maxiter=100, tol=1e-14, disp=0)
    else:
        model = sm.NegativeBinomial(rows["sessions"], dense(rows))
        result = model.fit(method="newton", maxiter=100, tol=1e-14, disp=0)
    robust = model.fit(
        start_params=result.params,
        method="newton",
        disp=0,
        cov_type="cluster",
        cov_kwds={"groups": rows["clinician"], "use_correction": False},
    )
    clusters = len(np.unique(rows["clinician"]))
    assert ratio.estimate == pytest.approx(result.params[1], rel=1e-8)
    assert ratio.se == pytest.approx(robust.bse[1] * np.sqrt(clusters / (clusters - 1)), rel=1e-8)
    assert ratio.df == clusters - 1
    plain, error = plain_difference(rows, model, result, 0.0)
    assert difference.estimate == pytest.approx(plain, rel=1e-8)
    assert difference.se == pytest.approx(error, rel=1e-8)


def test_collinear_covariates_change_nothing_and_are_named() -> None:
    rows = invented(1)
    rows["anxiety"] = rows["depression"]
    terms = (*TERMS, "anxiety:yes", "anxiety:unknown")
    answer = sessions.answer(data(rows, terms))
    for ours, plain in zip(answer.estimates, estimates(data(rows)), strict=True):
        assert (ours.estimate, ours.se) == pytest.approx((plain.estimate, plain.se), rel=1e-9)
    assert any("anxiety:yes, anxiety:unknown" in warning for warning in answer.warnings)


def test_a_level_without_any_session_is_named_and_the_arm_still_compared() -> None:
    rows = invented(2)
    rows["sessions"][rows["depression"] == 2] = 0
    answer = sessions.answer(data(rows))
    others = {name: column[rows["depression"] != 2] for name, column in rows.items()}
    [ratio, _] = estimates(data(others, TERMS[:3]))
    assert answer.estimates[0].estimate == pytest.approx(ratio.estimate, rel=1e-6)
    assert any("depression:unknown" in warning for warning in answer.warnings)


def test_what_cannot_be_known_is_said() -> None:
    rows = invented(3)
    empty = data(rows | {"arm": np.zeros(len(rows["arm"]))})
    silent = data(rows | {"sessions": np.where(rows["arm"] == 1, 0.0, rows["sessions"])})
    nothing = data(rows | {"sessions": np.zeros(len(rows["arm"]))})
    for case in (empty, silent, nothing, replace(empty, rows=None)):
        answer = sessions.answer(case)
        assert (answer.estimates, len(answer.sentences), answer.sentences) == ((), 1, answer.warnings)


def test_one_clinician_gives_an_estimate_without_interval() -> None:
    rows = invented(4)
    ratio, difference = estimates(data(rows | {"clinician": np.zeros(len(rows["arm"]))}))
    assert ratio.estimate == pytest.approx(estimates(data(rows))[0].estimate, rel=1e-9)
    assert (ratio.se, ratio.ci_low, difference.ci_high, difference.p) == (None, None, None, None)
    assert "no interval can be given" in ratio.meaning


def test_every_episode_is_in_the_distribution_once() -> None:
    rows = invented(5, spread=0.5)
    table = sessions.answer(data(rows)).tables[0]
    assert [(row[1], row[2]) for row in table.rows if row[0] == "all"] == [
        ("ETMI", int(rows["arm"].sum())),
        ("usual care", int((1 - rows["arm"]).sum())),
    ]
    for total, parts in table.total_rows.items():
        assert table.rows[total][2] == sum(table.rows[part][2] for part in parts)
    zero = int(((rows["sessions"] == 0) & (rows["arm"] == 1)).sum())
    assert table.rows[0][:3] == ("none", "ETMI", zero)
