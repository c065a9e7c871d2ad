"""Landed rows as the peers read them: numbers only, one row per value, as CSV.

Run as a process: `python -m script.bench.evaluation.rows FOLDER` writes visits.csv and last.csv into FOLDER.
"""

import sys
from pathlib import Path

from amble.evaluation.columns import scale_of

from .bare import OUTCOME
from .store import Store, opened

VISITS, LAST = "visits.csv", "last.csv"
LONG = 200_000  # rows above which no peer that reads every visit comes to an end


def write(store: Store) -> None:
    visits = store.outline.visits[OUTCOME]
    every = " UNION ALL ".join(select(store, number, visit) for number, visit in enumerate(visits))
    if store.rows <= LONG:
        save(store, f"SELECT * FROM ({every}) ORDER BY person, visit", VISITS)
    save(store, select(store, len(visits) - 1, visits[-1]), LAST)


def select(store: Store, number: int, visit: str) -> str:
    """Those measured at the start and at a visit. Names of covariates are c1, c2, ..: R takes no colons."""
    y, baseline = f"{OUTCOME}_{visit}", f"{OUTCOME}_baseline"
    scale = scale_of(y)
    terms = [covariate(store, term) for term in store.outline.design.terms]
    covariates = ", ".join(f"{sql} AS c{place}" for place, sql in enumerate(terms))
    return (
        f"SELECT rowid AS person, clinician, {number} AS visit, {y} / {scale} AS y, arm, "
        f"{baseline} / {scale} AS baseline, {covariates} FROM landed "
        f"WHERE {y} IS NOT NULL AND {baseline} IS NOT NULL"
    )


def covariate(store: Store, term: str) -> str:
    name, _, level = term.partition(":")
    return f"({name} = {store.levels[name].index(level)})::int" if level else name


def save(store: Store, query: str, name: str) -> None:
    file = store.folder / name
    store.engine.connection.con.execute(f"COPY ({query}) TO '{file}' (HEADER)")


if __name__ == "__main__":
    write(opened(Path(sys.argv[1])))
