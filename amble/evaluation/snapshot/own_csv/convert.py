"""From a service's CSV files to a snapshot: read, translated, checked against the contract, then put in its place."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from amble.evaluation.engine import Engine
from amble.evaluation.snapshot import pseudonyms
from amble.evaluation.snapshot.faults import Fault, faults
from amble.evaluation.snapshot.own_csv import loading
from amble.evaluation.snapshot.own_csv.mapping import read_mapping
from amble.evaluation.snapshot.own_csv.writing import write
from amble.evaluation.snapshot.reader import open_snapshot


class CannotConvert(Exception):
    """No snapshot was written. `faults` says everything that stands in the way."""

    def __init__(self, found: list[Fault | str]) -> None:
        super().__init__("\n".join(map(str, found)))
        self.faults = tuple(found)


@dataclass(frozen=True)
class Written:
    """rows: table -> rows written.  left_out: file -> rows that `keep` left out."""

    rows: dict[str, int]
    left_out: dict[str, int]


def convert(mapping: Path, out: Path, engine: Engine) -> Written:
    """Write the snapshot to `out`, whole or not at all. Raises SettingsError or CannotConvert with all faults.

    engine: a DuckDB; it keeps what it loaded until it is closed.
    """
    plan = read_mapping(mapping)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise CannotConvert([f"{out}: is there already. Choose another folder, or take it away."])
    with _unfinished(out) as folder:
        connection = engine.connection.con
        loading.prepare(connection)
        if plan.key:
            pseudonyms.prepare(connection, plan.key)
        loaded, found = [], []
        for number, block in enumerate(plan.blocks):
            source = loading.load(connection, block, f"csv_{number}", folder)
            (found if isinstance(source, list) else loaded).extend(
                source if isinstance(source, list) else [source]
            )
        found += [fault for source in loaded for fault in loading.not_understood(connection, source)]
        if len(loaded) == len(plan.blocks):
            rows = write(connection, loaded, plan, folder)
            told = {fault.column.rpartition(" -> ")[2] for fault in found}
            found += [fault for fault in faults(open_snapshot(folder, engine)) if fault.column not in told]
        if found:
            raise CannotConvert(found)
        _put_in_place(folder, out)
    return Written(rows, {source.block.file.name: source.left_out for source in loaded if source.left_out})


@contextmanager
def _unfinished(out: Path) -> Iterator[Path]:
    """A folder beside `out` that is gone afterwards, unless it became `out`."""
    out.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _put_in_place(folder: Path, out: Path) -> None:
    folder.chmod(0o755)
    if out.exists():
        out.rmdir()
    folder.rename(out)
