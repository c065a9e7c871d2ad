"""Who can be compared by weighting: people whose start is known, of kinds that both arms have seen."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from amble.evaluation.analyses.words import listed
from amble.evaluation.columns import UNKNOWN
from amble.evaluation.sums.catalogue import CELLS, Request
from amble.evaluation.sums.data import Data, Outline
from amble.evaluation.sums.rows import Block

FEW = 3  # people in an arm below which a level has no counterpart to be weighted to, and the fit is separated


@dataclass(frozen=True)
class Comparable:
    """baselines: columns that must be recorded.  left_out: category -> codes with too few people in an arm.

    terms: the design's terms that still differ between people.  n: (2,) episodes kept, usual care first.
    words: who was left out, in a sentence, or nothing.
    """

    baselines: tuple[str, ...]
    left_out: Mapping[str, tuple[int, ...]]
    terms: tuple[str, ...]
    n: tuple[int, int]
    words: tuple[str, ...]

    def rows(self, block: Block) -> np.ndarray:
        """Indices of the rows of a block that are compared."""
        keep = np.ones(len(block["arm"]), bool)
        for name in self.baselines:
            keep &= ~np.isnan(block[name])
        for name, codes in self.left_out.items():
            keep &= ~np.isin(block[name], codes)
        return np.flatnonzero(keep)


def request(outline: Outline) -> Request:
    """People of each level of each covariate by arm, among those whose start is known."""
    terms = tuple(f"{name}:{level}" for name in _categories(outline) for level in outline.levels[name])
    return Request(keys=("arm",), columns=("age_years", *terms), order=1, complete=_baselines(outline))


def comparable(data: Data) -> Comparable:
    outline = data.outline
    moments = data.moments[request(outline)]
    arms = moments.keys["arm"].tolist()
    columns = zip(moments.columns, moments.first.T.tolist(), strict=True)
    counts = {term: dict(zip(arms, column, strict=True)) for term, column in columns}
    people = dict(zip(arms, moments.n.tolist(), strict=True))
    left_out: dict[str, tuple[int, ...]] = {}
    kept: list[str] = []
    groups: list[str] = []
    for name in _categories(outline):
        levels = outline.levels[name]
        by_level = [[counts[f"{name}:{level}"].get(arm, 0) for arm in (0, 1)] for level in levels]
        few = tuple(code for code, n in enumerate(by_level) if sum(n) and min(n) < FEW)
        present = [level for code, level in enumerate(levels) if sum(by_level[code]) and code not in few]
        kept += [f"{name}:{level}" for level in present[1:]]
        if few and present:
            left_out[name] = few
            groups += [_group(name, levels[code]) for code in few]
    terms = (*(term for term in outline.design.terms if ":" not in term), *kept)
    n = (people.get(0, 0), people.get(1, 0))
    return Comparable(_baselines(outline), left_out, terms, n, _said(groups))


def _categories(outline: Outline) -> list[str]:
    return [name for name in outline.study.covariates if name in CELLS]


def _baselines(outline: Outline) -> tuple[str, ...]:
    if not outline.study.cohort.baseline_required:
        return ()
    return tuple(f"{outcome}_baseline" for outcome in outline.seen)


def _group(name: str, level: str) -> str:
    return f"{name.replace('_', ' ')} {'not recorded' if level == UNKNOWN else level}"


def _said(groups: list[str]) -> tuple[str, ...]:
    if not groups:
        return ()
    return (
        f"Left out of the weighted comparisons, because fewer than {FEW} of them had one of the two kinds of care and "
        f"nobody alike can stand for them: people with {listed(groups)}.",
    )
