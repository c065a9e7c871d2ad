"""The mean of repeated measures: which columns have a coefficient at each visit, and which have one for all visits."""

from dataclasses import dataclass

import numpy as np

from amble.evaluation.sums.moments import PatternSums

Coefficient = tuple[str, str | None]


@dataclass(frozen=True)
class MeanModel:
    """E[y_it] = (A_t' z_i)' beta: docs/methods/mmrm.md (mmrm-1).

    columns: q names of z.  visits: T names.  coefficients: p pairs (column, visit), visit None when common.
    A: (T, q, p) of 0 and 1.
    """

    columns: tuple[str, ...]
    visits: tuple[str, ...]
    coefficients: tuple[Coefficient, ...]
    A: np.ndarray


def mean_model(columns: tuple[str, ...], visits: tuple[str, ...], by_visit: tuple[str, ...]) -> MeanModel:
    """`by_visit` columns get one coefficient per visit and come first; the others one for all visits."""
    own = [(name, visit) for name in by_visit for visit in visits]
    coefficients = (*own, *((name, None) for name in columns if name not in by_visit))
    A = np.zeros((len(visits), len(columns), len(coefficients)))
    for k, (name, visit) in enumerate(coefficients):
        at = slice(None) if visit is None else visits.index(visit)
        A[at, columns.index(name), k] = 1
    return MeanModel(tuple(columns), tuple(visits), tuple(coefficients), A)


def visit_grams(sums: PatternSums) -> np.ndarray:
    """(T, q, q) sums of z z' over the episodes recorded at each visit."""
    q = len(sums.columns)
    return np.einsum("st,sjk->tjk", sums.observed.astype(float), sums.gram[:, :q, :q])


def pooled_gram(model: MeanModel, sums: PatternSums) -> np.ndarray:
    """(p, p) X'X over all recorded values."""
    return np.einsum("tjp,tjk,tkr->pr", model.A, visit_grams(sums), model.A, optimize=True)


def named(coefficient: Coefficient) -> str:
    """A coefficient in words: "arm at 12m", "age_years"."""
    name, visit = coefficient
    return name if visit is None else f"{name} at {visit}"
