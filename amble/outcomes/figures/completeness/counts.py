"""What is counted for completeness, defined once: a visit of care that has begun, once its measures are due.

due          asked for on or before the day, and not withdrawn without an answer
answered     of the due: all of it was sent by the day
open         of the due: not answered, and can still be
missed       of the due: not answered, and closed

What became of those that are due, with the reminders on the due day and a week later:
before       answered before any reminder            first     within a week of the first reminder
second       within a week of the second one         later     answered later than that
reminded     missed, though reminded                 silent    missed, and no reminder was sent

A reminder goes only to those who have not answered by that hour, so an answer on its day came after it.
"""

from dataclasses import dataclass

from amble.outcomes.figures.counting import Row, cut, rows
from amble.outcomes.figures.jointly import Counted
from amble.outcomes.material import Material

COUNTS = ("due", "answered", "open", "missed")
WEEK = 7

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
FROM known k
JOIN (SELECT episode_id, clinician_id, arm FROM referrals WHERE start_date IS NOT NULL) r USING (episode_id)
WHERE is_answered OR NOT withdrawn
"""
COUNTED = """
SELECT clinic_id, {by}, grouping_id(clinic_id, {by}) AS level,
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
FROM asked GROUP BY ALL ORDER BY ALL
"""
# Of `reach_episodes`: those whose measures at discharge can no longer be answered.
SETTLED = """
SELECT count(*) AS eligible, count(*) FILTER (is_complete) AS complete FROM reach_episodes e
LEFT JOIN (SELECT episode_id, closes_date FROM assessments WHERE visit = $visit) a USING (episode_id)
WHERE coalesce(a.closes_date < $day, e.discharge_date < $day)
"""
BY = ("clinician_id", "visit", "arm", "mode", "became", "quarter", "month")


@dataclass(frozen=True)
class Completeness:
    """cuts: COUNTS, by "all" and the columns of BY.  clinicians: due and answered by clinician and arm."""

    cuts: Counted
    clinicians: tuple[Row, ...]


def count(material: Material) -> Completeness:
    """All of one night. The view `asked` stays."""
    material.con.execute(ASKED.format(day=f"DATE '{material.day.isoformat()}'", week=WEEK))
    cuts = cut(material, COUNTED.format(by=", ".join(BY)), BY)
    for (_, by), found in cuts.items():
        if by == "mode":  # without an answer there is no mode
            found.pop(None, None)
    return Completeness(cuts, rows(material, BY_CLINICIAN))


def settled(material: Material) -> Row:
    """The eligible patients whose time to answer at discharge is over, and those of them with complete outcomes.

    Needs the view `reach_episodes`, so the counts of reach come first.
    """
    return rows(material, SETTLED, visit=material.study.visits[0], day=material.day)[0]
