"""Rows of a night's material, and counts of one query cut in several ways."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from amble.outcomes.figures.jointly import Cut
from amble.outcomes.material import Material

Row = Mapping[str, Any]


def rows(material: Material, query: str, **given: Any) -> tuple[Row, ...]:
    found = material.con.execute(query, given or None)
    names = [column[0] for column in found.description]
    return tuple(dict(zip(names, row, strict=True)) for row in found.fetchall())


def cut(material: Material, query: str, by: Sequence[str]) -> dict[Cut, dict[Any, Row]]:
    """(clinic, what it is cut by) -> value -> row, of a query with grouping sets.

    Each set holds at most `clinic_id` and one column of `by`; `level` is grouping_id(clinic_id, *by).
    """
    found: dict[Cut, dict[Any, Row]] = {}
    for row in rows(material, query):
        # A bit of the level is 0 where the line is about one value of that column.
        bits = f"{row['level']:0{len(by) + 1}b}"
        column = next((name for name, bit in zip(by, bits[1:], strict=True) if bit == "0"), None)
        place = (row["clinic_id"] if bits[0] == "0" else None, column or "all")
        found.setdefault(place, {})[row[column] if column else None] = row
    return found


def inside(found: Iterable[Row], clinic: str | None) -> list[Row]:
    """Those of one clinic, or all."""
    return [row for row in found if clinic is None or row["clinic_id"] == clinic]
