"""Who answers which questionnaire: stopping for good, visits left out, and single answers left out.

Stopping depends on the arm, on depression and on the last function score recorded, so on nothing that an analyst of
function cannot see (missing at random). Everything else is pure chance.
"""

import numpy as np
from scipy.special import expit, logit

from amble.evaluation.simulate.episodes import People
from amble.evaluation.simulate.measures import Courses
from amble.evaluation.simulate.parameters import VISITS, Parameters
from amble.evaluation.simulate.streams import Streams

MEASURED = ("function", "pain", "fear_avoidance", "activity_level")


def leaning(p: Parameters, etmi, depression, function: np.ndarray) -> np.ndarray:
    """Log odds of stopping about the average. function: the last score recorded, in points, or the mean at start."""
    by = p["answers.stopping_by"]
    about = function - p["start.mean"]["function"]
    parts = by["etmi"] * etmi + by["depression"] * depression + by["function"] * about
    return p["answers.strength"] * parts


def recorded(
    p: Parameters, one: People, etmi: np.ndarray, given: Courses, first: float, streams: Streams
) -> np.ndarray:
    """(5 visits with baseline, 4 measures, n) bool. first: constant of the log odds of stopping at discharge."""
    n, visits, measures = len(etmi), 1 + len(VISITS), len(MEASURED)
    u = streams.uniform("stopping", n, visits * (measures - 1) + 2 * visits)
    answered = np.empty((visits, n), bool)
    answered[0] = u[0] < p["answers.start"]
    scores, _ = given.under(etmi)
    last = np.where(answered[0], given.start[0] / 10, p["start.mean"]["function"])
    here = np.ones(n, bool)
    constants = (first, *logit(p["answers.stopping"]))
    for t, constant in enumerate(constants):
        stops = u[visits + t] < expit(constant + leaning(p, etmi, one.depression, last))
        here &= ~stops
        answered[t + 1] = here & (u[1 + t] >= p["answers.skipped"][t])
        last = np.where(answered[t + 1], scores[0, t] / 10, last)
    kept = np.ones((visits, measures, n), bool)
    kept[:, 1:] = (u[2 * visits :] >= p["answers.one_left_out"]).reshape(visits, measures - 1, n)
    return kept & answered[:, None]
