"""Scores over the visits under either arm: correlated courses behind them, then the grids of real instruments.

Each measure's course depends on its own score at start, the covariates, the arm, the clinician and chance. Chance is
correlated between measures and visits, but not with the scores at start: so adjusting for the measure's own start
and the covariates is enough, whatever else was decided on other scores.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from amble.evaluation.simulate.episodes import People, correlated, covariates_of, step, tenths, weighted
from amble.evaluation.simulate.parameters import MEASURES, VISITS, Parameters
from amble.evaluation.simulate.service import Service
from amble.evaluation.simulate.streams import Streams

INSTRUMENTS = {
    "function": "rmdq",
    "pain": "nrs",
    "fear_avoidance": "fabq_pa",
    "activity_level": "activity_level",
}
BETTER = {"function": 1, "pain": -1, "fear_avoidance": -1}


@dataclass(frozen=True)
class Courses:
    """Both potential outcomes, the first axis: 0 usual care, 1 ETMI.

    scores: (2, 3 measures, 4 visits, n) tenths of a point.  activity: (2, 4, n) levels 0, 1, 2.
    start: (3, n) tenths of a point.
    """

    scores: np.ndarray
    activity: np.ndarray
    start: np.ndarray

    def under(self, etmi: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(3, 4, n) scores and (4, n) activity levels of the arm that was given."""
        return np.where(etmi, self.scores[1], self.scores[0]), np.where(
            etmi, self.activity[1], self.activity[0]
        )


def courses(p: Parameters, service: Service, one: People, streams: Streams) -> Courses:
    """The courses of `one`. A null effect leaves both potential outcomes equal, person by person."""
    n, by = len(one.age), covariates_of(p, one)
    start = np.stack([tenths(measure)[one.start[k]] for k, measure in enumerate(MEASURES)])
    chance = _chance(p, streams.normal("course", n, len(MEASURES) * (1 + len(VISITS))))
    gain = _gain(p, one)
    scores = np.empty((2, len(MEASURES), len(VISITS), n), np.int16)
    for k, measure in enumerate(MEASURES):
        fixed = weighted(p["course.by"][measure], by)
        above = start[k] / 10 - p["start.mean"][measure]
        skill = BETTER[measure] * service.skill[one.clinician]
        effect = p[f"effects.{measure}"] * gain
        for t in range(len(VISITS)):
            spread = p["course.sd"][measure][t] * (skill + chance[k, t])
            usual = p["course.mean"][measure][t] + p["course.slope"][measure][t] * above + fixed + spread
            treated = usual + effect * p["effects.profile"][t]
            for arm, latent in enumerate((usual, treated)):
                scores[arm, k, t] = tenths(measure)[step(measure, latent)]
    return Courses(scores, _activity(p, one, by, streams), start)


def _gain(p: Parameters, one: People) -> np.ndarray:
    """(n,) effect as a multiple of the average effect: 1 on average."""
    ratio = p["effects.gain"]
    return np.where(one.depression_or_anxiety, ratio, 1.0) / (1 + p.depression_or_anxiety * (ratio - 1))


def _chance(p: Parameters, z: np.ndarray) -> np.ndarray:
    """(3, 4, n): a part that stays with the person and a part of each visit, correlated between measures.

    With the skill of clinician and clinic the variance is 1.
    """
    own = 1 - p["course.clinician"] - p["course.clinic"]
    factor = correlated(p)
    parts = np.einsum("kl,tln->ktn", factor, z.reshape(1 + len(VISITS), len(MEASURES), -1))
    stays, varies = np.sqrt(own * p["course.person"]), np.sqrt(own * (1 - p["course.person"]))
    return stays * parts[:, :1] + varies * parts[:, 1:]


def _activity(p: Parameters, one: People, by: Mapping[str, np.ndarray], streams: Streams) -> np.ndarray:
    z = streams.normal("activity", len(one.age), 1 + len(VISITS))
    person = p["activity.person"]
    tendency = p["activity.slope"] * by["activity"] + np.sqrt(person) * z[0] + np.sqrt(1 - person) * z[1:]
    low, high = p["activity.thresholds"]
    both = np.stack([tendency, tendency + p["effects.activity"]])
    return ((both > low).astype(np.int8) + (both > high)).astype(np.int8)
