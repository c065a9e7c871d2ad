"""Counts, sums and products of integer columns by cell: all that most estimators need of the data.

Integer sums are exact, so they do not depend on the order of rows, the number of threads or the engine, and the
sums of two services add.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Moments:
    """keys: name -> (C,) integer codes of the cells.  columns: the k columns summed, in order.

    n: (C,) episodes.  first: (C, k) sums.  second: (C, k, k) sums of products, or None when not asked for.
    All int64, in the landed integer unit of each column; scale (k,) divides a column back to its own unit.
    A value that is missing counts as 0: cells must be told apart by a pattern of what was observed.
    """

    keys: dict[str, np.ndarray]
    columns: tuple[str, ...]
    n: np.ndarray
    first: np.ndarray
    second: np.ndarray | None
    scale: np.ndarray


@dataclass(frozen=True)
class PatternSums:
    """Second-order sums of covariates z (q, the first is "intercept") and outcomes y (T visits), by pattern.

    observed: (S, T) bool, which visits the pattern has; never all False.  n: (S,) episodes, float.
    gram: (S, q+T, q+T) sums of (z, y)(z, y)', in own units, 0 where y is not observed.
    """

    columns: tuple[str, ...]
    visits: tuple[str, ...]
    observed: np.ndarray
    n: np.ndarray
    gram: np.ndarray


@dataclass(frozen=True)
class ClusterPatternSums:
    """First-order sums by cluster (G of them) and pattern, for random intercepts.

    columns, visits, observed: as in PatternSums.  parent: (G,) code of the clinic each clinician works in.
    n: (G, S).  z: (G, S, q).  y: (G, S, T), 0 where not observed.
    """

    columns: tuple[str, ...]
    visits: tuple[str, ...]
    observed: np.ndarray
    parent: np.ndarray
    n: np.ndarray
    z: np.ndarray
    y: np.ndarray


@dataclass(frozen=True)
class ClusterGrams:
    """Second-order sums by cluster, for cluster-robust errors and cluster bootstraps of linear models.

    columns: k names, the first "intercept".  gram: (G, k, k), in own units; gram[:, 0, 0] is the cluster's n.
    parent: (G,) code of the clinic each cluster belongs to.
    """

    columns: tuple[str, ...]
    gram: np.ndarray
    parent: np.ndarray


@dataclass(frozen=True)
class ClusterPatternGrams:
    """PatternSums by cluster: gram (G, S, q+T, q+T); gram[..., 0, 0] counts. For bootstraps and robust errors."""

    columns: tuple[str, ...]
    visits: tuple[str, ...]
    observed: np.ndarray
    parent: np.ndarray
    gram: np.ndarray
