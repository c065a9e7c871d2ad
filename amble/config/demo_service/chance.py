"""Chance for the demo service, in SQL: from the keys, so that the same snapshot always gets the same."""

import re

from amble.config.demo_service.parameters import names, p

MACROS = """
CREATE MACRO chance(key, purpose) AS (hash(key || '/' || purpose) % 1000000) / 1000000.0;
CREATE MACRO between_days(key, purpose, ends) AS
    (ends[1] + floor(chance(key, purpose) * (ends[2] - ends[1] + 1)))::INT;
CREATE MACRO drawn(u, shares) AS
    list_filter(map_keys(shares), lambda name, i: list_sum(map_values(shares)[1:i]) > u)[1];
"""


def with_parameters(sql: str) -> str:
    """The statement with the parameters that it names, such as $waiting for referrals.waiting."""
    short = {name.partition(".")[2]: name for name in names()}
    return re.sub(r"\$([a-z_]+)", lambda found: _as_sql(p(short[found[1]])), sql)


def _as_sql(value: float | list | dict) -> str:
    return f"MAP {value}" if isinstance(value, dict) else str(value)
