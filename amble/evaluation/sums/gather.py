"""From the landed table to what the analyses read: in memory when the cohort fits there, else in the engine."""

from collections.abc import Callable, Iterable

import numpy as np
from ibis.expr.types import Value

from amble.evaluation.cohort.landing import Landed
from amble.evaluation.columns import CATEGORIES, scale_of
from amble.evaluation.engine import Engine
from amble.evaluation.study.model import Study
from amble.evaluation.sums.catalogue import Request
from amble.evaluation.sums.data import Data, Outline
from amble.evaluation.sums.memory import MomentsInMemory, outline_of
from amble.evaluation.sums.memory import counts as counts_in_memory
from amble.evaluation.sums.passes import run_in_engine
from amble.evaluation.sums.planner import part, plan
from amble.evaluation.sums.rows import MemoryRows
from amble.evaluation.sums.stream import EngineRows, numbers

IN_MEMORY = 200_000  # measured: below this many rows numpy is faster than another query


class MomentsInEngine(dict):
    """Sums computed by the engine; requests declared beforehand share their passes."""

    def __init__(self, engine: Engine, landed: Landed) -> None:
        super().__init__()
        self.engine, self.landed = engine, landed

    def prepare(self, requests: Iterable[Request]) -> None:
        for one in plan(requests):
            result = run_in_engine(one, self.engine, self.landed.table, self.landed.levels)
            self.update({request: part(result, request) for request in one.requests})

    def __missing__(self, request: Request):
        self.prepare([request])
        return self[request]


def gather(
    landed: Landed, study: Study, engine: Engine, requests: Callable[[Outline], Iterable[Request]]
) -> Data:
    """Everything the analyses declared, in as few passes as the planner finds."""
    if landed.rows <= IN_MEMORY:
        table = engine.arrow(landed.table)
        columns = {name: numbers(table.column(name)) for name in table.column_names}
        counted = counts_in_memory(columns, study, landed.levels)
        moments = MomentsInMemory(columns, landed.levels)
        rows = MemoryRows({name: values / scale_of(name) for name, values in columns.items()})
    else:
        counted = counts_in_engine(landed, study, engine)
        moments = MomentsInEngine(engine, landed)
        scale = {name: scale_of(name) for name in landed.table.columns}
        rows = EngineRows(engine, landed.table, landed.rows, scale)
    counted["clinic_of"] = np.array(landed.clinic_of)
    outline = outline_of(counted, study, landed.levels, landed.clinics)
    moments.prepare(requests(outline))
    return Data(outline, moments, rows)


def counts_in_engine(landed: Landed, study: Study, engine: Engine) -> dict:
    """What the outline is made from (the same as memory.counts), in one pass."""
    table = landed.table
    sums: dict[str, Value] = {
        "youngest": table.age_years.min(),
        "oldest": table.age_years.max(),
        "etmi": table.arm.cast("int64").sum(),
        "rows": table.count(),
    }
    recorded = [name for name in table.columns if name not in CATEGORIES]
    sums |= {f"recorded {name}": table[name].count() for name in recorded}
    present = [(name, code) for name in CATEGORIES for code in range(len(landed.levels[name]))]
    sums |= {f"present {name} {code}": (table[name] == code).cast("int64").sum() for name, code in present}
    counted = engine.one(table.aggregate(**sums))
    return {
        "recorded": {name: counted[f"recorded {name}"] for name in recorded},
        "present": {
            f"{name}:{landed.levels[name][code]}": int(counted[f"present {name} {code}"])
            for name, code in present
        },
        "ages": (counted["youngest"], counted["oldest"]),
        "etmi": int(counted["etmi"]),
        "rows": counted["rows"],
    }
