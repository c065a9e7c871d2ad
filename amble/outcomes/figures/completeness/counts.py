"""What is counted for completeness, defined once. A visit of a patient is counted once its measures are due.

due          asked for on or before the day, and not withdrawn without an answer
answered     of the due: all of it was sent by the day
open         of the due: not answered, and can still be
missed       of the due: not answered, and closed

What became of those that are due, with the reminders on the due day and a week later (REMINDED):
before       answered before any reminder            first     within a week of the first reminder
second       within a week of the second one         later     answered later than that
reminded     missed, though reminded                 silent    missed, and no reminder was sent

A reminder goes only to those who have not answered by that hour, so an answer on its day came after it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from amble.outcomes.material import Material

COUNTS = ("due", "answered", "open", "missed")
REMINDED = ("before", "first", "second", "later", "reminded", "silent")
MODES = ("own_device", "clinic_tablet", "paper", "telephone", "not_recorded")
WEEK = 7

Group = tuple[str | None, str, Any]
Row = Mapping[str, Any]

ASKED = """
CREATE OR REPLACE TEMP VIEW asked AS
WITH known AS (
    SELECT a.*, coalesce(completed_date <= {day}, false) AS is_answered,
           least(due_reminder_date, overdue_reminder_date) AS first_reminder,
           CASE WHEN due_reminder_date IS NOT NULL THEN overdue_reminder_date END AS second_reminder
    FROM assessments a WHERE due_date <= {day})
SELECT k.* EXCLUDE (mode), r.clinician_id, r.arm,
       strftime(date_trunc('month', due_date), '%Y-%m-%d') AS month,
       strftime(date_trunc('quarter', due_date), '%Y-%m-%d') AS quarter,
       CASE WHEN is_answered THEN coalesce(mode, 'not_recorded') END AS mode,
       CASE WHEN is_answered THEN 'answered' WHEN closes_date < {day} THEN 'missed' ELSE 'open' END AS state,
       CASE WHEN NOT is_answered AND closes_date >= {day} THEN 'open'
            WHEN NOT is_answered AND first_reminder IS NULL THEN 'silent'
            WHEN NOT is_answered THEN 'reminded'
            WHEN first_reminder IS NULL OR completed_date < first_reminder THEN 'before'
            WHEN completed_date < coalesce(second_reminder, first_reminder + {week} + 1)
                 AND completed_date <= first_reminder + {week} THEN 'first'
            WHEN completed_date BETWEEN second_reminder AND second_reminder + {week} THEN 'second'
            ELSE 'later' END AS became
FROM known k LEFT JOIN (SELECT episode_id, clinician_id, arm FROM referrals) r USING (episode_id)
WHERE is_answered OR NOT withdrawn
"""
COUNTED = """
SELECT clinic_id, clinician_id, visit, arm, mode, became, quarter, month,
       grouping_id(clinic_id, clinician_id, visit, arm, mode, became, quarter, month) AS level,
       count(*) AS due, count(*) FILTER (state = 'answered') AS answered,
       count(*) FILTER (state = 'open') AS open, count(*) FILTER (state = 'missed') AS missed
FROM asked
GROUP BY GROUPING SETS ((), (visit), (arm), (mode), (became), (month),
                        (clinic_id), (clinic_id, visit), (clinic_id, arm), (clinic_id, mode), (clinic_id, became),
                        (clinic_id, quarter), (clinic_id, clinician_id))
ORDER BY ALL
"""
BY_CLINICIAN = """
SELECT clinic_id, clinician_id, arm, count(*) AS due, count(*) FILTER (state = 'answered') AS answered
FROM asked WHERE arm IS NOT NULL GROUP BY ALL ORDER BY ALL
"""
WITHDRAWN = """
SELECT clinic_id, count(*) AS n FROM assessments
WHERE due_date <= {day} AND withdrawn AND NOT coalesce(completed_date <= {day}, false) GROUP BY ALL ORDER BY ALL
"""
PLACES = ("clinician_id", "visit", "arm", "mode", "became", "quarter", "month")


@dataclass(frozen=True)
class Completeness:
    """groups: (clinic or None, by, value) -> COUNTS. by: "all" or a column of PLACES.

    clinicians: due and answered by clinician and arm.  withdrawn: clinic -> no longer asked for.
    """

    groups: Mapping[Group, Row]
    clinicians: tuple[Row, ...]
    withdrawn: Mapping[str, int]

    def of(self, clinic: str | None, by: str) -> dict[Any, Row]:
        """value -> row, of one clinic or of the whole service."""
        return {key[2]: row for key, row in self.groups.items() if key[:2] == (clinic, by)}


def count(material: Material) -> Completeness:
    """All of one night. The view `asked` stays."""
    day = f"DATE '{material.day.isoformat()}'"
    material.con.execute(ASKED.format(day=day, week=WEEK))
    groups = {}
    for row in _rows(material, COUNTED):
        clinic, by = _level(row["level"])
        value = None if by == "all" else row[by]
        if by in ("mode", "arm") and value is None:
            continue  # without an answer there is no mode, and before care began there is no arm
        groups[row["clinic_id"] if clinic else None, by, value] = row
    withdrawn = {row["clinic_id"]: row["n"] for row in _rows(material, WITHDRAWN.format(day=day))}
    return Completeness(groups, _rows(material, BY_CLINICIAN), withdrawn)


def _level(level: int) -> tuple[bool, str]:
    """Whether a line is about one clinic, and what else it is grouped by: a bit of `level` is 0 for each."""
    width = len(PLACES)
    by = [name for at, name in enumerate(PLACES) if not level >> (width - 1 - at) & 1]
    return not level >> width & 1, by[0] if by else "all"


def _rows(material: Material, query: str) -> tuple[Row, ...]:
    found = material.con.execute(query)
    names = [column[0] for column in found.description]
    return tuple(dict(zip(names, row, strict=True)) for row in found.fetchall())
