"""Writes the snapshot, and beside it the operations, from the live database: what changed since the last time."""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from amble.evaluation.engine import MEMORY
from amble.evaluation.snapshot import pseudonyms as hidden
from amble.outcomes import pseudonyms
from amble.outcomes.bridge import changes, folder, live, shaping
from amble.outcomes.bridge.folder import MANIFEST, CannotWrite
from amble.outcomes.bridge.reading import TRAINING, Read, reads
from amble.outcomes.bridge.scales import measured

CLINICIANS = "clinicians.parquet"


@dataclass(frozen=True)
class Written:
    """rows: table -> rows it now has.  left_out: reason (`shaping.REASONS`) -> episodes not in the snapshot.

    parts: how many parts there are; written: how many of them were written again.
    """

    rows: Mapping[str, int]
    left_out: Mapping[str, int]
    parts: int
    written: int


@dataclass
class Target:
    """One of the two folders while it is written.  told: the manifest of its last run."""

    folder: Path
    sql: Mapping[str, str]
    told: Mapping[str, Any]
    parts: set[int]
    new: Path
    noted: dict[str, Any] = field(default_factory=dict)


def write(
    *,
    snapshot: Path,
    operations: Path | None = None,
    tell: Callable[[int, int], None] = lambda done, of: None,
) -> Written:
    """Bring both folders up to this moment. Each is replaced whole, or stays as it was.

    Memory does not grow with the number of episodes. `tell` is called with the parts done and the parts to do.
    Raises CannotWrite.
    """
    asked = {snapshot: shaping.SNAPSHOT_SQL, **({operations: shaping.OPERATIONS_SQL} if operations else {})}
    with ExitStack() as stack:
        for place, sql in asked.items():
            stack.enter_context(folder.one_writer(place))
            folder.recover(place, {*sql, MANIFEST, CLINICIANS})
        stack.enter_context(live.one_moment())
        targets, found = [], None
        for place, sql in asked.items():
            told = folder.manifest(place)
            found = changes.now(told)
            if not found.episodes:
                raise CannotWrite("The database holds no episode of care yet, so there is nothing to write.")
            new = stack.enter_context(folder.replaced(place))
            targets.append(Target(place, sql, told, changes.to_write(found, told), new, found.as_noted()))
        con = stack.enter_context(_connection())
        try:
            _write_parts(con, targets, found, tell)
            _write_clinicians(con, targets[0])
        except (duckdb.IOException, duckdb.OutOfMemoryException) as problem:
            raise CannotWrite(f"{snapshot}: cannot be written: {problem}") from problem
        for target in targets:
            folder.note(target.new, target.noted)
        return _summed(targets)


@contextmanager
def _connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with tempfile.TemporaryDirectory(prefix="amble-bridge-") as spill:
        con = duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": spill})
        try:
            hidden.prepare(con, pseudonyms.key())
            shaping.prepare(con, measured())
            yield con
        finally:
            con.close()


def _write_parts(con, targets: list[Target], found: changes.Now, tell: Callable[[int, int], None]) -> None:
    again = sorted(set().union(*(target.parts for target in targets)))
    tell(0, len(again))
    for target in targets:
        target.noted["parts"] = {}
    for part in sorted(found.episodes):
        left_out = _load(con, part, operations=len(targets) > 1) if part in again else {}
        for target in targets:
            name = f"{part:05d}"
            if part in target.parts:
                rows = {table: _write(con, target, table, name) for table in target.sql}
                noted = {"held": found.episodes[part], "rows": rows, "left_out": left_out}
            else:
                noted = _kept(target, name)
            target.noted["parts"][name] = noted
        if part in again:
            tell(again.index(part) + 1, len(again))


def _load(con, part: int, *, operations: bool) -> dict[str, int]:
    """The part's rows in the connection, shaped. Returns who is left out."""
    for read in reads(operations=operations):
        _fill(con, read, part * changes.PART, (part + 1) * changes.PART)
    return shaping.shape(con)


def _fill(con, read: Read, first: int = 0, last: int = 0) -> None:
    kinds = {"int64": "BIGINT", "double": "DOUBLE", "string": "VARCHAR"}
    columns = ", ".join(f'"{name}" {kinds[str(kind)]}' for name, kind in read.columns.items())
    con.execute(f"CREATE OR REPLACE TEMP TABLE {read.name} ({columns})")
    for batch in live.batches(read, first, last):
        con.register("batch", batch)
        con.execute(f"INSERT INTO {read.name} FROM batch")
        con.unregister("batch")


def _write(con, target: Target, table: str, name: str) -> int:
    file = _file(target.new, table, name)
    file.parent.mkdir(exist_ok=True)
    return shaping.write(con, target.sql[table], table, file)


def _kept(target: Target, name: str) -> dict[str, Any]:
    """A part as it was."""
    for table in target.sql:
        folder.keep(_file(target.folder, table, name), _file(target.new, table, name))
    return target.told["parts"][name]


def _file(place: Path, table: str, name: str) -> Path:
    return place / table / f"part-{name}.parquet"


def _write_clinicians(con, target: Target) -> None:
    """They are few: always anew."""
    _fill(con, TRAINING)
    episodes = str(target.new / "episodes" / "*.parquet").replace("'", "''")
    sql = shaping.CLINICIANS.replace("$episodes$", f"'{episodes}'")
    target.noted["clinicians"] = shaping.write(con, sql, "clinicians", target.new / CLINICIANS)


def _summed(targets: list[Target]) -> Written:
    rows, left_out = Counter(), Counter()
    for target in targets:
        for part in target.noted["parts"].values():
            rows.update({table: part["rows"][table] for table in target.sql})
    for part in targets[0].noted["parts"].values():
        left_out.update(part["left_out"])
    rows["clinicians"] = targets[0].noted["clinicians"]
    return Written(dict(rows), dict(left_out), len(targets[0].noted["parts"]), len(targets[0].parts))


__all__ = ["CannotWrite", "Written", "write"]
