"""The columns of the landed cohort: one row per episode, whole numbers only.

| column | meaning |
|---|---|
| clinic, clinician | code of the clinic and of the clinician, from 0 |
| arm | 1 etmi, 0 usual_care |
| age_years, symptom_months | whole numbers; symptom_months may be null |
| sex, depression, anxiety, depression_or_anxiety, activity_level, deprivation_quintile, language, age_group |
| ... | code of the level in `LEVELS` (language: in the data), never null: the last level is "unknown" |
| function_baseline, function_3m, pain_discharge, ... | score in tenths, null where nothing was recorded |
| function_baseline_known, ... | 1 when the outcome's baseline was recorded, else 0 |
| function_pattern, pain_pattern, ... | bit t is set where the t-th visit of the study was recorded |
| activity_baseline, activity_3m, ... | activity level 0, 1 or 2 at a visit, null where nothing was recorded |
| sessions, minutes, cost | contacts, their minutes, and their cost in hundredths of the price list's currency |
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

UNKNOWN = "unknown"
LEVELS = {
    "sex": ("female", "male", "other", UNKNOWN),
    "depression": ("no", "yes", UNKNOWN),
    "anxiety": ("no", "yes", UNKNOWN),
    "depression_or_anxiety": ("no", "yes", UNKNOWN),
    "activity_level": ("none", "1-2", "3+", UNKNOWN),
    "deprivation_quintile": ("1", "2", "3", "4", "5", UNKNOWN),
    "age_group": ("under 45", "45 to 64", "65 and over"),
}
CATEGORIES = (*LEVELS, "language")
TENTHS, HUNDREDTHS = 10, 100


def scale_of(column: str) -> int:
    """By how much a landed column is divided to get its own unit."""
    if column == "cost":
        return HUNDREDTHS
    return TENTHS if column.startswith(("function_", "pain_", "fear_avoidance_")) else 1


@dataclass(frozen=True)
class Design:
    """The study's covariates as numeric terms: "age_years", or "sex:male" for a level against the first level present.

    Covariates that are constant in the cohort are left out and named in `dropped`; those of them that were never
    recorded, in `absent` too.
    """

    terms: tuple[str, ...]
    levels: Mapping[str, tuple[str, ...]]
    dropped: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()

    def value(self, term: str, block: Mapping[str, np.ndarray]) -> np.ndarray:
        """(n,) the term's value for the rows of a block."""
        name, _, level = term.partition(":")
        if not level:
            return block[name]
        return (block[name] == self.levels[name].index(level)).astype(float)

    def matrix(self, block: Mapping[str, np.ndarray], terms: tuple[str, ...] | None = None) -> np.ndarray:
        """(n, len(terms)) without intercept; the design's own terms unless others are named."""
        chosen = self.terms if terms is None else terms
        return np.column_stack([self.value(term, block) for term in chosen])

    @staticmethod
    def columns(terms: tuple[str, ...]) -> tuple[str, ...]:
        """The landed columns that the terms are made of, each once."""
        return tuple(dict.fromkeys(term.partition(":")[0] for term in terms))
