"""Linear algebra that never raises: stacks of matrices of which some are not positive definite, dependent columns."""

import numpy as np

INDEPENDENT = 1e-10  # share of a column's sum of squares that the columns before it must leave unexplained

ROUNDING = 1e-6  # a column enters a combination with less than this of its size only by rounding


def cholesky_of_stack(stack: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(lower factors, which matrices have one) of a stack (B, k, k). Where there is none the factor is the identity."""
    try:
        return np.linalg.cholesky(stack), np.ones(len(stack), bool)
    except np.linalg.LinAlgError:
        if len(stack) == 1:
            return np.eye(stack.shape[-1])[None], np.zeros(1, bool)
    # NumPy does not say which matrix failed, so the stack is halved until it is found.
    half = len(stack) // 2
    parts = cholesky_of_stack(stack[:half]), cholesky_of_stack(stack[half:])
    return np.concatenate([parts[0][0], parts[1][0]]), np.concatenate([parts[0][1], parts[1][1]])


def inverse_of_stack(stack: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(inverses, log determinants, which were positive definite) of symmetric matrices (B, k, k)."""
    factor, positive = cholesky_of_stack(stack)
    root = np.linalg.inv(factor)
    logdet = 2 * np.log(np.diagonal(factor, axis1=-2, axis2=-1)).sum(-1)
    return np.swapaxes(root, -1, -2) @ root, logdet, positive


def independent_columns(gram: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(kept, null) of columns with the given gram (p, p): indices of the columns that add something to those before.

    null: (d, p) one row for each column left out: the combination of columns that is zero in every row of the data.
    A linear contrast can be estimated exactly when it is orthogonal to all of them.
    """
    scale = np.sqrt(np.maximum(np.diagonal(gram), 0))
    safe = np.where(scale > 0, scale, 1)
    unit = gram / safe[:, None] / safe
    kept: list[int] = []
    null = []
    factor = np.zeros_like(unit)  # Cholesky factor of the kept columns, row by row
    for j in range(len(gram)):
        k = len(kept)
        row = np.linalg.solve(factor[:k, :k], unit[kept, j]) if k else np.zeros(0)
        left = unit[j, j] - row @ row
        if left > INDEPENDENT:
            factor[k, :k], factor[k, k] = row, np.sqrt(left)
            kept.append(j)
            continue
        combination = np.zeros(len(gram))
        combination[j] = 1
        if k:
            share = np.linalg.solve(factor[:k, :k].T, row)
            share[np.abs(share) < ROUNDING] = 0
            combination[kept] = -share * safe[j] / safe[kept]
        null.append(combination)
    return np.array(kept, int), np.array(null).reshape(-1, len(gram))
