"""Multiple imputation row by row, slow and plain, to hold the closed form from sums against.

Rows are episodes: z (n, q) with the intercept first, y (n, T) with NaN where a visit was not recorded. The arm is the
column of z that is named. Rules as in docs/methods/reference_based.md.
"""

import numpy as np

from amble.evaluation.estimators.completion import both_arms
from amble.evaluation.sums.moments import PatternSums


def arm_sums(columns, visits, z, y):
    """PatternSums of both arms one after the other, episodes without any visit included."""
    arm = z[:, columns.index("arm")]
    return both_arms(*(_one_arm(columns, visits, z[arm == code], y[arm == code]) for code in (0, 1)))


def _one_arm(columns, visits, z, y):
    observed = ~np.isnan(y)
    patterns = np.unique(observed, axis=0)
    rows = np.hstack([z, np.nan_to_num(y)])
    inside = [(observed == pattern).all(1) for pattern in patterns]
    gram = np.array([rows[use].T @ rows[use] for use in inside]).reshape(-1, rows.shape[1], rows.shape[1])
    return PatternSums(
        tuple(columns), tuple(visits), patterns, np.array([float(u.sum()) for u in inside]), gram
    )


def predict_row(z, y, arm, mean, sigma, visit, rule):
    """Mean and variance of one episode's missing score. mean: (q, T), with which z predicts. arm: its place in z."""
    seen = np.flatnonzero(~np.isnan(y))
    reference = z.copy()
    reference[arm] = 0
    own, other = z @ mean, reference @ mean
    expected = own.copy()
    last = seen[-1] if len(seen) else -1
    if z[arm] == 1 and visit > last:
        if rule == "j2r":
            expected[last + 1 :] = other[last + 1 :]
        elif rule == "cr":
            expected = other
        elif rule == "cir":
            start = own[last] - other[last] if last >= 0 else 0.0
            expected[last + 1 :] = other[last + 1 :] + start
    if not len(seen):
        return expected[visit], sigma[visit, visit]
    weights = np.linalg.solve(sigma[np.ix_(seen, seen)], sigma[seen, visit])
    return (
        expected[visit] + weights @ (y[seen] - expected[seen]),
        sigma[visit, visit] - weights @ sigma[seen, visit],
    )


def impute_rows(rng, columns, z, y, design, coefficients, vcov, sigma, visit, rule, shift, draws):
    """(estimates, variances) of the arm difference in `draws` imputed data sets, coefficients drawn, sigma held."""
    arm = columns.index("arm")
    bread = np.linalg.inv(z.T @ z)
    estimates, variances = np.empty(draws), np.empty(draws)
    for k, beta in enumerate(rng.multivariate_normal(coefficients, vcov, draws)):
        mean = np.einsum("tqp,p->qt", design, beta)
        filled = y[:, visit].copy()
        for i in np.flatnonzero(np.isnan(filled)):
            centre, variance = predict_row(z[i], y[i], arm, mean, sigma, visit, rule)
            filled[i] = rng.normal(centre, np.sqrt(variance)) + shift * z[i, arm]
        coef = bread @ z.T @ filled
        residual = filled - z @ coef
        estimates[k] = coef[arm]
        variances[k] = residual @ residual / (len(z) - z.shape[1]) * bread[arm, arm]
    return estimates, variances
