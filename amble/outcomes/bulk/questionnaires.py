"""How a score of the snapshot stands in the record: by which questionnaire, and on which step of its scale."""

import duckdb

from amble.instruments.definition import load
from amble.instruments.model import Definition, Scale
from amble.instruments.reading import possible_points
from amble.outcomes.bridge.scales import SCREENS, measured

TABLES = (
    "CREATE TABLE questionnaire (place INTEGER, instrument TEXT, version TEXT)",
    # steps: of a scale that is stretched from `low` points to `first`, in all to `last`; null for any other.
    # raw: the scale of the points themselves, where the questionnaire keeps them too.
    "CREATE TABLE measured (place INTEGER, scale TEXT, measure TEXT, spelt TEXT, low INTEGER, first DOUBLE, "
    "last DOUBLE, steps INTEGER, raw TEXT)",
    "CREATE TABLE screening (place INTEGER, scale TEXT, threshold INTEGER)",
)

# A snapshot keeps one decimal; the record keeps the score that the answers give.
STEP = "round((value - first) * steps / (last - first))"
NEAREST = f"first + {STEP} * (last - first) / steps"
VALUE = f"CASE WHEN abs({NEAREST} - value) < 0.051 THEN {NEAREST} ELSE value END"
POINTS = f"CASE WHEN abs({NEAREST} - value) < 0.051 THEN low + {STEP} END"


def tell(con: duckdb.DuckDBPyConnection) -> None:
    """Make the tables of the questionnaires whose scores a snapshot has."""
    for table in TABLES:
        con.execute(table)
    asked = [load(name) for name in sorted({instrument for instrument, *_ in measured()} | set(SCREENS))]
    places = {each.id: place for place, each in enumerate(asked)}
    con.executemany(
        "INSERT INTO questionnaire VALUES (?, ?, ?)", [[places[e.id], e.id, e.version] for e in asked]
    )
    rows = [[places[name], scale, *rest] for name, scale, *rest in map(_row, measured())]
    con.executemany(f"INSERT INTO measured VALUES ({', '.join('?' * len(rows[0]))})", rows)
    con.executemany(
        "INSERT INTO screening VALUES (?, ?, ?)",
        [
            [places[e.id], scale.id, scale.screen_positive_from]
            for e in asked
            for scale in e.scales
            if scale.id in SCREENS.get(e.id, ())
        ],
    )


def _row(told: tuple[str, str, str, str]) -> tuple:
    instrument, scale_id, measure, spelt = told
    asked = load(instrument)
    scale = next(scale for scale in asked.scales if scale.id == scale_id)
    return (instrument, scale_id, measure, spelt, *_steps(asked, scale), _raw(asked, scale))


def _steps(asked: Definition, scale: Scale) -> tuple:
    if not scale.rescale_to:
        return None, None, None, None
    low, high = possible_points(scale, asked.items)
    parts = len(scale.items) if scale.combine == "mean" else 1
    return low, *scale.rescale_to, (high - low) * parts


def _raw(asked: Definition, scale: Scale) -> str | None:
    same = (other for other in asked.scales if other.items == scale.items and not other.rescale_to)
    return next((other.id for other in same if scale.rescale_to), None)
