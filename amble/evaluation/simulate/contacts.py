"""Sessions: how many under either arm, when, how long, what was done, and how faithful to ETMI."""

from dataclasses import dataclass

import numpy as np

from amble.evaluation.simulate.episodes import People, covariates_of, weighted
from amble.evaluation.simulate.parameters import Parameters
from amble.evaluation.simulate.service import Service
from amble.evaluation.simulate.streams import Streams

ARMS = ("usual_care", "etmi")
MINUTES_STEP = 5


@dataclass(frozen=True)
class Counts:
    """sessions: (2, n) under usual care and ETMI, at least 1.  minutes: (2, n) expected minutes of those sessions."""

    sessions: np.ndarray
    minutes: np.ndarray

    def under(self, etmi: np.ndarray) -> np.ndarray:
        return np.where(etmi, self.sessions[1], self.sessions[0])


@dataclass(frozen=True)
class Contacts:
    """One value per session, in order of episodes. modalities: index into the arm's list of combinations."""

    episode: np.ndarray
    number: np.ndarray
    day: np.ndarray
    minutes: np.ndarray
    etmi: np.ndarray
    modalities: np.ndarray
    fidelity: np.ndarray


def counts(p: Parameters, service: Service, one: People, streams: Streams) -> Counts:
    """The first session, and a gamma-Poisson number of more: the rest of the mean after the first.

    Both arms share the person's need; the arm with more sessions has those of the other and some on top, so that a
    ratio of 1 leaves both equal, person by person.
    """
    n = len(one.age)
    log_mean = weighted(p["contacts.by"], covariates_of(p, one)) + service.contacts[one.clinician]
    usual = p["contacts.usual_care"] * np.exp(log_mean - p["contacts.clinician"] ** 2 / 2)
    more = np.maximum(np.stack([usual, p["effects.sessions"] * usual]) - 1, 0)
    shape = p["contacts.shape"]
    need = streams["need"].gamma(shape, 1 / shape, n)
    common = 1 + streams["sessions"].poisson(need * more.min(0))
    sessions = common + streams["more_sessions"].poisson(need * (more - more.min(0)).max(0)) * (
        more > more.min(0)
    )
    mean = np.array([p["contacts.minutes"][arm] for arm in ARMS])
    return Counts(sessions, mean[:, :1] + mean[:, 1:] * (sessions - 1))


def rhythm(p: Parameters, one: People, sessions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(days between sessions, day of the last session)."""
    low, high = p["contacts.gap_days"]
    gap = low + (high - low) * one.pace
    gap = np.minimum(gap, p["contacts.longest_days"] / np.maximum(sessions - 1, 1))
    return gap, one.start_day + np.floor((sessions - 1) * gap).astype(int)


def contacts(
    p: Parameters, one: People, etmi: np.ndarray, sessions: np.ndarray, streams: Streams
) -> Contacts:
    """Every session of every episode."""
    episode = np.repeat(np.arange(len(sessions)), sessions)
    number = np.arange(len(episode)) - np.repeat(np.cumsum(sessions) - sessions, sessions) + 1
    gap, _ = rhythm(p, one, sessions)
    u = streams.uniform("contacts", len(episode), 3)
    z = streams.normal("fidelity", len(episode), 1)[0]
    given = etmi[episode]
    mean = np.array([p["contacts.minutes"][arm] for arm in ARMS])[
        given.astype(int), np.minimum(number, 2) - 1
    ]
    center, spread = p["contacts.fidelity"]
    fidelity = np.clip(np.rint(center + spread * z), 0, 100)
    return Contacts(
        episode=episode,
        number=number,
        day=one.start_day[episode] + np.floor((number - 1) * gap[episode]).astype(int),
        minutes=mean + MINUTES_STEP * (np.floor(u[0] * 3).astype(int) - 1),
        etmi=given,
        modalities=_modalities(p, given, u[1]),
        fidelity=np.where(given & (u[2] < p["contacts.fidelity_recorded"]), fidelity, np.nan),
    )


def _modalities(p: Parameters, etmi: np.ndarray, u: np.ndarray) -> np.ndarray:
    cuts = {arm: np.cumsum(p["contacts.modality_shares"][arm])[:-1] for arm in ARMS}
    chosen = [np.searchsorted(cuts[arm], u, side="right") for arm in ARMS]
    return np.where(etmi, chosen[1], chosen[0])
