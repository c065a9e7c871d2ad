"""From cells of sums to what the mixed models read: sums by missingness pattern, by clinician, or both."""

from collections.abc import Mapping

import numpy as np

from amble.evaluation.sums.data import Outline
from amble.evaluation.sums.moments import (
    ClusterGrams,
    ClusterPatternGrams,
    ClusterPatternSums,
    Moments,
    PatternSums,
)


def model_terms(outline: Outline) -> tuple[str, ...]:
    """z of the study's adjusted models: intercept, arm, covariates, the outcome's own baseline."""
    terms = ("intercept", "arm", *outline.design.terms, "baseline")
    return terms if outline.study.cohort.baseline_required else (*terms, "baseline_unknown")


def pattern_sums(
    moments: Moments,
    outline: Outline,
    outcome: str,
    z: tuple[str, ...] | None = None,
    where: Mapping[str, tuple[int, ...]] | None = None,
    keep_empty: bool = False,
) -> PatternSums:
    """PatternSums from the cube of an outcome (catalogue.cube).

    z: "intercept", "arm", design terms, "age_years", "baseline", products of discrete terms and at most one continuous
    term ("arm*sex:male"); the study's own terms when not given.  where: key -> codes kept (a subgroup).
    keep_empty keeps the episodes with no follow-up visit as a pattern without visits: imputation needs them.
    Episodes without a baseline are left out unless z holds "baseline_unknown".
    """
    z = model_terms(outline) if z is None else z
    visits = outline.visits[outcome]
    pattern = _renumbered(moments.keys[f"{outcome}_pattern"], outline.study.visits, visits)
    use = np.ones(len(moments.n), bool) if keep_empty else pattern > 0
    if "baseline_unknown" not in z:
        use &= moments.keys[f"{outcome}_baseline_known"] == 1
    for name, codes in (where or {}).items():
        use &= np.isin(moments.keys[name], codes)
    chosen = _columns(moments, outcome, visits)
    full = _with_intercept(moments, use, chosen)
    loadings = np.stack([_loading(term, moments, outline, outcome, use) for term in z], 1)
    codes = np.unique(pattern[use])
    observed = (codes[:, None] >> np.arange(len(visits)) & 1).astype(bool)
    gram = np.zeros((len(codes), len(z) + len(visits), len(z) + len(visits)))
    for row, code in enumerate(codes):
        inside = pattern[use] == code
        gram[row] = _gram(full[inside], loadings[inside])
    return PatternSums(z, visits, observed, gram[:, 0, 0].copy(), gram)


def _bases(moments: Moments, outcome: str) -> list[str]:
    """The columns of the cells that covariates are made of: all but the outcome's visits."""
    baseline = f"{outcome}_baseline"
    return [name for name in moments.columns if name == baseline or not name.startswith(f"{outcome}_")]


def _columns(moments: Moments, outcome: str, visits: tuple[str, ...]) -> list[int]:
    names = [*_bases(moments, outcome), *(f"{outcome}_{visit}" for visit in visits)]
    return [moments.columns.index(name) for name in names]


def _with_intercept(moments: Moments, use: np.ndarray, chosen: list[int]) -> np.ndarray:
    """(C, b+T, b+T) sums of (1, bases, y)(1, bases, y)' in own units, b = 1 + the number of bases."""
    scale = moments.scale[chosen]
    first = moments.first[use][:, chosen] / scale
    full = np.empty((int(use.sum()), len(chosen) + 1, len(chosen) + 1))
    full[:, 0, 0] = moments.n[use]
    full[:, 0, 1:] = full[:, 1:, 0] = first
    full[:, 1:, 1:] = moments.second[use][:, chosen][:, :, chosen] / (scale[:, None] * scale)
    return full


def _loading(term: str, moments: Moments, outline: Outline, outcome: str, use: np.ndarray) -> np.ndarray:
    """(C, b) the term as a combination of (1, bases) within each cell."""
    bases = ["intercept", *_bases(moments, outcome)]
    factor = np.ones(int(use.sum()))
    base = "intercept"
    for name in term.split("*"):
        column = f"{outcome}_baseline" if name == "baseline" else name
        if column in bases:
            base = column if base == "intercept" else base
        elif name == "baseline_unknown":
            factor = factor * (moments.keys[f"{outcome}_baseline_known"][use] == 0)
        else:
            factor = factor * _code_is(name, moments, outline, use)
    loading = np.zeros((len(factor), len(bases)))
    loading[:, bases.index(base)] = factor
    return loading


def _code_is(name: str, moments: Moments, outline: Outline, use: np.ndarray) -> np.ndarray:
    key, _, level = name.partition(":")
    codes = moments.keys[key][use]
    return codes == outline.levels[key].index(level) if level else codes


def _gram(full: np.ndarray, loadings: np.ndarray) -> np.ndarray:
    """Sum over cells of F G F' with F = (loading, 0; 0, identity for y)."""
    c, q, bases = loadings.shape
    z_full = loadings @ full[:, :bases, :]
    flat = loadings.transpose(0, 2, 1).reshape(c * bases, q)
    visits = full.shape[1] - bases
    gram = np.empty((q + visits, q + visits))
    gram[:q, :q] = z_full[:, :, :bases].transpose(1, 0, 2).reshape(q, c * bases) @ flat
    gram[:q, q:] = z_full[:, :, bases:].sum(0)
    gram[q:, :q] = gram[:q, q:].T
    gram[q:, q:] = full[:, bases:, bases:].sum(0)
    return (gram + gram.T) / 2


def _renumbered(pattern: np.ndarray, study_visits: tuple[str, ...], visits: tuple[str, ...]) -> np.ndarray:
    """Bits of the study's visits to bits of the visits that were recorded."""
    codes = np.zeros_like(pattern)
    for bit, visit in enumerate(visits):
        codes |= (pattern >> study_visits.index(visit) & 1) << bit
    return codes


def cluster_pattern_sums(moments: Moments, outline: Outline, outcome: str) -> ClusterPatternSums:
    """First-order sums by clinician and pattern (catalogue.by_clinician), patterns without visits left out."""
    visits = outline.visits[outcome]
    pattern = _renumbered(moments.keys[f"{outcome}_pattern"], outline.study.visits, visits)
    codes = np.unique(pattern[pattern > 0])
    use = pattern > 0
    clinicians, group = np.unique(moments.keys["clinician"][use], return_inverse=True)
    place = (group, np.searchsorted(codes, pattern[use]))
    values = moments.first[use] / moments.scale
    terms = [name for name in moments.columns if name not in {f"{outcome}_{visit}" for visit in visits}]
    n = np.zeros((len(clinicians), len(codes)))
    z = np.zeros((*n.shape, len(terms) + 1))
    y = np.zeros((*n.shape, len(visits)))
    n[place] = z[(*place, 0)] = moments.n[use]
    z[(*place, slice(1, None))] = values[:, [moments.columns.index(name) for name in terms]]
    y[place] = values[:, [moments.columns.index(f"{outcome}_{visit}") for visit in visits]]
    observed = (codes[:, None] >> np.arange(len(visits)) & 1).astype(bool)
    names = tuple("baseline" if name == f"{outcome}_baseline" else name for name in terms)
    return ClusterPatternSums(("intercept", *names), visits, observed, outline.clinic_of[clinicians], n, z, y)


def cluster_pattern_grams(moments: Moments, outline: Outline, outcome: str) -> ClusterPatternGrams:
    """Second-order sums by clinician and pattern (catalogue.patterns_by_clinician)."""
    visits = outline.visits[outcome]
    scores = [f"{outcome}_{visit}" for visit in visits]
    pattern = _renumbered(moments.keys[f"{outcome}_pattern"], outline.study.visits, visits)
    use = pattern > 0
    codes = np.unique(pattern[use])
    clinicians, group = np.unique(moments.keys["clinician"][use], return_inverse=True)
    terms = [name for name in moments.columns if name not in scores]
    chosen = [moments.columns.index(name) for name in (*terms, *scores)]
    full = _with_intercept(moments, use, chosen)
    gram = np.zeros((len(clinicians), len(codes), *full.shape[1:]))
    gram[group, np.searchsorted(codes, pattern[use])] = full
    names = ("intercept", *("baseline" if name == f"{outcome}_baseline" else name for name in terms))
    observed = (codes[:, None] >> np.arange(len(visits)) & 1).astype(bool)
    return ClusterPatternGrams(names, visits, observed, outline.clinic_of[clinicians], gram)


def cluster_grams(moments: Moments, outline: Outline) -> ClusterGrams:
    """Second-order sums by clinician (catalogue.grams_by_clinician), in own units, with an intercept."""
    k = len(moments.columns)
    full = np.zeros((len(moments.n), k + 1, k + 1))
    full[:, 0, 0] = moments.n
    full[:, 0, 1:] = full[:, 1:, 0] = moments.first / moments.scale
    full[:, 1:, 1:] = moments.second / (moments.scale[:, None] * moments.scale)
    clinicians, group = np.unique(moments.keys["clinician"], return_inverse=True)
    gram = np.zeros((len(clinicians), k + 1, k + 1))
    np.add.at(gram, group, full)
    return ClusterGrams(("intercept", *moments.columns), gram, outline.clinic_of[clinicians])
