"""The landed cohort as the analyses see it: sums asked for beforehand, and rows for the few that need them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from amble.evaluation.columns import Design
from amble.evaluation.study.model import Study
from amble.evaluation.sums.catalogue import Request
from amble.evaluation.sums.moments import Moments
from amble.evaluation.sums.rows import Rows


@dataclass(frozen=True)
class Outline:
    """What is known of the cohort before any sum is asked for. Analyses make their requests from it.

    visits: outcome -> the study's visits at which it was recorded at least once (in the study's order).
    levels: category -> names of its levels.  clinic_of: (clinicians,) code of each clinician's clinic.
    n: arm ("etmi", "usual_care") -> episodes.  activity_visits: visits at which activity level was recorded.
    patient_episodes: how many patients have how many episodes is not kept; only whether some have several.
    """

    study: Study
    design: Design
    visits: Mapping[str, tuple[str, ...]]
    activity_visits: tuple[str, ...]
    levels: Mapping[str, tuple[str, ...]]
    clinic_of: np.ndarray
    clinics: tuple[str, ...]
    n: Mapping[str, int]

    @property
    def seen(self) -> tuple[str, ...]:
        """The study's scores that were recorded at the start and at some visit: those that can be compared."""
        return tuple(outcome for outcome in self.study.measured if self.visits[outcome])


@dataclass(frozen=True)
class Data:
    """`moments[request]` answers any request that was declared; `rows` is None when only sums came (combine).

    memo holds what several analyses share, such as a fitted model, under a name of theirs.
    """

    outline: Outline
    moments: Mapping[Request, Moments]
    rows: Rows | None
    memo: dict = field(default_factory=dict, compare=False, repr=False)
