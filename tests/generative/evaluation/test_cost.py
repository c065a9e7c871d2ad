"""Cost and effect from sums by clinician against a bootstrap that draws rows."""

import numpy as np
import pytest

from amble.evaluation.estimators.cost import Model, acceptability, cost_effect, willingness_grid
from amble.evaluation.sums.moments import ClusterGrams

COLUMNS = ("intercept", "arm", "age", "y")


def _rows(seed, n=300, clusters=15):
    rng = np.random.default_rng(seed)
    arm, age, group = rng.integers(0, 2, n), rng.normal(50, 9, n), rng.integers(0, clusters, n)
    cost = np.column_stack([np.ones(n), arm, age, 90 - 20 * arm + age + 30 * rng.gamma(2, size=n)])
    effect = np.column_stack([np.ones(n), arm, age, 2 * arm + 0.1 * age + rng.normal(0, 8, n)])
    scored = (rng.random(n) < 0.5) & (group > 1)  # clinicians 0 and 1 have costs and no scores
    return cost, group, effect[scored], group[scored]


def _model(rows, group, clusters=15):
    gram = np.stack([rows[group == g].T @ rows[group == g] for g in range(clusters)])
    return Model(ClusterGrams(COLUMNS, gram, np.zeros(clusters, int)), "y", "arm", ("intercept", "age"))


def _slope(rows):
    return np.linalg.lstsq(rows[:, :3], rows[:, 3])[0][1]


@pytest.mark.parametrize("seed", range(3))
def test_both_differences_come_from_the_same_draws_of_clinicians(seed):
    cost, by_cost, effect, by_effect = _rows(seed)
    found = cost_effect(_model(cost, by_cost), _model(effect, by_effect), 6, (seed, 12))
    assert found.cost == pytest.approx(_slope(cost), rel=1e-8)
    assert found.effect == pytest.approx(_slope(effect), rel=1e-8)
    rng = np.random.default_rng((seed, 12))
    for repetition in range(6):
        drawn = rng.integers(0, 15, 15)
        assert found.costs[repetition] == pytest.approx(
            _slope(np.concatenate([cost[by_cost == g] for g in drawn])), rel=1e-7
        )
        assert found.effects[repetition] == pytest.approx(
            _slope(np.concatenate([effect[by_effect == g] for g in drawn])), rel=1e-7
        )


def test_acceptability_counts_repetitions_worth_their_cost():
    costs, effects = np.array([10.0, -5.0, 20.0, np.nan]), np.array([1.0, 1.0, -1.0, 1.0])
    assert acceptability(costs, effects, np.array([0.0, 9.0, 11.0])) == pytest.approx([1 / 3, 1 / 3, 2 / 3])
    assert np.isnan(acceptability(np.array([np.nan]), np.array([1.0]), np.array([0.0]))).all()


def test_the_grid_starts_at_nothing_and_ends_at_a_round_number():
    rng = np.random.default_rng(1)
    grid = willingness_grid(rng.normal(-20, 5, 500), rng.normal(3, 0.1, 500))
    assert grid[0] == 0
    assert grid[-1] == 10
    assert len(grid) == 21


def test_models_over_different_clinicians_are_refused():
    cost, by_cost, *_ = _rows(1)
    with pytest.raises(ValueError, match="same clusters"):
        cost_effect(_model(cost, by_cost), _model(cost, by_cost, clusters=16), 2, (1,))
