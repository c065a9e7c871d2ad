"""A folder is brought up to date: only what changed is written, all of it, and whole or not at all."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from django.db.models import F
from django.utils import timezone

from amble.care.audit.models import AuditEvent
from amble.care.journey.actions import contacts
from amble.care.records.actions import clinics
from amble.care.records.models import Episode
from amble.outcomes import pseudonyms
from amble.outcomes.bridge import changes, folder
from amble.outcomes.bridge.writer import CannotWrite, Written, write
from amble.vocabulary import Arm, Modality
from tests import factories, lived_record
from tests.integration.test_kill import database_url
from tests.real_server import RealServer


@pytest.fixture
def small_parts(monkeypatch) -> None:
    """Each episode is a part of its own."""
    monkeypatch.setattr(changes, "PART", 1)


@pytest.mark.django_db
def test_after_any_action_bringing_up_to_date_gives_what_writing_anew_gives(
    tmp_path: Path, small_parts
) -> None:
    """Each action on people of its own, so that a part stays behind for each that the audit does not tell of."""
    made = [each for each in lived_record.prepared() if each[0].__module__ != clinics.__name__]
    three_in_care()
    long_ago()
    first = both(tmp_path / "kept")
    before = contents(tmp_path / "kept")
    lived_record.happen(made)
    brought = both(tmp_path / "kept")
    both(tmp_path / "anew")
    kept = contents(tmp_path / "kept")
    assert kept == contents(tmp_path / "anew")
    tables = {name.split("/")[1] for name in kept if kept[name] != before.get(name)}
    assert tables >= {
        "episodes",
        "scores",
        "sessions",
        "referrals",
        "assessments",
        "etmi_sessions",
        "ratings",
    }
    assert first.parts < brought.parts and brought.written <= brought.parts - 3


@pytest.mark.django_db
def test_one_more_session_changes_the_files_of_its_part_alone(tmp_path: Path, small_parts) -> None:
    episodes = three_in_care()
    long_ago()
    write(snapshot=tmp_path / "s")
    before = identities(tmp_path / "s" / "sessions")
    session(episodes[1])
    written = write(snapshot=tmp_path / "s")
    assert (written.written, written.parts) == (1, 3) and written.rows["sessions"] == 1
    after = identities(tmp_path / "s" / "sessions")
    assert {name for name in after if after[name] != before[name]} == {f"part-{episodes[1].pk:05d}.parquet"}


@pytest.mark.django_db
def test_everything_is_written_anew_where_the_audit_does_not_tell_what_changed(
    tmp_path: Path, small_parts, monkeypatch
) -> None:
    episodes = three_in_care()
    long_ago()

    def written_again() -> int:
        return write(snapshot=tmp_path / "s").written

    assert (written_again(), written_again()) == (3, 0)

    folder.forget(tmp_path / "s")  # somebody repaired the database by hand
    assert (written_again(), written_again()) == (3, 0)

    clinics.change(clinic=episodes[0].clinic, language="he", by=None)
    long_ago()
    assert (written_again(), written_again()) == (3, 0)

    AuditEvent.objects.order_by("pk").last().delete()  # a backup from before the last run was restored
    assert (written_again(), written_again()) == (3, 0)

    AuditEvent.objects.update(at=F("at") - timedelta(days=7))  # the demo let a week pass
    assert (written_again(), written_again()) == (3, 0)

    monkeypatch.setenv("AMBLE_PSEUDONYM_KEY", "another key")
    pseudonyms.key.cache_clear()
    try:
        assert (written_again(), written_again()) == (3, 0)
    finally:
        monkeypatch.undo()
        pseudonyms.key.cache_clear()


@pytest.mark.django_db
def test_two_never_write_the_same_folder_at_once(tmp_path: Path) -> None:
    three_in_care()
    write(snapshot=tmp_path / "s")
    before = identities(tmp_path / "s")
    with folder.one_writer(tmp_path / "s"), pytest.raises(CannotWrite, match="another run"):
        write(snapshot=tmp_path / "s")
    assert identities(tmp_path / "s") == before
    write(snapshot=tmp_path / "s")


KILLED = """
import os, signal
from pathlib import Path
from django.db import connections
from amble.care.records.models import Episode
from amble.outcomes.bridge import changes, folder, shaping
from amble.outcomes.bridge.writer import write
from tests.integration.test_snapshot_again import session, three_in_care

def apart(work):
    '''Run `work` in a process of its own. Returns the signal that ended it.'''
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as problem:
            print(problem, file=sys.stderr)
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1]

steps = 0
def die_at(number):
    def counted(step):
        def act(*arguments, **named):
            global steps
            steps += 1
            if steps == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return step(*arguments, **named)
        return act
    shaping.write, Path.rename = counted(shaping.write), counted(Path.rename)
    session(Episode.objects.order_by("pk")[number % 3])
    write(snapshot=out / "s", operations=out / "o")

def look():
    '''What stands there after a kill: as it was before, or as it is now.'''
    from tests.integration.test_snapshot_again import in_order
    with folder.one_writer(out / "s"), folder.one_writer(out / "o"):
        folder.recover(out / "s", {"episodes", "scores", "sessions", "clinicians.parquet", "manifest.json"})
        folder.recover(out / "o", {"referrals", "assessments", "etmi_sessions", "ratings", "manifest.json"})
    in_order(out)

out = Path(sys.argv[1])
changes.PART = 1
assert apart(three_in_care) == 0
assert apart(lambda: write(snapshot=out / "s", operations=out / "o")) == 0
ended = []
while not ended or ended[-1] == signal.SIGKILL:
    ended.append(apart(lambda: die_at(len(ended) + 1)))
    assert apart(look) == 0
assert apart(lambda: write(snapshot=out / "s", operations=out / "o")) == 0
assert apart(look) == 0
print(json.dumps([ended, sorted(path.name for path in out.iterdir())]))
"""


def test_a_run_that_is_killed_leaves_a_snapshot_that_can_be_used(tmp_path: Path) -> None:
    """Killed before each table that it writes and before each change of places, one after the other."""
    with database_url() as url:
        service = RealServer(tmp_path / "var", url)
        ended, left = service.ask(KILLED, str(tmp_path / "out"))
    assert ended[-1] == 0 and len(ended) > 3 * 7 + 4
    assert left == [".o.lock", ".s.lock", "o", "s"]


def three_in_care() -> list[Episode]:
    here = factories.clinic()
    therapist = factories.member(here)
    people = [factories.started(here, therapist, Arm.USUAL_CARE) for _ in range(3)]
    return [Episode.objects.get(patient=person) for person in people]


def session(episode: Episode) -> None:
    contacts.record_usual_care(
        episode=episode,
        day=timezone.localdate(),
        minutes=30,
        modalities=[Modality.EXERCISE],
        by=episode.clinician,
    )


def long_ago() -> None:
    """What happened so far happened a day ago: beyond the margin that each run looks back."""
    day = timedelta(days=1)
    AuditEvent.objects.filter(at__gt=timezone.now() - day / 2).update(at=F("at") - day)


def both(place: Path) -> Written:
    return write(snapshot=place / "s", operations=place / "o")


def contents(place: Path) -> dict[str, list[tuple]]:
    files = sorted(place.rglob("*.parquet"))
    return {
        str(file.relative_to(place)): duckdb.sql(f"FROM read_parquet('{file}')").fetchall() for file in files
    }


def identities(place: Path) -> dict[str, int]:
    return {file.name: os.stat(file).st_ino for file in place.rglob("*") if file.is_file()}


def in_order(place: Path) -> None:
    """Every table is there, and what belongs together was written together."""
    found = {
        name: list(_rows(place, name))
        for name in ("s/episodes", "s/sessions", "o/referrals", "o/assessments")
    }
    assert len(found["s/episodes"]) == len(found["o/referrals"]) == 3
    noted = folder.manifest(place / "s")["parts"].values()
    assert sum(part["rows"]["sessions"] for part in noted) == len(found["s/sessions"])
    assert {row[0] for row in found["s/sessions"]} <= {row[0] for row in found["s/episodes"]}


def _rows(place: Path, table: str) -> Iterator[tuple]:
    yield from duckdb.sql(f"FROM read_parquet('{place / table}/*.parquet')").fetchall()
