"""Logistic fits by blocks, weighted regression, and the weighted comparisons of a cohort in the corner cases."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from amble.evaluation.analyses import chosen, observed, responders
from amble.evaluation.analyses.responders import needed_to_treat
from amble.evaluation.estimators import chunks, logistic
from amble.evaluation.estimators.chunks import Chunk
from amble.evaluation.estimators.logistic import fit_logistic
from amble.evaluation.study.model import CohortRules, Study
from amble.evaluation.sums import rows as blocks
from amble.evaluation.sums.memory import memory_data
from tests.generative.evaluation.test_doubly_robust import engine, people

NAMES = ("intercept", "age", "group", "again")
INDICATORS = np.array([True, False, True, True])


def fits(x: np.ndarray, responses: np.ndarray, size: int) -> list[logistic.LogisticFit]:
    def pieces():
        for start in range(0, x.shape[1], size):
            yield Chunk(x[:, start : start + size], responses[:, start : start + size])

    models = tuple(f"model {m}" for m in range(len(responses)))
    uses = np.ones((len(responses), len(x)), bool)
    return fit_logistic(pieces, NAMES, uses, INDICATORS, models, x.shape[1])


def drawn(n: int = 500) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    age, group = rng.normal(size=n), (rng.random(n) < 0.3).astype(float)
    x = np.stack([np.ones(n), age, group, (rng.random(n) < 0.5).astype(float)])
    return x, (rng.random(n) < expit(0.3 + age - group)).astype(float)


def plain_logistic(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    beta = np.zeros(len(x))
    for _ in range(30):
        e = expit(beta @ x)
        beta = beta + np.linalg.solve((x * e * (1 - e)) @ x.T, x @ (y - e))
    return beta


def test_blocks_do_not_matter() -> None:
    x, y = drawn()
    both = np.stack([y, x[2]])  # the second is told fully by a term
    whole, split = fits(x, both, 500), fits(x, both, 13)
    np.testing.assert_allclose(whole[0].coef, plain_logistic(x, y), rtol=1e-10)
    np.testing.assert_allclose(whole[0].coef, split[0].coef, rtol=1e-12)
    np.testing.assert_allclose(whole[0].covariance, split[0].covariance, rtol=1e-11)
    data = people(3)
    for name, (estimates, errors) in engine(data, 400).items():
        others = engine(data, 17)[name]
        np.testing.assert_allclose(estimates, others[0], rtol=1e-11, err_msg=name)
        np.testing.assert_allclose(errors, others[1], rtol=1e-11, err_msg=name)


def test_a_start_from_some_rows_ends_at_the_same_maximum(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = drawn(4000)
    exact = fits(x, y[None], 100)[0]
    monkeypatch.setattr(logistic, "MANY_ROWS", 1000)
    monkeypatch.setattr(logistic, "PILOT_ROWS", 8 * logistic.CHUNK_ROWS)  # eight chunks of a hundred
    quick = fits(x, y[None], 100)[0]
    distance = (quick.coef - exact.coef) @ np.linalg.solve(exact.covariance, quick.coef - exact.coef)
    assert distance < 1e-6 and quick.convergence.converged
    assert quick.convergence.iterations < exact.convergence.iterations


def test_two_lanes_give_what_one_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = cohort(7)
    alone = chosen.answer(memory_data(columns, STUDY))
    for module, name, value in ((chunks, "MANY_ROWS", 100), (blocks, "BLOCK_ROWS", 90), (chunks, "BATCH", 3)):
        monkeypatch.setattr(module, name, value)
    together = chosen.answer(memory_data(columns, STUDY))
    for one, other in zip(alone.estimates, together.estimates, strict=True):
        assert one.estimate == pytest.approx(other.estimate, rel=1e-9)
        assert one.se == pytest.approx(other.se, rel=1e-9)
    assert next(t for t in alone.tables if t.name == "overlap") == next(
        t for t in together.tables if t.name == "overlap"
    )


def test_what_cannot_be_fitted_is_named() -> None:
    x, y = drawn()
    collinear = x.copy()
    collinear[3] = 1 - x[2]
    fit = fits(collinear, y[None], 64)[0]
    assert fit.dropped == ("again",) and fit.coef[3] == 0 and fit.convergence.converged
    np.testing.assert_allclose(fit.coef[:3], plain_logistic(x[:3], y), rtol=1e-9)

    nobody = np.where(x[2] == 1, 0.0, y)
    fit = fits(x, nobody[None], 64)[0]
    assert fit.one_sided == {"group": 0} and fit.coef[2] == -logistic.LIMIT and fit.convergence.converged
    rest = x[2] == 0
    np.testing.assert_allclose(fit.coef[[0, 1, 3]], plain_logistic(x[[0, 1, 3]][:, rest], y[rest]), rtol=1e-8)

    always = fits(x, np.ones((1, x.shape[1])), 64)[0]
    assert always.one_sided == {"intercept": 1} and not always.separated and not always.covariance.any()

    split = fits(x, (x[1] > 0.2).astype(float)[None], 64)[0]
    assert split.separated and not split.convergence.converged


def test_weighted_regression_is_dense_least_squares() -> None:
    """Weights 1 / probability, taken as known, errors by clinician."""
    data = people(4)
    x, y, clinician = data["x"].T, data["y"][0], data["clinician"]
    seen = ~np.isnan(y)
    known = expit(x @ plain_logistic(data["x"], seen.astype(float)))
    for name, weight in (("complete", seen.astype(float)), ("observed", seen / known)):
        bread = np.linalg.inv((x * weight[:, None]).T @ x)
        response = np.where(seen, y, 0.0)
        beta = bread @ x.T @ (weight * response)
        each = x * (weight * (response - x @ beta))[:, None]
        groups = np.unique(clinician)
        scores = np.stack([each[clinician == g].sum(axis=0) for g in groups])
        cov = bread @ scores.T @ scores @ bread * len(groups) / (len(groups) - 1)
        estimate, se = (one[0] for one in engine(data)[name])
        assert estimate == pytest.approx(beta[1], rel=1e-9)
        assert se == pytest.approx(np.sqrt(cov[1, 1]), rel=1e-8)


# A cohort


def cohort(seed: int, n: int = 600, **changes: np.ndarray) -> dict[str, np.ndarray]:
    rng = np.random.default_rng([seed, 4])
    clinician = rng.integers(0, 20, n).astype(float)
    start = np.round(rng.normal(500, 150, n))
    pain = np.round(rng.normal(60, 10, n))
    arm = (rng.random(n) < expit(-1 + 0.003 * (start - 500))).astype(float)
    columns = {
        "clinic": clinician % 4,
        "clinician": clinician,
        "arm": arm,
        "age_years": rng.integers(18, 90, n).astype(float),
        "sex": rng.choice([0.0, 1.0], n),
        **{name: rng.choice([0.0, 1.0, 2.0], n) for name in ("depression", "anxiety", "activity_level")},
        "function_baseline": start,
        "pain_baseline": np.where(rng.random(n) < 0.2, np.nan, pain),
        "sessions": rng.poisson(4, n).astype(float),
    }
    for visit in ("discharge", "3m"):
        gain = np.round(start + 60 * arm + rng.normal(60, 90, n))
        columns[f"function_{visit}"] = np.where(rng.random(n) < 0.6, gain, np.nan)
        columns[f"pain_{visit}"] = np.where(rng.random(n) < 0.6, pain - 15 - 10 * arm, np.nan)
    return columns | changes


STUDY = Study(outcomes=("function", "pain", "sessions"))


def test_a_missing_baseline_may_be_filled_with_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own term takes up the constant, which comes from the first block: another block changes nothing."""
    columns, study = cohort(1), replace(STUDY, cohort=CohortRules(baseline_required=False))
    whole = chosen.answer(memory_data(columns, study))
    monkeypatch.setattr(blocks, "BLOCK_ROWS", 50)
    split = chosen.answer(memory_data(columns, study))
    for one, other in zip(whole.estimates, split.estimates, strict=True):
        assert one.estimate == pytest.approx(other.estimate, rel=1e-9)
        assert one.se == pytest.approx(other.se, rel=1e-9)


def test_responders_reach_the_change_that_matters_in_the_good_direction() -> None:
    """Among those whose start is known in every outcome, because the comparison is weighted by all of them."""
    columns = cohort(2)
    answer = responders.answer(memory_data(columns, STUDY))
    known = ~np.isnan(columns["function_baseline"] + columns["pain_baseline"])
    for outcome, sign, least in (("function", 1, 50), ("pain", -1, 20)):
        table = next(table for table in answer.tables if table.name == f"responders_{outcome}")
        change = sign * (columns[f"{outcome}_3m"] - columns[f"{outcome}_baseline"])
        for words, arm in (("ETMI", 1), ("usual care", 0)):
            mine = change[(columns["arm"] == arm) & ~np.isnan(change) & known]
            row = next(row for row in table.rows if row[:2] == ("3m", words))
            assert row[2:4] == ((mine >= least).sum(), len(mine))


def test_a_kind_of_people_without_counterpart_is_left_out() -> None:
    """Two people of a level had ETMI: the answers are those of a cohort in which nobody has that level."""
    columns = cohort(9)
    rare = np.flatnonzero(columns["arm"] == 1)[:2]
    level = columns["sex"].copy()
    level[rare] = 2.0
    level[np.flatnonzero(columns["arm"] == 0)[:30]] = 2.0
    answer = chosen.answer(memory_data(columns | {"sex": level}, STUDY))
    without = {name: values[level != 2.0] for name, values in (columns | {"sex": level}).items()}
    expected = chosen.answer(memory_data(without, STUDY))
    assert any("sex other" in warning for warning in answer.warnings)
    for one, other in zip(answer.estimates, expected.estimates, strict=True):
        assert one.estimate == pytest.approx(other.estimate, rel=1e-7), one


@pytest.mark.parametrize("arm", [0.0, 1.0])
def test_an_empty_arm_is_said(arm: float) -> None:
    data = memory_data(cohort(3, arm=np.full(600, arm)), STUDY)
    for question in (chosen, responders, observed):
        answer = question.answer(data)
        assert answer.warnings and not answer.estimates


def test_a_visit_of_one_arm_and_a_told_choice_give_no_number() -> None:
    columns = cohort(5)
    columns["function_3m"] = np.where(columns["arm"] == 1, columns["function_3m"], np.nan)
    answer = chosen.answer(memory_data(columns, STUDY))
    gone = [e for e in answer.estimates if e.outcome == "function" and e.visit == "3m"]
    assert gone and all(e.estimate is None and e.warnings for e in gone)
    assert all(e.estimate is not None for e in answer.estimates if e.visit == "discharge")

    columns = cohort(5)
    columns["arm"] = (columns["function_baseline"] > 560).astype(float)
    answer = chosen.answer(memory_data(columns, STUDY))
    by_estimand = {e.estimand: e for e in answer.estimates if e.outcome == "function" and e.visit == "3m"}
    assert by_estimand["ATE"].estimate is None and by_estimand["ATT"].estimate is None
    assert by_estimand["ATO"].warnings and answer.warnings


def test_one_clinician_gives_no_interval() -> None:
    data = memory_data(cohort(6, clinician=np.zeros(600), clinic=np.zeros(600)), STUDY)
    for question in (chosen, responders, observed):
        answer = question.answer(data)
        assert answer.warnings and all(e.ci_low is None for e in answer.estimates)


def test_the_number_needed_to_treat_is_said_in_words() -> None:
    assert needed_to_treat(0.1, 0.05, 0.2).endswith(
        "for every 10 people given ETMI (from every 5 to every 20)."
    )
    assert "One fewer" in needed_to_treat(-0.1, -0.2, -0.05)
    crossing = needed_to_treat(0.05, -0.05, 0.15)
    assert "one more for every 7" in crossing and "one fewer for every 20" in crossing
    assert "more than 1,000" in needed_to_treat(0.05, -0.0001, 0.1)
