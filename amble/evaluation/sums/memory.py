"""A cohort whose columns lie in memory: small services, simulation studies, tests."""

from collections.abc import Iterable, Mapping

import numpy as np

from amble.evaluation.columns import CATEGORIES, LEVELS, UNKNOWN, Design, scale_of
from amble.evaluation.study.model import Study
from amble.evaluation.sums.catalogue import Request
from amble.evaluation.sums.data import Data, Outline
from amble.evaluation.sums.moments import Moments
from amble.evaluation.sums.passes import run_in_memory
from amble.evaluation.sums.planner import part, plan
from amble.evaluation.sums.rows import MemoryRows


class MomentsInMemory(dict):
    """Answers a request when it is asked for; requests declared beforehand share their passes."""

    def __init__(self, columns: Mapping[str, np.ndarray], levels: Mapping[str, tuple[str, ...]]) -> None:
        super().__init__()
        self.columns, self.levels = columns, levels

    def prepare(self, requests: Iterable[Request]) -> None:
        for one in plan(requests):
            result = run_in_memory(one, self.columns, self.levels)
            self.update({request: part(result, request) for request in one.requests})

    def __missing__(self, request: Request) -> Moments:
        self.prepare([request])
        return self[request]


def memory_data(
    columns: Mapping[str, np.ndarray],
    study: Study,
    clinics: tuple[str, ...] = (),
    languages: tuple[str, ...] = ("en", UNKNOWN),
) -> Data:
    """columns: landed columns (columns.py) as float64 arrays in landed integer units, NaN for null."""
    levels = {**LEVELS, "language": languages}
    outline = outline_of(counts(columns, study, levels), study, levels, clinics)
    rows = MemoryRows({name: values / scale_of(name) for name, values in columns.items()})
    return Data(outline, MomentsInMemory(columns, levels), rows)


def counts(columns: Mapping[str, np.ndarray], study: Study, levels: Mapping[str, tuple[str, ...]]) -> dict:
    """What the outline is made from, counted in memory; cohort/landing.py counts the same in the engine."""
    recorded = {
        name: int((~np.isnan(values)).sum()) for name, values in columns.items() if name not in CATEGORIES
    }
    present = {
        f"{name}:{level}": int((columns[name] == code).sum())
        for name in CATEGORIES
        if name in columns
        for code, level in enumerate(levels[name])
    }
    pairs = np.unique(np.stack([columns["clinician"], columns["clinic"]], 1), axis=0)
    clinic_of = np.zeros(int(columns["clinician"].max()) + 1, int)
    clinic_of[pairs[:, 0].astype(int)] = pairs[:, 1]
    ages = columns["age_years"]
    return {
        "recorded": recorded,
        "present": present,
        "clinic_of": clinic_of,
        "ages": (float(ages.min()), float(ages.max())),
        "etmi": int(columns["arm"].sum()),
        "rows": len(ages),
    }


def outline_of(
    counted: Mapping, study: Study, levels: Mapping[str, tuple[str, ...]], clinics: tuple[str, ...]
) -> Outline:
    """The outline of a cohort from what was counted in it."""
    recorded = counted["recorded"]
    started = [
        o for o in study.measured if recorded.get(f"{o}_baseline") or not study.cohort.baseline_required
    ]
    visits = {
        outcome: tuple(
            visit for visit in study.visits if recorded.get(f"{outcome}_{visit}") and outcome in started
        )
        for outcome in study.measured
    }
    active = tuple(visit for visit in ("baseline", *study.visits) if recorded.get(f"activity_{visit}"))
    names = clinics or tuple(str(code) for code in range(int(counted["clinic_of"].max(initial=-1)) + 1))
    return Outline(
        study=study,
        design=design_of(counted, study, levels),
        visits=visits,
        activity_visits=active,
        levels=levels,
        clinic_of=counted["clinic_of"],
        clinics=names,
        n={"etmi": counted["etmi"], "usual_care": counted["rows"] - counted["etmi"]},
    )


def design_of(counted: Mapping, study: Study, levels: Mapping[str, tuple[str, ...]]) -> Design:
    """Terms for the study's covariates: the first level present is the reference."""
    terms: list[str] = []
    dropped: list[str] = []
    absent: list[str] = []
    for name in study.covariates:
        if name == "age_years":
            low, high = counted["ages"]
            (terms if low < high else dropped).append(name)
            continue
        present = [f"{name}:{level}" for level in levels[name] if counted["present"].get(f"{name}:{level}")]
        terms += present[1:]
        if len(present) < 2:
            dropped.append(name)
        if present == [f"{name}:{UNKNOWN}"]:
            absent.append(name)
    return Design(terms=tuple(terms), levels=levels, dropped=tuple(dropped), absent=tuple(absent))
