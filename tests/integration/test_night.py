"""The nightly job: what it stores, what it says when it cannot, and that the last good night stays."""

import json
import shutil
from datetime import UTC, datetime

import pytest

from amble.care.audit.models import AuditEvent
from amble.evaluation import commands
from amble.outcomes.bridge import writer
from amble.outcomes.models import Night, StoredFile
from amble.outcomes.nightly import job
from tests import factories, night_material

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """(snapshot, operations) of a service with 700 episodes."""
    return night_material.write(tmp_path_factory.mktemp("simulated"), episodes=700)


@pytest.fixture
def place(tmp_path, settings):
    settings.VAR = tmp_path
    (tmp_path / "outcomes").mkdir()
    return tmp_path / "outcomes"


@pytest.fixture
def large(place, simulated, monkeypatch):
    """A service large enough to compare, as if the bridge had written it. Returns the folder of the night."""

    def write(*, snapshot, operations, **_):
        for new, old in zip((snapshot, operations), simulated, strict=True):
            shutil.copytree(old, new, dirs_exist_ok=True)
        return writer.Written({}, {}, 0, 0)

    monkeypatch.setattr(writer, "write", write)
    factories.referred(factories.clinic())
    return place


@pytest.fixture
def spring(time_machine):
    """Past two in the morning, the last day of April 2022 being over: the service is four months old."""
    time_machine.move_to(datetime(2022, 5, 1, 3, tzinfo=UTC), tick=True)


def test_a_good_night_stores_what_amble_evaluate_writes_number_for_number(spring, large, simulated, tmp_path):
    night = job.run()
    assert (night.state, night.problem) == (Night.State.GOOD, "")
    page = commands.evaluate(
        snapshot=simulated[0], study=None, out=tmp_path / "by hand", engine="duckdb", progress=lambda _: None
    )
    by_hand = json.loads((page.parent / "results.json").read_text())
    fields = list(by_hand["estimates"][0])
    stored = [{name: getattr(one, name) for name in fields} for one in night.estimates.filter(replayed=False)]
    assert stored == by_hand["estimates"]
    assert len(stored) > 50 and any(row["method"] == "mmrm" for row in stored)
    files = dict(StoredFile.objects.values_list("name", "content"))
    assert (
        json.loads(files["results.json"])
        == by_hand
        == json.loads((large / "report/results.json").read_text())
    )
    assert files["report.html"] == page.read_text()
    for key in ("study_sha256", "snapshot_sha256", "amble", "duckdb"):
        assert night.provenance[key] == by_hand["provenance"][key]
    assert AuditEvent.objects.get(action="night.good").actor is None
