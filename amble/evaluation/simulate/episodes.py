"""Patients: their covariates, their scores at start, the clinician they meet and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import optimize, stats
from scipy.special import ndtr, ndtri

from amble.evaluation.simulate.parameters import MEASURES, Parameters
from amble.evaluation.simulate.service import Service
from amble.evaluation.simulate.streams import Streams

SEXES = ("female", "male", "other")
ELIGIBLE_MONTHS = 3
STEPS = {"function": 24, "pain": 10, "fear_avoidance": 24}  # RMDQ-24, a 0-10 rating, FABQ-PA
TOP = {"function": 100, "pain": 10, "fear_avoidance": 100}


@dataclass(frozen=True)
class People:
    """One value per episode, as it is; `unknown` says where it was not recorded.

    sex, language: codes (SEXES, the parameters' languages).  activity: 0, 1, 2.  start: (3, n) steps of the grids
    of the three measures.  clinician: index into the service.  start_day: from the first day of the window.
    wish: uniform, turned into a choice of arm by `choice.choose`.  pace: uniform, the rhythm of the sessions.
    """

    age: np.ndarray
    sex: np.ndarray
    depression: np.ndarray
    anxiety: np.ndarray
    activity: np.ndarray
    symptom_months: np.ndarray
    deprivation: np.ndarray
    language: np.ndarray
    unknown: Mapping[str, np.ndarray]
    start: np.ndarray
    clinician: np.ndarray
    start_day: np.ndarray
    wish: np.ndarray
    pace: np.ndarray

    @property
    def depression_or_anxiety(self) -> np.ndarray:
        return self.depression | self.anxiety

    @property
    def eligible(self) -> np.ndarray:
        """In the cohort of the built-in study, if the duration of symptoms is known."""
        return self.symptom_months >= ELIGIBLE_MONTHS


def step(measure: str, value: np.ndarray) -> np.ndarray:
    """The step of the instrument's grid nearest to a latent value, cut at the ends."""
    steps = STEPS[measure]
    return np.clip(np.rint(value * (steps / TOP[measure])), 0, steps).astype(np.int8)


def tenths(measure: str) -> np.ndarray:
    """(steps + 1,) the score at each step of the grid, in tenths of a point, as instruments are rounded."""
    steps = STEPS[measure]
    return np.rint(np.arange(steps + 1) * (10 * TOP[measure] / steps)).astype(np.int64)


def people(p: Parameters, service: Service, streams: Streams, n: int) -> People:
    """n episodes of the service."""
    u = streams.uniform("people", n, 16)
    depression = u[1] < p["people.depression"]
    anxiety = u[2] < np.where(
        depression, p["people.anxiety_with_depression"], p["people.anxiety_without_depression"]
    )
    age = _ages(p, u[0])
    activity = _activity(p, age, depression, u[3])
    limits = np.cumsum([p["people.women"], 1 - p["people.women"] - p["people.other_sex"]])
    sex = np.searchsorted(limits, u[4], side="right")
    months = ELIGIBLE_MONTHS + np.floor(p["people.symptom_months_median"] * np.exp(ndtri(u[5])))
    months = np.where(
        u[6] < p["people.too_recent"], np.floor(u[5] * ELIGIBLE_MONTHS), np.minimum(months, 600)
    )
    shares = np.cumsum(list(p["people.languages"].values()))[:-1]
    unknown = {name: u[9 + i] < share for i, (name, share) in enumerate(p["people.unknown"].items())}
    unknown["symptom_months"] &= months >= ELIGIBLE_MONTHS  # an unknown duration does not exclude
    by = covariates(p, age, sex == 0, depression, anxiety, activity)
    met = streams.uniform("choice", n, 4)
    return People(
        age=age,
        sex=sex,
        depression=depression,
        anxiety=anxiety,
        activity=activity,
        symptom_months=months.astype(int),
        deprivation=np.floor(u[7] * 5).astype(int) + 1,
        language=np.searchsorted(shares, u[8], side="right"),
        unknown=unknown,
        start=_start(p, by, streams.normal("starts", n, len(MEASURES))),
        clinician=np.minimum(np.searchsorted(np.cumsum(service.load), met[0]), len(service.load) - 1),
        start_day=np.floor(met[1] * p["service.window_days"]).astype(int),
        wish=met[2],
        pace=met[3],
    )


def covariates(p: Parameters, age, woman, depression, anxiety, activity) -> dict[str, np.ndarray]:
    """Covariates about their mean, so that an outcome's mean stays where its parameter puts it."""
    levels = p["people.activity_levels"]
    return {
        "age_decade": (age - p["people.age_mean"]) / 10,
        "woman": woman - p["people.women"],
        "depression": depression - p["people.depression"],
        "anxiety": anxiety - p.anxiety,
        "activity": activity - (levels[1] + 2 * levels[2]),
    }


def covariates_of(p: Parameters, one: People) -> dict[str, np.ndarray]:
    return covariates(p, one.age, one.sex == 0, one.depression, one.anxiety, one.activity)


def weighted(weights: Mapping[str, float], by: Mapping[str, np.ndarray]) -> np.ndarray:
    """Sum of the covariates times their weights."""
    return sum(weight * by[name] for name, weight in weights.items())


def correlated(p: Parameters) -> np.ndarray:
    """(3, 3) factor that gives independent draws the correlation of the measures."""
    named = p["start.correlation"]
    correlation = np.eye(len(MEASURES))
    for i, one in enumerate(MEASURES):
        for j, other in enumerate(MEASURES[:i]):
            correlation[i, j] = correlation[j, i] = named[f"{other}_{one}"]
    return np.linalg.cholesky(correlation)


def _ages(p: Parameters, u: np.ndarray) -> np.ndarray:
    mean, sd = _normal_before_truncation(
        p["people.age_mean"], p["people.age_sd"], tuple(p["people.age_range"])
    )
    low, high = p["people.age_range"]
    floor, ceiling = ndtr((low - 0.5 - mean) / sd), ndtr((high + 0.5 - mean) / sd)
    return np.clip(np.rint(mean + sd * ndtri(floor + u * (ceiling - floor))), low, high).astype(int)


@cache
def _normal_before_truncation(mean: float, sd: float, limits: tuple[int, int]) -> tuple[float, float]:
    """Mean and standard deviation of the normal that has `mean` and `sd` once truncated and rounded."""
    low, high = limits[0] - 0.5, limits[1] + 0.5

    def miss(guess: np.ndarray) -> np.ndarray:
        cut = stats.truncnorm((low - guess[0]) / guess[1], (high - guess[0]) / guess[1], guess[0], guess[1])
        return np.array([cut.mean() - mean, np.hypot(cut.std(), np.sqrt(1 / 12)) - sd])

    found = optimize.root(miss, [mean, sd])
    return float(found.x[0]), float(found.x[1])


def _activity(p: Parameters, age, depression, u: np.ndarray) -> np.ndarray:
    shift = weighted(
        p["people.activity_by"],
        {"age_decade": (age - p["people.age_mean"]) / 10, "depression": depression - p["people.depression"]},
    )
    cuts = ndtri(np.cumsum(p["people.activity_levels"])[:-1])
    return np.searchsorted(cuts, ndtri(u) + shift)


def _start(p: Parameters, by: Mapping[str, np.ndarray], z: np.ndarray) -> np.ndarray:
    noise = correlated(p) @ z
    scores = [
        step(m, p["start.mean"][m] + weighted(p["start.by"][m], by) + p["start.sd"][m] * noise[k])
        for k, m in enumerate(MEASURES)
    ]
    return np.stack(scores)
