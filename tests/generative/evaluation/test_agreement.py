"""What holds of agreement for any marks: bounds, symmetry, clusters, and the sums against the rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from amble.evaluation.estimators.agreement import agreement, mean_difference

marks = st.integers(0, 2)
rated = st.lists(st.tuples(st.integers(0, 5), marks, marks), min_size=2, max_size=60)
differences = st.lists(st.tuples(st.integers(0, 5), st.integers(-100, 100)), min_size=2, max_size=60)


def counted(rows) -> np.ndarray:
    out = np.zeros((6, 3, 3))
    for cluster, first, second in rows:
        out[cluster, first, second] += 1
    return out


@given(rated)
def test_coefficients_stay_within_their_bounds_and_are_one_when_all_is_the_same(rows) -> None:
    found = agreement(counted(rows), 0.95)
    assert found.n == len(rows)
    assert found.same.value == pytest.approx(np.mean([first == second for _, first, second in rows]))
    for one in (found.same, found.ac1, found.kappa):
        if one.value is not None:
            assert -1 - 1e-9 <= one.value <= 1 + 1e-9
        if one.low is not None:
            assert -1 <= one.low <= one.value + 1e-9 and one.value - 1e-9 <= one.high <= 1
    alike = agreement(counted([(g, first, first) for g, first, _ in rows]), 0.95)
    assert alike.ac1.value == pytest.approx(1)
    assert alike.kappa.value is None or alike.kappa.value == pytest.approx(1)


@given(rated)
def test_it_does_not_matter_who_judges_first_nor_what_the_categories_are_called(rows) -> None:
    found = agreement(counted(rows), 0.95)
    swapped = agreement(counted([(g, second, first) for g, first, second in rows]), 0.95)
    renamed = agreement(counted([(g, 2 - first, 2 - second) for g, first, second in rows]), 0.95)
    for other in (swapped, renamed):
        for name in ("same", "ac1", "kappa"):
            one, two = getattr(found, name), getattr(other, name)
            assert (one.value, one.se) == pytest.approx((two.value, two.se), abs=1e-9)


@given(rated)
def test_pairs_that_come_twice_within_a_cluster_tell_nothing_new(rows) -> None:
    """The cluster-robust error is that of the clusters, however often each pair is repeated in it."""
    once, twice = agreement(counted(rows), 0.95), agreement(2 * counted(rows), 0.95)
    for name in ("same", "ac1", "kappa"):
        one, two = getattr(once, name), getattr(twice, name)
        assert (one.value, one.se) == pytest.approx((two.value, two.se), abs=1e-12)


@given(differences)
def test_the_mean_difference_is_that_of_the_rows(rows) -> None:
    clusters, d = (np.array(column) for column in zip(*rows, strict=True))
    sums = [np.bincount(clusters, weights, 6) for weights in (None, d, d.astype(float) ** 2)]
    found = mean_difference(*sums, 0.95)
    assert found.mean == pytest.approx(d.mean(), abs=1e-9)
    assert found.clusters == len(set(clusters))
    if found.clusters > 1:
        assert found.low <= found.mean <= found.high
    if found.clusters in (1, len(d)):
        assert found.sd == pytest.approx(d.std(ddof=1), abs=1e-6)


def test_differences_between_clusters_widen_the_interval_and_not_the_mean() -> None:
    """Ten clinicians with ten sessions each: one tells 10 more, the next 10 less, whatever the session."""
    clinician = np.arange(100) // 10
    d = np.where(clinician % 2, 10.0, -10.0)
    sums = [np.bincount(clinician, weights) for weights in (None, d, d**2)]
    together, apart = mean_difference(*sums, 0.95), mean_difference(np.ones(100), d, d**2, 0.95)
    assert together.mean == apart.mean == 0
    assert together.se == pytest.approx(apart.se * np.sqrt(10) * np.sqrt((10 / 9) / (100 / 99)))


def test_nothing_and_one_cluster() -> None:
    assert agreement(np.zeros((3, 3, 3)), 0.95) is None
    assert mean_difference(np.zeros(3), np.zeros(3), np.zeros(3), 0.95) is None
    alone = agreement(np.array([[[5, 1, 0], [0, 2, 0], [0, 0, 0]]]), 0.95)
    assert alone.ac1.value is not None and alone.ac1.se is None and alone.ac1.low is None
