"""The landed cohort against the same rows read one by one in plain Python."""

from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from amble.evaluation.cohort.implementation import implementation
from amble.evaluation.cohort.landing import Landed, land
from amble.evaluation.columns import LEVELS
from amble.evaluation.engine import DuckDB
from amble.evaluation.snapshot.reader import open_snapshot
from amble.evaluation.study.model import CohortRules, PriceList, Study
from tests import small_service

STUDY = Study(
    cohort=CohortRules(min_age_years=20, min_symptom_months=3),
    prices=PriceList(
        first_session=2.5, later_session=1, minute={"etmi": 1.1, "usual_care": 0.9}, modality={"heat": 0.25}
    ),
)


@pytest.fixture(scope="module", params=[1, 2])
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    folder = small_service.write(tmp_path_factory.mktemp("service"), episodes=150, seed=request.param)
    _add_another_instrument(folder)
    with DuckDB() as engine:
        snapshot = open_snapshot(folder, engine)
        landed = land(snapshot, STUDY, engine)
        rows = engine.arrow(landed.table).to_pylist()
        reached = implementation(snapshot, landed.eligible, engine)
    return folder, landed, rows, reached


def _add_another_instrument(folder: Path) -> None:
    """Some people answered a second questionnaire on function; its scores are never pooled with the first."""
    with duckdb.connect() as db:
        db.execute(f"create table scores as from '{folder}/scores.parquet'")
        db.execute(
            "insert into scores select episode_id, measure, 'odi', visit, date, 1.0 from scores "
            "where measure = 'function' and episode_id < 'e00030'"
        )
        db.execute(f"copy scores to '{folder}/scores.parquet'")


def read(folder: Path, table: str) -> list[dict]:
    return pq.read_table(folder / f"{table}.parquet").to_pylist()


def eligible(episode: dict) -> bool:
    return episode["age_years"] >= 20 and (
        episode["symptom_months"] is None or episode["symptom_months"] >= 3
    )


def code(category: str, value: object) -> int:
    words = {True: "yes", False: "no", None: "unknown"}
    return LEVELS[category].index(words[value] if isinstance(value, bool | None) else str(value))


def plain_row(
    episode: dict, scores: dict, sessions: list[dict], people: list, clinics: list, languages
) -> dict:
    """One wide row, spelled out."""
    depression, anxiety = episode["depression"], episode["anxiety"]
    either = True if depression or anxiety else (None if None in (depression, anxiety) else False)
    age = episode["age_years"]
    row = {
        "clinic": clinics.index(episode["clinic_id"]),
        "clinician": people.index((episode["clinic_id"], episode["clinician_id"])),
        "arm": int(episode["arm"] == "etmi"),
        "age_years": age,
        "symptom_months": episode["symptom_months"],
        "depression_or_anxiety": code("depression_or_anxiety", either),
        "age_group": 0 if age < 45 else 1 if age < 65 else 2,
        "language": languages.index(episode["language"] or "unknown"),
    }
    for name in ("sex", "depression", "anxiety", "activity_level", "deprivation_quintile"):
        row[name] = code(name, episode[name])
    for outcome, instrument in (("function", "rmdq"), ("pain", "nrs"), ("fear_avoidance", "fabq_pa")):
        values = {visit: scores.get((outcome, instrument, visit)) for visit in ("baseline", *STUDY.visits)}
        row |= {f"{outcome}_{visit}": None if v is None else round(v * 10) for visit, v in values.items()}
        row[f"{outcome}_baseline_known"] = int(values["baseline"] is not None)
        row[f"{outcome}_pattern"] = sum(2**bit for bit, v in enumerate(STUDY.visits) if values[v] is not None)
    for visit in ("baseline", *STUDY.visits):
        level = scores.get(("activity_level", "usual_week", visit))
        row[f"activity_{visit}"] = None if level is None else int(level)
    row["sessions"], row["minutes"] = len(sessions), sum(session["minutes"] for session in sessions)
    row["cost"] = sum(round(100 * price(session)) for session in sessions)
    return row


def price(session: dict) -> float:
    fixed = 2.5 if session["number"] == 1 else 1
    per_minute = 1.1 if session["arm"] == "etmi" else 0.9
    return fixed + per_minute * session["minutes"] + 0.25 * ("heat" in session["modalities"])


def test_each_row_is_what_a_person_would_write_down(service) -> None:
    folder, landed, rows, _ = service
    chosen = [episode for episode in read(folder, "episodes") if eligible(episode)]
    people = sorted({(e["clinic_id"], e["clinician_id"]) for e in chosen})
    clinics = sorted({e["clinic_id"] for e in chosen})
    scores, sessions = read(folder, "scores"), read(folder, "sessions")
    expected = [
        plain_row(
            episode,
            {
                (s["measure"], s["instrument"], s["visit"]): s["value"]
                for s in scores
                if s["episode_id"] == episode["episode_id"]
            },
            [session for session in sessions if session["episode_id"] == episode["episode_id"]],
            people,
            clinics,
            landed.levels["language"],
        )
        for episode in sorted(chosen, key=lambda e: (e["clinic_id"], e["clinician_id"], e["episode_id"]))
    ]
    assert rows == expected


def test_what_was_chosen_on_the_way_is_told(service) -> None:
    folder, landed, _, _ = service
    assert landed.instruments["function"] == "rmdq"
    aside = sum(score["instrument"] == "odi" for score in read(folder, "scores"))
    assert any(f"{aside} scores of other instruments are set aside" in words for words in landed.warnings)


def test_the_attrition_table_counts_episodes(service) -> None:
    folder, landed, _, _ = service
    episodes = read(folder, "episodes")
    adults = [episode for episode in episodes if episode["age_years"] >= 20]
    steps = [episodes, adults, [episode for episode in adults if eligible(episode)]]
    counted = [[sum(e["arm"] == arm for e in step) for arm in ("etmi", "usual_care")] for step in steps]
    assert [[row.etmi, row.usual_care] for row in landed.flow] == counted


def test_reach_is_counted_from_each_clinicians_own_training(service) -> None:
    folder, _, _, reached = service
    clinicians = read(folder, "clinicians")
    trained = {c["clinician_id"]: c["trained_date"] for c in clinicians if c["trained_date"]}
    chosen = [episode for episode in read(folder, "episodes") if eligible(episode)]
    treated = [episode for episode in chosen if episode["arm"] == "etmi"]
    could = [
        e for e in chosen if e["clinician_id"] in trained and trained[e["clinician_id"]] <= e["start_date"]
    ]
    assert reached == {
        "patients_receiving": (len(treated), len(chosen)),
        "patients_receiving_when_trained": (sum(e["arm"] == "etmi" for e in could), len(could)),
        "clinicians_trained": (len(trained), len(clinicians)),
        "clinicians_delivering": (len({e["clinician_id"] for e in treated} & set(trained)), len(trained)),
    }


def test_the_landed_table_has_the_columns_that_are_written_down(service) -> None:
    _, landed, rows, _ = service
    assert isinstance(landed, Landed) and set(rows[0]) == set(landed.table.columns)
