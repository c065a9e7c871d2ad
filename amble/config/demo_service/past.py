"""The simulated service, moved so that its last patient begins on a given day, and known up to that day."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from amble.evaluation.simulate import read, simulate
from amble.outcomes.material import SNAPSHOT
from amble.programme import fidelity, session_guide

# What lies after the last day has not happened. A session's score is one that marks on its checklist can give.
CUT = {
    "episodes": """
SELECT * REPLACE (moved(start_date) AS start_date,
                  if(happened(discharge_date), moved(discharge_date), NULL) AS discharge_date)
FROM given WHERE happened(start_date)""",
    "scores": "SELECT * REPLACE (moved(date) AS date) FROM given WHERE happened(date)",
    "sessions": """
SELECT given.* REPLACE (moved(date) AS date, 100 * round(fidelity / 100 * 2 * items) / (2 * items) AS fidelity)
FROM given JOIN checklist ON guide_session = least(number, (SELECT max(guide_session) FROM checklist))
WHERE happened(date)""",
    "clinicians": """
SELECT * REPLACE (moved(invited_date) AS invited_date,
                  if(happened(trained_date), moved(trained_date), NULL) AS trained_date)
FROM given""",
}


def write(simulated: Path, out: Path, *, episodes: int, seed: int, last: date) -> dict[str, Any]:
    """Simulate into one folder and write the moved and cut snapshot to the other. Returns the truth of the service.

    The truth is about all its people and visits, those to come included: cutting changes what is known, not what is
    true.
    """
    truth = simulate(out=simulated, episodes=episodes, seed=seed)
    parameters = read()
    shift = (last - parameters["service.first_day"]).days - (parameters["service.window_days"] - 1)
    out.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as con:
        con.execute(f"CREATE MACRO moved(day) AS day + {shift}")
        con.execute(f"CREATE MACRO happened(day) AS moved(day) <= DATE '{last}'")
        con.execute("CREATE TABLE checklist (guide_session INTEGER, items INTEGER)")
        for session in session_guide.all_sessions():
            row = [session.number, len(fidelity.checklist(session.number).items)]
            con.execute("INSERT INTO checklist VALUES (?, ?)", row)
        for name in SNAPSHOT:
            source = con.from_parquet(str(simulated / f"{name}.parquet"))
            source.create_view("given", replace=True)
            con.sql(CUT[name]).write_parquet(str(out / f"{name}.parquet"))
    return truth | {"moved_days": shift, "last_day": str(last)}
