"""The models, timed in a process of their own, in turns with a bare scan of the columns that they read.

Run as a process: `python -m script.bench.evaluation.work NAME FOLDER RUNS` prints one line of JSON.
"""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter

import ibis
import numpy as np

from amble.evaluation.analyses import over_time
from amble.evaluation.analyses.weighting import weighting
from amble.evaluation.columns import scale_of
from amble.evaluation.estimators import random_intercepts
from amble.evaluation.estimators.degrees_of_freedom import arm_contrasts
from amble.evaluation.estimators.mean_model import MeanModel, mean_model
from amble.evaluation.estimators.mmrm import fit_mmrm
from amble.evaluation.estimators.mmrm_clinician import fit_mmrm_clinician
from amble.evaluation.estimators.mmrm_clusters import bootstrap
from amble.evaluation.sums.catalogue import Request, by_clinician, cube, patterns_by_clinician
from amble.evaluation.sums.data import Data
from amble.evaluation.sums.gather import IN_MEMORY, MomentsInEngine
from amble.evaluation.sums.memory import MomentsInMemory
from amble.evaluation.sums.passes import needed
from amble.evaluation.sums.patterns import (
    cluster_pattern_grams,
    cluster_pattern_sums,
    model_terms,
    pattern_sums,
)
from amble.evaluation.sums.planner import plan
from amble.evaluation.sums.rows import MemoryRows
from amble.evaluation.sums.stream import EngineRows, numbers

from ..memory import own_peak_mb
from .bare import OUTCOME, scan
from .store import Store, opened

DRAWS = 2_000

Told = dict[str, float]


def mmrm(store: Store) -> Told:
    """Scan, sums, REML, Satterthwaite and Kenward-Roger at every visit."""
    sums = pattern_sums(summed(store, [own_cube(store)]).moments[own_cube(store)], store.outline, OUTCOME)
    fit = fit_mmrm(sums, model_of(store))
    plain = arm_contrasts(fit, "arm", "satterthwaite")[-2].contrast
    corrected = arm_contrasts(fit, "arm", "kenward_roger")[-2].contrast
    return {"estimate": plain.estimate, "se": plain.se, "df": plain.df, "se_kr": corrected.se}


def mmrm_clinician(store: Store) -> Told:
    """The same with an intercept per clinician, Satterthwaite."""
    asked = [own_cube(store), wanted(store, by_clinician)]
    patterns, people = (summed(store, asked).moments[request] for request in asked)
    sums = pattern_sums(patterns, store.outline, OUTCOME)
    fit = fit_mmrm_clinician(sums, cluster_pattern_sums(people, store.outline, OUTCOME), model_of(store))
    found = arm_contrasts(fit.mmrm, "arm", "satterthwaite")[-2].contrast
    converged = float(fit.mmrm.certificate.converged)
    return {"estimate": found.estimate, "se": found.se, "df": found.df, "converged": converged}


def mmrm_bootstrap(store: Store) -> Told:
    """DRAWS refits on clinicians drawn again, from the landed store on."""
    asked = [own_cube(store), wanted(store, patterns_by_clinician)]
    patterns, people = (summed(store, asked).moments[request] for request in asked)
    fit = fit_mmrm(pattern_sums(patterns, store.outline, OUTCOME), model_of(store))
    grams = cluster_pattern_grams(people, store.outline, OUTCOME)
    draws = bootstrap(fit, grams, DRAWS, np.random.default_rng(1))
    return {"converged": float(draws.converged.sum()), "draws": DRAWS}


def lmm(store: Store) -> Told:
    """Random intercept per clinician at the last visit, REML and Satterthwaite."""
    asked = lmm_requests(store)
    first, whole = (summed(store, asked).moments[request] for request in asked)
    clinicians, at = np.unique(first.keys["clinician"], return_inverse=True)
    sums = np.zeros((len(clinicians), len(first.columns) + 1))
    sums[at, 0], sums[at, 1:] = first.n, first.first / first.scale
    gram = np.zeros((sums.shape[1],) * 2)
    gram[0, 0], gram[0, 1:] = whole.n[0], whole.first[0] / whole.scale
    gram[1:, 0], gram[1:, 1:] = gram[0, 1:], whole.second[0] / np.outer(whole.scale, whole.scale)
    columns = ("intercept", *first.columns)
    fit = random_intercepts.fit(random_intercepts.ClusterSums(columns, sums[:, 0], sums, gram))
    found = random_intercepts.contrast(fit, np.array([term == "arm" for term in fit.terms], float))
    return {"estimate": found.estimate, "se": found.se, "df": found.df, "rows": float(whole.n[0])}


def weighted(store: Store) -> Told:
    """All that question 4 reads: every outcome at every visit, augmented for three populations."""
    found = weighting(summed(store, [], rows=True))
    at = [target.column for target in found.targets].index(last_column(store))
    effect = found.effects["aipw", "ATE"]
    return {
        "estimate": float(effect.estimate[at]),
        "se": float(effect.se[at]),
        "targets": len(found.targets),
    }


WORK: dict[str, Callable[[Store], Told]] = {
    work.__name__: work for work in (mmrm, mmrm_clinician, mmrm_bootstrap, lmm, weighted)
}


def wanted(store: Store, request: Callable) -> Request:
    return request(OUTCOME, store.outline.visits[OUTCOME], store.outline.design.terms)


def own_cube(store: Store) -> Request:
    """The cube of all subgroups (sums/catalogue.py), with no more cells than this one model tells apart."""
    own = {"arm", f"{OUTCOME}_pattern", f"{OUTCOME}_baseline_known", *store.outline.study.covariates}
    whole = cube(OUTCOME, store.outline.visits[OUTCOME])
    return replace(whole, keys=tuple(key for key in whole.keys if key in own))


def model_of(store: Store) -> MeanModel:
    return mean_model(model_terms(store.outline), store.outline.visits[OUTCOME], over_time.BY_VISIT)


def in_model(table: ibis.Table) -> ibis.Table:
    """Those with a start and at least one visit: nobody else tells the repeated measures anything."""
    return table.filter(table[f"{OUTCOME}_baseline"].notnull() & (table[f"{OUTCOME}_pattern"] > 0))


def last_column(store: Store) -> str:
    return f"{OUTCOME}_{store.outline.visits[OUTCOME][-1]}"


def lmm_requests(store: Store) -> list[Request]:
    pair = (f"{OUTCOME}_baseline", last_column(store))
    columns = ("arm", *store.outline.design.terms, *pair)
    return [Request(("clinic", "clinician"), columns, 1, pair), Request((), columns, 2, pair)]


def summed(store: Store, asked: Sequence[Request], rows: bool = False) -> Data:
    """As sums/gather.py does for all questions at once: in memory below IN_MEMORY rows, else in the engine."""
    if not rows:
        store = replace(store, table=in_model(store.table))
    if store.rows > IN_MEMORY:
        scale = {name: scale_of(name) for name in store.table.columns}
        every = EngineRows(store.engine, store.table, store.rows, scale) if rows else None
        moments = MomentsInEngine(store.engine, store)
    else:
        names = needed(plan(asked)) if not rows else store.table.columns
        table = store.engine.arrow(store.table.select(names))
        columns = {name: numbers(table.column(name)) for name in names}
        scaled = {name: values / scale_of(name) for name, values in columns.items()} if rows else {}
        every = MemoryRows(scaled) if rows else None
        moments = MomentsInMemory(columns, store.levels)
    moments.prepare(asked)
    return Data(store.outline, moments, every)


def columns_of(store: Store, name: str) -> list[str]:
    asked = {
        "mmrm": [own_cube(store)],
        "mmrm_clinician": [own_cube(store), wanted(store, by_clinician)],
        "mmrm_bootstrap": [own_cube(store), wanted(store, patterns_by_clinician)],
        "lmm": lmm_requests(store),
    }
    return needed(plan(asked[name])) if name in asked else list(store.table.columns)


def timed(work: Callable[[], object]) -> tuple[float, object]:
    start = perf_counter()
    found = work()
    return perf_counter() - start, found


def main() -> None:
    name, folder, runs = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    store = opened(folder)
    columns = columns_of(store, name)
    scans, works, told = [], [], {}
    for _ in range(runs):
        scans.append(timed(lambda: scan(store, columns))[0])
        seconds, told = timed(lambda: WORK[name](store))
        works.append(seconds)
    clinicians = len(store.outline.clinic_of)
    times = {"seconds": median(works), "bare": median(scans), "first": works[0], "columns": len(columns)}
    print(
        json.dumps(
            times
            | {"runs": runs, "peak_mb": own_peak_mb(), "clinicians": clinicians, "rows": store.rows}
            | {"told": told}
        )
    )


if __name__ == "__main__":
    main()
