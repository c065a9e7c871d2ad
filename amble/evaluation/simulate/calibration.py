"""The two constants that no parameter gives: they are found so that published shares come out."""

from functools import lru_cache

from scipy import optimize
from scipy.special import expit

from amble.evaluation.simulate import service
from amble.evaluation.simulate.choice import indication, propensity
from amble.evaluation.simulate.episodes import people, tenths
from amble.evaluation.simulate.missingness import leaning
from amble.evaluation.simulate.parameters import Parameters
from amble.evaluation.simulate.streams import Streams

PILOT_EPISODES, PILOT_SEED = 60_000, 20260108


@lru_cache(maxsize=32)
def constants(p: Parameters) -> tuple[float, float]:
    """(constant of choice, constant of stopping at discharge), on log-odds scales.

    Solved in one fixed pilot population, so they depend on the parameters only, not on seed or size.
    """
    streams = Streams(PILOT_SEED, 1)
    pilot = people(p, service.make(p, PILOT_EPISODES, PILOT_SEED), streams, PILOT_EPISODES)
    log_odds, available = indication(p, pilot), expected_availability(p)
    choice = solve(lambda c: propensity(c + log_odds, available).mean(), p["choice.etmi"])
    chance = propensity(choice + log_odds, available)
    function = tenths("function")[pilot.start[0]] / 10
    arms = [(chance, leaning(p, True, pilot.depression, function))]
    arms.append((1 - chance, leaning(p, False, pilot.depression, function)))
    staying = p["answers.complete"] / p["answers.start"] / (1 - p["answers.skipped"][0])
    stopping = solve(lambda c: sum((w * expit(c + lean)).mean() for w, lean in arms), 1 - staying)
    return choice, stopping


def expected_availability(p: Parameters) -> float:
    """Share of patients who meet a clinician offering ETMI, in a service that is average in every way."""
    after_training = 1 - p["service.training_days"] / 2 / p["service.window_days"]
    return p["service.delivering"] / p["service.invited"] * after_training


def solve(share, wanted: float) -> float:
    """The constant at which `share`, rising in the constant, is as wanted."""
    return float(optimize.brentq(lambda constant: share(constant) - wanted, -20.0, 20.0, xtol=1e-12))
