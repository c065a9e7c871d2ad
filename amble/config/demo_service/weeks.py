"""What patients tell Amble beside the measures: the safety questions, activities, a goal, and their weeks. Invented."""

from datetime import date

import duckdb

from amble.care.assessments.models import ValuedActivity
from amble.care.journey.models import CheckIn, Goal, SafetyScreen
from amble.care.journey.weeks import MOST_WEEKS
from amble.config.demo_service.chance import MACROS, with_parameters
from amble.outcomes.bulk.filling import fill
from amble.programme import safety
from amble.programme.activities import all_activities
from amble.vocabulary import Arm, Mode, SafetyLevel

SAFETY = f"""
SELECT number AS episode_id, noon(coalesce(start_date, referred_date)) AS "at", 'start' AS occasion,
       getvariable('all_clear') AS answers, '{SafetyLevel.NONE}' AS level, '{safety.VERSION}' AS rules_version
FROM episode WHERE start_date IS NOT NULL OR (status = 'referred' AND chance(key, 'safety') < $answered_safety)"""

ACTIVITIES = f"""
SELECT number AS episode_id, position, noon(start_date) AS "at", activity.name
FROM episode, (VALUES (1), (2)) AS asked(position) JOIN activity ON true
WHERE arm = '{Arm.ETMI}' AND place = (floor(chance(key, 'activity') * of)::INT + position - 1) % of"""

GOAL = f"""
SELECT number AS episode_id, noon(start_date) AS "at", activity.id AS activity, activity.name AS activity_name,
       days AS days_per_week, minutes, 5 + floor(chance(key, 'sure') * 4)::INT AS confidence
FROM episode JOIN activity ON place = floor(chance(key, 'activity') * of)::INT WHERE arm = '{Arm.ETMI}'"""

# Over eight weeks most get on: more active days, less held back, surer. Pain hardly changes. Some lose heart.
CHECK_IN = f"""
WITH weeks AS (
    SELECT number, key, start_date, unnest(range(1, 1 + least({MOST_WEEKS}, (until - start_date) // 7))) AS week
    FROM (SELECT *, coalesce(discharge_date, getvariable('last')) AS until FROM episode WHERE arm = '{Arm.ETMI}')
    WHERE chance(key, 'tells') < $tell),
lived AS (
    SELECT *, start_date + (7 * week + floor(chance(key, 'day' || week) * 6))::INT AS day,
           least(week / 8, 1) AS progress, chance(key, 'good') AS good, 2 * chance(key, 'mood' || week) - 1 AS mood,
           CASE WHEN chance(key, 'loses') < $losing_confidence THEN 1 ELSE 0 END AS loses,
           4 + 4 * chance(key, 'pain') AS pain
    FROM weeks WHERE chance(key, 'week' || week) < $told)
SELECT number AS episode_id, week, noon(day) AS "at", '{Mode.OWN_DEVICE}' AS mode, false AS anything_new,
       round(2 + 3 * progress * good * (1 - loses) + mood)::INT AS days_done,
       10 + 5 * round(2 * progress * good)::INT AS minutes_done,
       round(pain - 0.5 * progress + mood)::INT AS pain,
       round(6.5 - 4 * progress * good * (1 - loses) - mood)::INT AS held_back,
       greatest(round(5.5 + 3 * progress * good - loses * (1 + week) + 0.5 * mood), 0)::INT AS confidence
FROM lived WHERE day <= getvariable('last')"""

ROWS = {SafetyScreen: SAFETY, ValuedActivity: ACTIVITIES, Goal: GOAL, CheckIn: CHECK_IN}


def add(con: duckdb.DuckDBPyConnection, last: date) -> None:
    """Into the database that is being filled; `con` knows the episodes' numbers (`bulk/numbers`)."""
    con.execute(MACROS)
    con.execute("SET VARIABLE last = ?", [last])
    con.execute("SET VARIABLE all_clear = ?", [{question.id: False for question in safety.questions()}])
    con.execute(
        "CREATE TABLE activity (place INTEGER, id TEXT, name TEXT, days INTEGER, minutes INTEGER, of INTEGER)"
    )
    listed = all_activities()
    con.executemany(
        "INSERT INTO activity VALUES (?, ?, ?, ?, ?, ?)",
        [[place, a.id, a.name, a.start_days, a.start_minutes, len(listed)] for place, a in enumerate(listed)],
    )
    for model, sql in ROWS.items():
        fill(con, model, with_parameters(sql))
