"""A folder of Parquet files that is replaced whole or not at all, by one writer at a time.

The new folder is made beside the old one; parts that did not change are the same files under a second name. Then
the two change places. Whoever reads sees the old or the new folder, never some of each.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"


class CannotWrite(Exception):
    """Nothing was changed. The message says why, and what to do."""


@contextmanager
def one_writer(folder: Path) -> Iterator[None]:
    """Nobody else writes the folder meanwhile. The lock goes with the process, however it ends."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(_beside(folder, "lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as problem:
        raise CannotWrite(
            f"{folder}: cannot be written: {problem.strerror}. Choose another folder."
        ) from problem
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as taken:
        raise CannotWrite(f"{folder}: is being written by another run. Wait until it is done.") from taken
    finally:
        os.close(lock)


def recover(folder: Path, names: set[str]) -> None:
    """Undo what a run that was killed left behind, and refuse a folder that holds something else."""
    old, new = _beside(folder, "old"), _beside(folder, "new")
    if old.exists() and not folder.exists():
        old.rename(folder)
    for left in (old, new):
        shutil.rmtree(left, ignore_errors=True)
    if folder.exists() and not folder.is_dir():
        raise CannotWrite(f"{folder}: is a file. Choose another folder.")
    other = sorted({path.name for path in folder.iterdir()} - names) if folder.exists() else []
    if other:
        raise CannotWrite(
            f"{folder}: holds {other[0]}, which Amble did not write there. Choose another folder."
        )


def manifest(folder: Path) -> dict[str, Any]:
    """What the last run noted; empty where there was none."""
    try:
        return json.loads((folder / MANIFEST).read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError):
        return {}


def forget(folder: Path) -> None:
    """The next run writes everything anew: for changes made without the actions, which leave no audit row."""
    (folder / MANIFEST).unlink(missing_ok=True)


@contextmanager
def replaced(folder: Path) -> Iterator[Path]:
    """An empty folder that becomes `folder` when all went well, and is gone when not."""
    old, new = _beside(folder, "old"), _beside(folder, "new")
    try:
        new.mkdir()
        yield new
        _to_disk(new)
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as problem:
        raise CannotWrite(f"{folder}: cannot be written: {problem}") from problem
    finally:
        shutil.rmtree(new, ignore_errors=True)


def keep(old: Path, new: Path) -> None:
    """The same file under a second name; a copy where the disk knows no second names."""
    new.parent.mkdir(exist_ok=True)
    try:
        os.link(old, new)
    except OSError:
        shutil.copy2(old, new)


def note(folder: Path, content: dict[str, Any]) -> None:
    (folder / MANIFEST).write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", "utf-8")


def _to_disk(folder: Path) -> None:
    """A power cut after the change of places must not find files that were never written."""
    for path in folder.rglob("*"):
        if path.is_file() and path.stat().st_nlink == 1:
            with path.open("rb") as file:
                os.fsync(file.fileno())


def _beside(folder: Path, word: str) -> Path:
    folder = folder.resolve()
    return folder.with_name(f".{folder.name}.{word}")
