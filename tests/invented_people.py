"""Earlier patients whose truth is known: later function is a line in what is known at start, with normal scatter."""

import numpy as np

from amble.evaluation.estimators.people_like_me import People

VISITS = ("discharge", "3m", "6m", "12m")
GAIN = np.array([4.0, 6.0, 7.0, 7.0])  # by visit, for everybody
SCATTER, OWN = 8.0, 9.0  # of an answer, and of a person


def outlook(numbers, groups) -> np.ndarray:
    """What of later function is known at the start, but for what is not known there."""
    pain = np.where(np.isnan(numbers["pain"]), 5.0, numbers["pain"])
    mood = np.where(groups["depression"] == "yes", -5.0, np.where(groups["depression"] == "", -2.0, 0.0))
    return 15 + 0.7 * numbers["function"] - 0.8 * pain - 0.05 * numbers["age_years"] + mood


def people(n: int, seed: int, answers: float = 0.6) -> People:
    chance = np.random.default_rng(seed)
    numbers = {
        "function": chance.normal(50, 16, n),
        "pain": np.where(chance.random(n) < 0.1, np.nan, chance.integers(0, 11, n)),
        "age_years": chance.integers(18, 85, n).astype(float),
    }
    groups = {
        "sex": chance.choice(["female", "male", "other"], n, p=[0.56, 0.436, 0.004]),
        "depression": chance.choice(["no", "yes", ""], n, p=[0.7, 0.2, 0.1]),
    }
    own = outlook(numbers, groups) + chance.normal(0, OWN, n)
    later = own[:, None] + GAIN + chance.normal(0, SCATTER, (n, len(VISITS)))
    later[chance.random(later.shape) > answers] = np.nan
    return People(numbers, groups, VISITS, later, np.ones(later.shape, dtype=bool))
