"""A small sound snapshot, written as rows, that each test breaks in its own way."""

import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Rows = list[dict[str, Any]]
DAY = datetime.date(2024, 3, 1)


def sound() -> dict[str, Rows]:
    """Two episodes, one in each arm."""
    return {
        "episodes": [_episode("e1", "etmi", "k1"), _episode("e2", "usual_care", "k2")],
        "scores": [
            _score("e1", "function", "rmdq", 62.5),
            _score("e1", "pain", "nrs", 6.0),
            _score("e2", "activity_level", "activity_level", 1.0),
        ],
        "sessions": [_session("e1", "etmi", ["education", "exposure"]), _session("e2", "usual_care", [])],
        "clinicians": [_clinician("k1"), _clinician("k2")],
    }


def write(folder: Path, tables: dict[str, Rows]) -> Path:
    """Types are what Arrow makes of the values; a column that is None in every row has no type at all."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        pq.write_table(pa.Table.from_pylist(rows), folder / f"{name}.parquet")
    return folder


def _episode(episode: str, arm: str, clinician: str) -> dict[str, Any]:
    return {
        "episode_id": episode,
        "patient_id": f"p-{episode}",
        "clinic_id": "north",
        "clinician_id": clinician,
        "arm": arm,
        "start_date": DAY,
        "discharge_date": DAY + datetime.timedelta(days=60),
        "age_years": 50,
        "sex": "female",
        "depression": True,
        "anxiety": None,
        "activity_level": "1-2",
        "symptom_months": 9,
        "deprivation_quintile": 1,
        "language": "en",
    }


def _score(episode: str, measure: str, instrument: str, value: float) -> dict[str, Any]:
    return {
        "episode_id": episode,
        "measure": measure,
        "instrument": instrument,
        "visit": "baseline",
        "date": DAY,
        "value": value,
    }


def _session(episode: str, arm: str, modalities: list[str]) -> dict[str, Any]:
    return {
        "episode_id": episode,
        "number": 1,
        "date": DAY,
        "minutes": 30,
        "arm": arm,
        "modalities": modalities,
        "fidelity": 90.0 if arm == "etmi" else None,
    }


def _clinician(clinician: str) -> dict[str, Any]:
    return {
        "clinician_id": clinician,
        "clinic_id": "north",
        "invited_date": DAY,
        "trained_date": DAY,
        "grade": "senior",
    }
