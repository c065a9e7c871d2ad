"""A simulated service's night, kept for all tests of figures: writing it takes seconds."""

from dataclasses import replace

import duckdb
import pytest

from amble.evaluation.study.model import Disclosure, Study
from amble.outcomes.material import Material, opened
from tests import night_material

SHOW_ALL = replace(Study(), disclosure=Disclosure(suppress_up_to=0))


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    """(snapshot, operations) of the simulated service."""
    return night_material.write(tmp_path_factory.mktemp("night"))


@pytest.fixture
def night(written):
    """A function: the night of a day, after some SQL on copies of the operations, with a study of its own."""
    opened_now = []

    def make(day=night_material.LAST_DAY, study=SHOW_ALL, change: str = "") -> Material:
        context = opened(*written)
        con: duckdb.DuckDBPyConnection = context.__enter__()
        opened_now.append(context)
        for name in ("assessments", "etmi_sessions", "ratings"):
            con.execute(f"CREATE TABLE changed_{name} AS FROM {name}")
            con.execute(f"DROP VIEW {name}")
            con.execute(f"ALTER TABLE changed_{name} RENAME TO {name}")
        con.execute(change)
        clinics = [
            row[0] for row in con.execute("SELECT DISTINCT clinic_id FROM episodes ORDER BY 1").fetchall()
        ]
        return Material(day, study, con, {clinic: f"Clinic {clinic[-2:]}" for clinic in clinics})

    yield make
    for context in opened_now:
        context.__exit__(None, None, None)


@pytest.fixture(scope="session")
def rows_of():
    """A table as a list of dictionaries, to be counted slowly."""

    def rows(material: Material, table: str) -> list[dict]:
        found = material.con.execute(f"FROM {table}")
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    return rows
