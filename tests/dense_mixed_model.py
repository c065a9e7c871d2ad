"""Mixed models from rows, slow and plain: sums for the kernels, and a dense likelihood to hold them against.

Rows are episodes: z (n, q) with the intercept first, y (n, T) with NaN where a visit was not recorded.
"""

import numpy as np

from amble.evaluation.sums.moments import ClusterPatternGrams, ClusterPatternSums, PatternSums


def patterns_of(y):
    """((S, T) bool, the patterns that occur; (n,) pattern of each row, -1 where nothing was recorded)."""
    observed = ~np.isnan(y)
    patterns = np.unique(observed[observed.any(axis=1)], axis=0)
    return patterns, np.array([next(iter(np.flatnonzero((patterns == row).all(1))), -1) for row in observed])


def pattern_sums(columns, visits, z, y):
    patterns, pattern = patterns_of(y)
    rows = np.hstack([z, np.nan_to_num(y)])
    gram = np.array([rows[pattern == s].T @ rows[pattern == s] for s in range(len(patterns))])
    n = np.array([(pattern == s).sum() for s in range(len(patterns))], float)
    return PatternSums(tuple(columns), tuple(visits), patterns, n, gram)


def cluster_pattern_grams(columns, visits, z, y, cluster, parent=None):
    """cluster: (n,) codes from 0; a cluster nobody belongs to has sums of 0."""
    patterns, pattern = patterns_of(y)
    rows = np.hstack([z, np.nan_to_num(y)])
    groups = 1 + max(cluster)
    gram = np.zeros((groups, len(patterns), rows.shape[1], rows.shape[1]))
    for row, g, s in zip(rows, cluster, pattern, strict=True):
        if s >= 0:
            gram[g, s] += np.outer(row, row)
    parent = np.zeros(groups, int) if parent is None else parent
    return ClusterPatternGrams(tuple(columns), tuple(visits), patterns, parent, gram)


def cluster_pattern_sums(columns, visits, z, y, cluster, parent=None):
    grams = cluster_pattern_grams(columns, visits, z, y, cluster, parent)
    q = len(columns)
    first = grams.gram[:, :, 0]
    return ClusterPatternSums(
        grams.columns,
        grams.visits,
        grams.observed,
        grams.parent,
        first[..., 0],
        first[..., :q],
        first[..., q:],
    )


def long_form(z, y, A):
    """(X (N, p), outcome (N,), row (N,), visit (N,)) of the N recorded values. A (T, q, p): x_it = A_t' z_i."""
    row, visit = np.nonzero(~np.isnan(y))
    X = np.array([A[t].T @ z[i] for i, t in zip(row, visit, strict=True)])
    return X, y[row, visit], row, visit


def dense_covariance(sigma, row, visit, cluster=None, tau2=0.0):
    """(N, N): sigma within an episode, plus tau2 within a cluster."""
    V = np.where(row[:, None] == row[None], sigma[np.ix_(visit, visit)], 0.0)
    return V if cluster is None else V + tau2 * (cluster[row][:, None] == cluster[row][None])


def dense_reml(z, y, A, sigma, cluster=None, tau2=0.0):
    """(-2 restricted log likelihood, beta, vcov) at the given covariance, by the textbook formula."""
    X, outcome, row, visit = long_form(z, y, A)
    V = dense_covariance(sigma, row, visit, cluster, tau2)
    inverse = np.linalg.inv(V)
    information = X.T @ inverse @ X
    vcov = np.linalg.inv(information)
    beta = vcov @ X.T @ inverse @ outcome
    residual = outcome - X @ beta
    value = (
        np.linalg.slogdet(V)[1]
        + np.linalg.slogdet(information)[1]
        + residual @ inverse @ residual
        + (len(outcome) - X.shape[1]) * np.log(2 * np.pi)
    )
    return value, beta, vcov


def random_trial(rng, n=60, visits=3, covariates=1, missing=0.3, clusters=None, cluster_sd=0.0):
    """(columns, z, y, cluster) of an invented trial: intercept, arm, baseline, x1 ... and a drifting outcome."""
    arm = rng.integers(0, 2, n)
    baseline = 50 + 10 * rng.standard_normal(n)
    extra = rng.standard_normal((n, covariates))
    z = np.column_stack([np.ones(n), arm, baseline, extra])
    cluster = rng.integers(0, clusters or n, n)
    person = 6 * rng.standard_normal(n) + cluster_sd * rng.standard_normal(clusters or n)[cluster]
    steps = np.arange(visits)
    y = 20 + 3 * steps + 2 * arm[:, None] + 0.5 * baseline[:, None] + extra.sum(1)[:, None]
    y = y + person[:, None] + (3 + steps) * rng.standard_normal((n, visits))
    y[rng.random((n, visits)) < missing] = np.nan
    columns = ("intercept", "arm", "baseline", *(f"x{i + 1}" for i in range(covariates)))
    return columns, z, y, cluster
