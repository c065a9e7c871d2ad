"""What is counted for fidelity, defined once.

sessions     ETMI sessions
scored       of them: the checklist was filled in
adherent     of the scored: 80 or more, and no breach
breached     of the sessions: at least one breach was ticked
rated        of the sessions: a colleague rated it

Of breaches of one kind: ticked by who held the session, seen by a rater, missed (seen, and not ticked).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from amble.outcomes.figures.counting import Row, cut, rows
from amble.outcomes.figures.jointly import Cut
from amble.outcomes.material import Material
from amble.programme import fidelity

COUNTS = ("sessions", "scored", "adherent", "breached", "rated")
PART_OF = {"scored": "sessions", "adherent": "scored", "breached": "sessions", "rated": "sessions"}
KINDS = {"ticked": "breached", "seen": "rated", "missed": "seen"}
"""Breaches of one kind, and what they are a part of."""
MARKS = 3  # 0 absent, 1 partly, 2 fully

VIEWS = """
CREATE OR REPLACE TEMP VIEW fidelity_ratings AS
SELECT * FROM ratings QUALIFY row_number() OVER (PARTITION BY episode_id, number ORDER BY date, rater_id) = 1;
CREATE OR REPLACE TEMP VIEW fidelity_sessions AS
SELECT s.episode_id, s.number, s.clinic_id, s.clinician_id, s.guide_session AS session, s.fidelity, s.breaches, s.marks,
       strftime(date_trunc('month', s.date), '%Y-%m-%d') AS month,
       strftime(date_trunc('quarter', s.date), '%Y-%m-%d') AS quarter,
       r.episode_id IS NOT NULL AS is_rated, r.fidelity AS rater_fidelity, r.breaches AS rater_breaches,
       r.marks AS rater_marks, r.competence
FROM etmi_sessions s LEFT JOIN fidelity_ratings r USING (episode_id, number)
WHERE s.date <= $day
"""
SCORES = """
SELECT clinic_id, {by}, grouping_id(clinic_id, {by}) AS level,
       count(*) AS sessions, count(fidelity) AS scored,
       count(*) FILTER (fidelity >= {adherent} AND len(breaches) = 0) AS adherent,
       count(*) FILTER (len(breaches) > 0) AS breached, count(*) FILTER (is_rated) AS rated,
       avg(fidelity) AS mean, stddev_samp(fidelity) AS sd, quantile_cont(fidelity, [0.25, 0.5, 0.75]) AS quartiles,
       avg(fidelity) FILTER (rater_fidelity IS NOT NULL) AS rated_self,
       avg(rater_fidelity) FILTER (fidelity IS NOT NULL) AS rated_rater,
       count(*) FILTER (fidelity IS NOT NULL AND rater_fidelity IS NOT NULL) AS pairs
FROM fidelity_sessions
GROUP BY GROUPING SETS ((), (session), (month), (clinic_id), (clinic_id, session),
                        (clinic_id, quarter), (clinic_id, clinician_id))
ORDER BY ALL
"""
BY = ("clinician_id", "session", "quarter", "month")
BY_CLINICIAN = """
SELECT clinic_id, clinician_id, session > 1 AS later, count(fidelity) AS n, sum(fidelity) AS total,
       count(*) FILTER (is_rated) AS rated,
       count(fidelity - rater_fidelity) AS pairs, sum(fidelity - rater_fidelity) AS difference,
       sum((fidelity - rater_fidelity) ** 2) AS squares
FROM fidelity_sessions GROUP BY ALL ORDER BY ALL
"""
BREACHES = """
SELECT clinic_id, kind, count(*) FILTER (list_contains(breaches, kind)) AS ticked,
       count(*) FILTER (is_rated AND list_contains(rater_breaches, kind)) AS seen,
       count(*) FILTER (is_rated AND list_contains(rater_breaches, kind)
                        AND NOT list_contains(breaches, kind)) AS missed
FROM fidelity_sessions, unnest($kinds) AS k(kind)
WHERE len(breaches) > 0 OR len(rater_breaches) > 0
GROUP BY ALL ORDER BY ALL
"""
ITEMS = """
SELECT clinic_id, entry.key AS item, sum(entry.value) AS marks, count(entry.value) AS marked
FROM (SELECT clinic_id, unnest(map_entries(marks)) AS entry FROM fidelity_sessions WHERE fidelity IS NOT NULL)
GROUP BY ALL ORDER BY ALL
"""
PAIRS = """
SELECT clinic_id, clinician_id, entry.key AS item, own, entry.value AS seen, count(*) AS n
FROM (SELECT clinic_id, clinician_id, entry, marks[entry.key] AS own
      FROM (SELECT clinic_id, clinician_id, marks, unnest(map_entries(rater_marks)) AS entry
            FROM fidelity_sessions WHERE is_rated))
WHERE own IS NOT NULL AND entry.value IS NOT NULL
GROUP BY ALL ORDER BY ALL
"""
COMPETENCE = """
SELECT clinic_id, entry.key AS domain, count(entry.value) AS n, sum(entry.value) AS total,
       count(*) FILTER (entry.value >= 4) AS good
FROM (SELECT clinic_id, unnest(map_entries(competence)) AS entry FROM fidelity_sessions WHERE is_rated)
GROUP BY ALL ORDER BY ALL
"""


@dataclass(frozen=True)
class Fidelity:
    """cuts: COUNTS with mean, sd and quartiles of the self-reported scores, by "all" and BY; KINDS by "kind" of breach.

    The others are rows by clinic, of which the whole service is the sum: clinicians (first and later sessions apart),
    items of the checklist, pairs of marks (self, rater), competence.
    """

    cuts: Mapping[Cut, Mapping[Any, Row]]
    clinicians: tuple[Row, ...]
    items: tuple[Row, ...]
    pairs: tuple[Row, ...]
    competence: tuple[Row, ...]


def count(material: Material) -> Fidelity:
    """All of one night. The views `fidelity_sessions` and `fidelity_ratings` stay."""
    material.con.execute(VIEWS.replace("$day", f"DATE '{material.day.isoformat()}'"))
    scores = SCORES.format(by=", ".join(BY), adherent=float(fidelity.ADHERENT_FROM))
    return Fidelity(
        cut(material, scores, BY) | _breaches(material),
        rows(material, BY_CLINICIAN),
        rows(material, ITEMS),
        rows(material, PAIRS),
        rows(material, COMPETENCE),
    )


def _breaches(material: Material) -> Mapping[Cut, Mapping[Any, Row]]:
    found: dict[Cut, dict[Any, dict[str, int]]] = {}
    for row in rows(material, BREACHES, kinds=[breach.id for breach in fidelity.checklist(1).breaches]):
        for clinic in (None, row["clinic_id"]):
            counts = found.setdefault((clinic, "kind"), {}).setdefault(row["kind"], dict.fromkeys(KINDS, 0))
            for name in KINDS:
                counts[name] += row[name]
    return found


def by_clinician(among: Iterable[Row], *names: str) -> tuple[np.ndarray, ...]:
    """Sums of some columns, one number for each physiotherapist of each clinic."""
    found: dict[tuple, np.ndarray] = {}
    for row in among:
        key = (row["clinic_id"], row["clinician_id"])
        found[key] = found.get(key, 0) + np.array([float(row[name] or 0) for name in names])
    return tuple(np.array(list(found.values())).reshape(-1, len(names)).T)


def tables_of_marks(pairs: Iterable[Row]) -> dict[str, np.ndarray]:
    """item -> (clinicians, 3, 3) numbers of pairs: own mark, the rater's mark."""
    pairs = list(pairs)
    clinicians = {key: at for at, key in enumerate({(p["clinic_id"], p["clinician_id"]): 0 for p in pairs})}
    found: dict[str, np.ndarray] = {}
    for pair in pairs:
        table = found.setdefault(pair["item"], np.zeros((len(clinicians), MARKS, MARKS)))
        table[clinicians[pair["clinic_id"], pair["clinician_id"]], pair["own"], pair["seen"]] += pair["n"]
    return found
