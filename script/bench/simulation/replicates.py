"""One invented service after another through the whole report, in memory; what each estimate said is kept."""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from multiprocessing import get_context

import numpy as np

from amble.evaluation.results import Estimate
from amble.evaluation.simulate import blocks, landed, languages
from amble.evaluation.study.model import Study
from amble.evaluation.sums.memory import memory_data

from .estimands import scenarios

EPISODES = 1_624
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Replicate:
    """All estimates of one service, and of how many fits (by question) how many did not converge."""

    scenario: str
    seed: int
    estimates: tuple[Estimate, ...]
    fits: int
    failed: int


def replicate(scenario: str, seed: int, repetitions: int) -> Replicate:
    """repetitions: of every bootstrap in the report."""
    drawn = next(blocks(EPISODES, seed, scenarios()[scenario].parameters))
    study = replace(Study(), repetitions=repetitions)
    data = memory_data(landed(drawn), study, languages=languages(drawn))
    modules = [import_module(f"amble.evaluation.analyses.{name}") for name in scenarios()[scenario].questions]
    data.moments.prepare(request for module in modules for request in module.requests(data.outline))
    answers = [module.answer(data) for module in modules]
    fits = [fit for answer in answers for fit in answer.fits]
    estimates = tuple(replace(e, meaning="") for answer in answers for e in answer.estimates)
    return Replicate(scenario, seed, estimates, len(fits), sum(not fit.converged for fit in fits))


def _one(task: tuple[str, int, int]) -> Replicate:
    with np.errstate(all="ignore"):
        return replicate(*task)


def run(scenario: str, seeds: Iterable[int], repetitions: int, workers: int = 2) -> Iterator[Replicate]:
    """Several at once, each on one thread."""
    tasks = [(scenario, seed, repetitions) for seed in seeds]
    with one_thread(), ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_one, tasks, chunksize=4)


@contextmanager
def one_thread() -> Iterator[None]:
    """Processes started meanwhile calculate on one thread each, and do not wait for each other."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            os.environ.update({name: value} if value is not None else {})
