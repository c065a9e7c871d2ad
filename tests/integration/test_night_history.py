"""How the estimates moved: the months before the first night, the nights themselves, and what makes no course."""

import json
from datetime import date
from types import SimpleNamespace

import duckdb
import pytest

from amble.evaluation import commands
from amble.evaluation.study.model import Study
from amble.outcomes.models import Night, StoredEstimate
from amble.outcomes.nightly import replay
from tests import night_material

OUTCOMES = {"function", "pain", "fear_avoidance", "sessions"}
LAST = date(2023, 1, 31)
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    return night_material.write(tmp_path_factory.mktemp("history"), episodes=900)[0]


def stored(snapshot, last=LAST, question="a question", study=None) -> Night:
    """A good night with what was replayed for it."""
    night = Night.objects.create(day=last, state=Night.State.GOOD, provenance={"study_sha256": question})
    for one in replay.replayed(snapshot, study or Study(), last, question):
        one.night = night
        one.save()
    return night


def test_a_month_is_what_evaluating_a_snapshot_cut_off_by_hand_gives(snapshot, tmp_path):
    """The cut is made with other means (SQL on the files), the estimates come from the whole evaluation."""
    day, cut, study = date(2022, 10, 31), tmp_path / "cut", tmp_path / "study.toml"
    cut.mkdir()
    wanted = {
        "episodes": "SELECT * REPLACE (CASE WHEN discharge_date <= $day THEN discharge_date END AS discharge_date) "
        "FROM read_parquet($file) WHERE start_date <= $day",
        "scores": "FROM read_parquet($file) WHERE date <= $day",
        "sessions": "FROM read_parquet($file) WHERE date <= $day",
        "clinicians": "FROM read_parquet($file)",
    }
    with duckdb.connect() as con:
        for table, query in wanted.items():
            query = query.replace("$day", f"DATE '{day}'").replace("$file", f"'{snapshot / table}.parquet'")
            con.execute(f"COPY ({query}) TO '{cut / table}.parquet' (FORMAT parquet)")
    study.write_text("repetitions = 100\n")
    page = commands.evaluate(
        snapshot=cut, study=study, out=tmp_path / "out", engine="duckdb", progress=lambda _: None
    )
    every = json.loads((page.parent / "results.json").read_text())["estimates"]
    by_hand = [row for row in every if replay.followed(SimpleNamespace(**row))]
    assert {row["outcome"] for row in by_hand} == OUTCOMES
    found = [vars(one) | {"warnings": list(one.warnings)} for one in replay.as_of(snapshot, Study(), day)]
    assert found == by_hand


def test_every_month_with_enough_people_is_replayed_once(snapshot):
    stored(snapshot)
    days = sorted(set(StoredEstimate.objects.values_list("day", flat=True)))
    assert days[-3:] == [date(2022, 10, 31), date(2022, 11, 30), date(2022, 12, 31)] and 6 <= len(days) < 12
    assert all(StoredEstimate.objects.values_list("replayed", flat=True))
    before = StoredEstimate.objects.count()
    stored(snapshot)
    assert StoredEstimate.objects.count() == before
    stored(snapshot, last=date(2023, 2, 15))
    assert StoredEstimate.objects.filter(day=LAST).count() == StoredEstimate.objects.count() - before > 0


def look(day: date, value: float | None, *visits: str) -> list[StoredEstimate]:
    """The mixed model's rows for function as they stood on a day."""
    said = {"estimate": value, "se": 1.0, "ci_low": value, "ci_high": value}
    rows = [StoredEstimate(day=day, outcome="function", method="mmrm", visit=v, estimate=1.0) for v in visits]
    return [*rows, StoredEstimate(day=day, outcome="function", method="mmrm", visit="average", **said)]


def test_the_course_has_a_point_a_month_and_the_newest_all_of_the_same_visits():
    night = Night.objects.create(day=LAST, state=Night.State.GOOD, provenance={"study_sha256": "a question"})
    earlier = [
        *look(date(2022, 9, 30), 1.0, "discharge"),  # an average over other visits
        *look(date(2022, 10, 3), 2.0, "discharge", "3m"),
        *look(date(2022, 10, 31), 3.0, "discharge", "3m"),
        *look(date(2022, 11, 2), None, "discharge", "3m"),
        *look(date(2022, 12, 1), 4.0, "discharge", "3m"),
    ]
    for one in earlier:
        one.night = night
        one.save()
    tonight = [
        *look(date(2022, 12, 16), 5.0, "discharge", "3m"),
        *look(date(2022, 12, 16), 6.0, "discharge", "3m"),
    ]
    course = [(past.day, past.estimate) for past in replay.history("a question", tonight)]
    assert course == [(date(2022, 10, 31), 3.0), (date(2022, 12, 16), 6.0)]
    few = [StoredEstimate(day=date(2022, 12, 20), outcome="function", method="mmrm", visit="6m")]  # not told
    kept = replay.history("a question", [*tonight, *few, *look(date(2022, 12, 20), 6.5, "discharge", "3m")])
    assert [past.estimate for past in kept] == [3.0, 6.5]
    longer = look(date(2023, 1, 5), 7.0, "discharge", "3m", "6m")
    assert [past.estimate for past in replay.history("a question", [*tonight, *longer])] == [7.0]


def test_another_study_begins_a_course_of_its_own(snapshot):
    stored(snapshot, last=date(2022, 11, 10))
    assert replay.history("another question", []) == ()
    stored(snapshot, last=date(2022, 11, 10), question="another question", study=Study(covariates=("sex",)))
    one, other = (
        [past.estimate for past in replay.history(question, [])]
        for question in ("a question", "another question")
    )
    assert len(one) == len(other) and one != other


def test_a_service_with_too_few_people_has_no_months(tmp_path):
    tiny = night_material.write(tmp_path, episodes=60)[0]
    assert list(replay.replayed(tiny, Study(), LAST, "a question")) == []


def test_what_does_not_fit_into_one_night_waits_for_the_next(snapshot, monkeypatch):
    monkeypatch.setattr(replay, "PATIENCE", -1)
    stored(snapshot)
    assert not StoredEstimate.objects.exists()
    monkeypatch.undo()
    stored(snapshot)
    assert StoredEstimate.objects.exists()
