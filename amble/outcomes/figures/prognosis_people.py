"""Earlier patients of this service, as the prognosis takes them from the snapshot."""

from collections.abc import Mapping
from datetime import date

import numpy as np

from amble.evaluation.estimators.people_like_me import People
from amble.outcomes.material import Material
from amble.programme import timetable
from amble.vocabulary import Visit

MOST_PEOPLE = 100_000
"""The newest ones: more would hardly narrow anything, and care of long ago says less about care today."""
MEASURES = ("function", "pain", "fear_avoidance")
NUMBERS = (*MEASURES, "age_years")
KINDS = ("sex", "activity_level", "depression", "anxiety")

INSTRUMENTS = """
SELECT measure, arg_min(instrument, (-started, -n, instrument)) FROM (
    SELECT measure, instrument, count(*) AS n, count(*) FILTER (visit = 'baseline') AS started
    FROM scores JOIN episodes USING (episode_id) WHERE list_contains($clinics, clinic_id) GROUP BY ALL)
GROUP BY measure
"""
# Each patient once, with the first episode that fits: whoever comes back begins elsewhere than a new patient.
EPISODES = """
CREATE OR REPLACE TEMP TABLE prognosis_episodes AS
WITH started AS (
    SELECT episode_id, value AS function FROM scores
    WHERE visit = 'baseline' AND measure = 'function' AND instrument = $instrument)
SELECT * FROM (
    SELECT episodes.*, function FROM episodes JOIN started USING (episode_id)
    WHERE list_contains($clinics, clinic_id) AND age_years >= $min_age
      AND (symptom_months IS NULL OR symptom_months >= $min_months) AND start_date + $first_days::INT < $day
    QUALIFY row_number() OVER (PARTITION BY patient_id ORDER BY start_date, episode_id) = 1)
ORDER BY start_date DESC, episode_id LIMIT $most
"""
KNOWN = """
SELECT e.episode_id, e.function, max(s.value) FILTER (s.measure = 'pain' AND s.visit = 'baseline') AS pain,
       max(s.value) FILTER (s.measure = 'fear_avoidance' AND s.visit = 'baseline') AS fear_avoidance,
       e.age_years::DOUBLE AS age_years, coalesce(e.sex, '') AS sex,
       coalesce(e.activity_level, '') AS activity_level,
       CASE e.depression WHEN true THEN 'yes' WHEN false THEN 'no' ELSE '' END AS depression,
       CASE e.anxiety WHEN true THEN 'yes' WHEN false THEN 'no' ELSE '' END AS anxiety,
       e.start_date, e.discharge_date, {later}
FROM prognosis_episodes e LEFT JOIN (
    SELECT * FROM scores
    WHERE list_contains($used, measure || ' ' || instrument)) s USING (episode_id)
GROUP BY ALL ORDER BY e.start_date, e.episode_id
"""
LATER = "max(s.value) FILTER (s.measure = 'function' AND s.visit = '{visit}') AS \"later {visit}\""


def instruments(material: Material) -> dict[str, str]:
    """measure -> the instrument that is used: the study's, else the most frequent at the start. Never pooled."""
    found = material.con.execute(INSTRUMENTS, {"clinics": list(material.own_clinics)}).fetchall()
    return {measure: material.study.instruments.get(measure, used) for measure, used in found}


def people(material: Material, used: Mapping[str, str]) -> People | None:
    """Those with function at the start whose first visit after it is over; None when nobody has it."""
    if "function" not in used:
        return None
    con, visits, cohort = material.con, material.study.visits, material.study.cohort
    con.execute(
        EPISODES,
        {
            "instrument": used["function"],
            "clinics": list(material.own_clinics),
            "min_age": cohort.min_age_years,
            "min_months": cohort.min_symptom_months,
            "first_days": min(
                (_days_until_over(visit) for visit in visits if visit != Visit.DISCHARGE), default=0
            ),
            "day": material.day,
            "most": MOST_PEOPLE,
        },
    )
    kept = [f"{measure} {used[measure]}" for measure in MEASURES if measure in used]
    later = ", ".join(LATER.format(visit=visit) for visit in visits)
    found = con.execute(KNOWN.format(later=later), {"used": kept}).fetchnumpy()
    numbers = {name: _number(found[name]) for name in NUMBERS}
    groups = {name: np.asarray(found[name], dtype=str) for name in KINDS}
    scores = np.column_stack([_number(found[f"later {visit}"]) for visit in visits])
    return People(numbers, groups, visits, scores, _over(found, visits, material.day))


def _number(values: np.ndarray) -> np.ndarray:
    return np.ma.filled(np.ma.asarray(values, dtype=float), np.nan)


def _over(found: Mapping[str, np.ndarray], visits: tuple[str, ...], day: date) -> np.ndarray:
    """(n, V) whether the days in which a visit's measures can be answered are past; never without a discharge."""
    ends = []
    for visit in visits:
        counted_from = found["discharge_date" if visit == Visit.DISCHARGE else "start_date"]
        last = np.ma.asarray(counted_from).astype("datetime64[D]") + np.timedelta64(_days_until_over(visit))
        ends.append(np.ma.filled(last < np.datetime64(day), False))
    return np.column_stack(ends)


def _days_until_over(visit: str) -> int:
    """From the start, or from discharge; to within the few days by which months differ."""
    start = date(2001, 1, 1)
    return (timetable.window(Visit(visit), started=start, discharged=start).closes - start).days
