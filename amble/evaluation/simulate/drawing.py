"""One block of the invented service: everything that is true of its episodes, and what was recorded of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from amble.evaluation.simulate import calibration, service
from amble.evaluation.simulate.choice import choose, indication, propensity
from amble.evaluation.simulate.contacts import Counts, counts
from amble.evaluation.simulate.episodes import People, people
from amble.evaluation.simulate.measures import Courses, courses
from amble.evaluation.simulate.missingness import recorded
from amble.evaluation.simulate.parameters import Parameters, read
from amble.evaluation.simulate.service import Service
from amble.evaluation.simulate.streams import BLOCK_EPISODES, Streams


@dataclass(frozen=True)
class Drawn:
    """n episodes. first: number of the first of them in the service.

    etmi: (n,) bool, the arm given.  propensity: (n,) chance of ETMI given what is known at start.
    recorded: (5 visits with baseline, 4 measures, n) bool.
    """

    parameters: Parameters
    service: Service
    people: People
    etmi: np.ndarray
    propensity: np.ndarray
    courses: Courses
    counts: Counts
    recorded: np.ndarray
    streams: Streams
    first: int = 0

    def __len__(self) -> int:
        return len(self.etmi)


def draw(
    episodes: int,
    seed: int,
    effects: Mapping[str, float] | None = None,
    missingness: float | None = None,
) -> Drawn:
    """The whole service as one block in memory: for simulation studies. See `parameters.read` for the keywords.

    Raises ValueError above BLOCK_EPISODES: `blocks` gives a larger service piece by piece.
    """
    if episodes > BLOCK_EPISODES:
        raise ValueError(f"{episodes:,} episodes do not fit one block of {BLOCK_EPISODES:,}")
    return next(blocks(episodes, seed, read(effects, missingness)))


def blocks(episodes: int, seed: int, parameters: Parameters) -> Iterator[Drawn]:
    """The service in blocks of at most BLOCK_EPISODES. The truth of every block is known, so the truth of all is."""
    made = service.make(parameters, episodes, seed)
    for number, first in enumerate(range(0, episodes, BLOCK_EPISODES)):
        n = min(BLOCK_EPISODES, episodes - first)
        yield block(parameters, made, Streams(seed, number + 1), n, first)


def block(p: Parameters, made: Service, streams: Streams, n: int, first: int = 0) -> Drawn:
    """n episodes of a service."""
    of_choice, of_stopping = calibration.constants(p)
    one = people(p, made, streams, n)
    chance = propensity(of_choice + indication(p, one), made.availability)
    etmi = choose(made, one, chance)
    given = courses(p, made, one, streams)
    return Drawn(
        parameters=p,
        service=made,
        people=one,
        etmi=etmi,
        propensity=chance,
        courses=given,
        counts=counts(p, made, one, streams),
        recorded=recorded(p, one, etmi, given, of_stopping, streams),
        streams=streams,
        first=first,
    )
