"""Left-out patients: what they would have been told, and the groups among whom it is compared with what came."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from amble.evaluation.estimators import people_like_me_check
from amble.evaluation.estimators.people_like_me import People
from amble.evaluation.estimators.people_like_me_check import FOLDS, Check, Told

CHECKS = {"left_out": "the other four fifths", "later": "those who began earlier"}
Groups = Mapping[str, np.ndarray]  # name -> (n,) bool: everybody who was told is in one of them
FIFTHS = ("poorest fifth", "second fifth", "middle fifth", "fourth fifth", "best fifth")


@dataclass(frozen=True)
class Found:
    """people: the earlier patients.  told: what each left-out patient would have been told, by kind of check."""

    people: People
    told: Mapping[str, Told]
    confidence: float

    def check(self, kind: str, visit: str, among: np.ndarray | None = None) -> Check:
        everybody = np.ones(len(self.people), dtype=bool)
        among = everybody if among is None else among
        return people_like_me_check.check(self.told[kind], self.people, visit, among, self.confidence)

    def verdict(self, visit: str) -> str:
        """good, poor, or unchecked where there were too few to know."""
        left_out, later = (self.check(kind, visit).good for kind in CHECKS)
        return "unchecked" if left_out is None else "good" if left_out and later is not False else "poor"


def fifths(found: Found) -> Groups:
    """Of the outlook of everybody who was told anything."""
    told = found.told["left_out"]
    anything = np.isfinite(told.median).any(axis=1)
    if not anything.any():
        return {}
    ends = np.quantile(told.predicted[anything], np.arange(1, FOLDS) / FOLDS)
    place = np.searchsorted(ends, told.predicted, side="right")
    return {name: anything & (place == k) for k, name in enumerate(FIFTHS)}


def moods(found: Found) -> Groups:
    kinds = (found.people.groups["depression"], found.people.groups["anxiety"])
    yes = np.any([kind == "yes" for kind in kinds], axis=0)
    no = np.all([kind == "no" for kind in kinds], axis=0)
    return {"yes": yes, "no": no, "not known": ~yes & ~no}


def sexes(found: Found) -> Groups:
    sex = found.people.groups["sex"]
    female, male = sex == "female", sex == "male"
    return {"female": female, "male": male, "other or not known": ~female & ~male}
