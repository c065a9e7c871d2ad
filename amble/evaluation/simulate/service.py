"""Clinics and clinicians: who was invited, who was trained and when, who uses ETMI, and what each adds to outcomes."""

from dataclasses import dataclass

import numpy as np

from amble.evaluation.simulate.parameters import Parameters
from amble.evaluation.simulate.streams import Streams

NEVER = 10**6  # a training day that no start date reaches
INVITED_DAYS_BEFORE = (30, 90)


@dataclass(frozen=True)
class Service:
    """One value per clinician. Days are counted from the first day of the window.

    clinic: code of the clinic.  trained_day: NEVER without training.  delivering: uses ETMI once trained.
    load: share of the service's patients.  skill: what the clinician and the clinic add to outcomes, in standard
    deviations of what is unexplained (positive is good).  contacts: what the clinician adds to the log of sessions.
    """

    clinics: int
    clinic: np.ndarray
    invited_day: np.ndarray
    trained_day: np.ndarray
    delivering: np.ndarray
    load: np.ndarray
    skill: np.ndarray
    contacts: np.ndarray
    availability: float


def size(p: Parameters, episodes: int) -> tuple[int, int]:
    """(clinics, clinicians): those of the study, more when there are more episodes than they could see."""
    clinicians = max(p["service.invited"], episodes // p["service.episodes_per_clinician"])
    if clinicians == p["service.invited"]:
        return p["service.clinics"], clinicians
    return max(p["service.clinics"], clinicians // p["service.clinicians_per_clinic"]), clinicians


def make(p: Parameters, episodes: int, seed: int) -> Service:
    """The service that sees `episodes` patients. Depends on their number only through `size`."""
    if episodes < 1 or seed < 0:
        raise ValueError("a service has at least one episode, and a seed is 0 or more")
    clinics, clinicians = size(p, episodes)
    random = Streams(seed, 0)["clinicians"]
    clinic = np.concatenate([np.arange(clinics), random.integers(clinics, size=clinicians - clinics)])
    clinic = np.sort(clinic)
    rank = random.permutation(clinicians)
    trained = rank < round(clinicians * p["service.trained"] / p["service.invited"])
    delivering = rank < round(clinicians * p["service.delivering"] / p["service.invited"])
    day = np.floor((random.permutation(clinicians) + 0.5) / clinicians * p["service.training_days"])
    trained_day = np.where(trained, day.astype(int), NEVER)
    load = random.gamma(p["service.load_shape"], size=clinicians)
    load /= load.sum()
    between = random.standard_normal(clinics)[clinic] * np.sqrt(p["course.clinic"])
    skill = between + random.standard_normal(clinicians) * np.sqrt(p["course.clinician"])
    window = p["service.window_days"]
    open_share = np.where(delivering, 1 - np.minimum(trained_day, window) / window, 0.0)
    return Service(
        clinics=clinics,
        clinic=clinic,
        invited_day=-random.integers(*INVITED_DAYS_BEFORE, size=clinicians),
        trained_day=trained_day,
        delivering=delivering,
        load=load,
        skill=skill,
        contacts=random.standard_normal(clinicians) * p["contacts.clinician"],
        availability=float(load @ open_share),
    )
