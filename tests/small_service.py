"""A small snapshot of random care: ties, gaps, unknown categories, a clinician with one patient. Not realistic."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

VISITS = ("baseline", "discharge", "3m", "6m", "12m")
MEASURES = {"function": ("rmdq", 100), "pain": ("nrs", 10), "fear_avoidance": ("fabq_pa", 100)}


def write(folder: Path, episodes: int = 120, seed: int = 1) -> Path:
    """The four Parquet files of a service with `episodes` episodes."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    ids = [f"e{number:05d}" for number in range(episodes)]
    clinician = rng.integers(0, 9, episodes)
    some = lambda *values: [values[i] for i in rng.integers(0, len(values), episodes)]  # noqa: E731
    start = [date(2025, 1, 1) + timedelta(days=int(d)) for d in rng.integers(0, 300, episodes)]
    arms = some("etmi", "usual_care", "usual_care")
    table = {
        "episode_id": ids,
        "patient_id": [f"p{number % (episodes - 3):05d}" for number in range(episodes)],
        "clinic_id": [f"clinic {code // 3}" for code in clinician],
        "clinician_id": [f"clinician {code}" for code in clinician],
        "arm": arms,
        "start_date": pa.array(start, pa.date32()),
        "discharge_date": pa.array(some(None, date(2026, 6, 1)), pa.date32()),
        "age_years": pa.array(rng.integers(16, 90, episodes), pa.int64()),
        "sex": some("female", "male", "other", None),
        "depression": some(True, False, False, None),
        "anxiety": some(True, False, None),
        "activity_level": some("none", "1-2", "3+", None),
        "symptom_months": pa.array(some(1, 5, 40, None), pa.int64()),
        "deprivation_quintile": pa.array(some(1, 2, 3, 4, 5, None), pa.int64()),
        "language": some("en", "en", "he", "ar", None),
    }
    pq.write_table(pa.table(table), folder / "episodes.parquet")
    pq.write_table(_scores(ids, start, rng), folder / "scores.parquet")
    pq.write_table(_sessions(ids, start, arms, rng), folder / "sessions.parquet")
    people = {
        "clinician_id": [f"clinician {code}" for code in range(9)],
        "clinic_id": [f"clinic {code // 3}" for code in range(9)],
        "invited_date": pa.array([date(2024, 1, 1)] * 9, pa.date32()),
        "trained_date": pa.array([date(2024, 6, 1)] * 7 + [None] * 2, pa.date32()),
        "grade": pa.array([None] * 9, pa.string()),
    }
    pq.write_table(pa.table(people), folder / "clinicians.parquet")
    return folder


def _scores(ids: list[str], start: list[date], rng: np.random.Generator) -> pa.Table:
    rows = []
    for episode, begun in zip(ids, start, strict=True):
        level = rng.normal(0, 1)
        for visit in VISITS:
            for measure, (instrument, top) in MEASURES.items():
                if rng.random() < (0.95 if visit == "baseline" else 0.6):
                    value = float(np.clip(round(top * (0.5 + 0.15 * (level + rng.normal())), 1), 0, top))
                    rows.append((episode, measure, instrument, visit, begun, value))
            if rng.random() < 0.7:
                rows.append(
                    (episode, "activity_level", "usual_week", visit, begun, float(rng.integers(0, 3)))
                )
    names = ("episode_id", "measure", "instrument", "visit", "date", "value")
    return pa.table(dict(zip(names, zip(*rows, strict=True), strict=True)))


def _sessions(ids: list[str], start: list[date], arms: list[str], rng: np.random.Generator) -> pa.Table:
    rows = []
    for episode, begun, arm in zip(ids, start, arms, strict=True):
        for number in range(int(rng.poisson(3))):
            modalities = ["education"] + ["heat"] * int(rng.integers(0, 2))
            rows.append((episode, number + 1, begun, int(rng.integers(15, 50)), arm, modalities, None))
    names = ("episode_id", "number", "date", "minutes", "arm", "modalities", "fidelity")
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    columns["fidelity"] = pa.array(columns["fidelity"], pa.float64())
    return pa.table(columns)
