"""Who receives ETMI: by indication, and only where and when a clinician offers it."""

import numpy as np
from scipy.special import expit

from amble.evaluation.simulate.episodes import People, covariates_of, tenths, weighted
from amble.evaluation.simulate.parameters import MEASURES, Parameters
from amble.evaluation.simulate.service import Service


def indication(p: Parameters, one: People) -> np.ndarray:
    """(n,) log odds of ETMI but for a constant, from what is known at start: scores as recorded, and covariates."""
    by = covariates_of(p, one)
    for k, measure in enumerate(MEASURES):
        by[measure] = tenths(measure)[one.start[k]] / 10 - p["start.mean"][measure]
    return weighted(p["choice.by"], by)


def propensity(log_odds: np.ndarray, availability: float) -> np.ndarray:
    """(n,) chance of ETMI given what is known at start, over all clinicians and dates.

    Logistic, but never above the share of patients who meet a clinician that offers ETMI on that day.
    """
    return np.minimum(expit(log_odds), availability)


def choose(service: Service, one: People, chance: np.ndarray) -> np.ndarray:
    """(n,) bool, ETMI: with a clinician who uses it, from the training date on, as often as makes `chance` true."""
    offered = service.delivering[one.clinician] & (one.start_day >= service.trained_day[one.clinician])
    return offered & (one.wish < chance / service.availability)
