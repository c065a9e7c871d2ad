"""Everything that is wrong with a snapshot, all at once: nothing is computed from a snapshot that has a fault.

Each table is counted once, whatever the number of rules; examples are looked up only for rules that are broken.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from ibis.expr.types import Table as IbisTable

from amble.evaluation.engine import Engine
from amble.evaluation.snapshot import relations
from amble.evaluation.snapshot.reader import Snapshot, Source, first_line, fits, of_engine
from amble.evaluation.snapshot.rules import Rule, rules
from amble.evaluation.snapshot.tables import IN_WORDS, Column, Table, tables


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, and how to put it right.

    count: the rows (or the keys, clinicians, list entries the problem speaks of) that have it; 0 where it is the
    file or the column itself.
    example: one of them, such as "value = 104.0 (episode_id = e17)"; empty where there is nothing to show.
    """

    file: str
    column: str
    problem: str
    count: int
    example: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}: {self.column}" if self.column else self.file
        details = [f"{self.count:,} found"] if self.count else []
        details += [f"such as {self.example}" if self.count else self.example] if self.example else []
        found = f" ({', '.join(details)})" if details else ""
        return f"{place}: {self.problem}{found}. {self.remedy}"


def faults(snapshot: Snapshot) -> list[Fault]:
    """All faults, in the order of the contract. Reads each file a few times; memory does not grow with the rows."""
    found = list(_of_names(snapshot))
    for name, table in tables().items():
        source = snapshot.sources[name]
        found += _of_file(table, source)
        if source.raw is not None:
            found += _of_columns(table, source, snapshot.engine)
            found += _when_readable(source, lambda name=name: _of_rows(snapshot, name))
    for broken in relations.checks(snapshot):
        source = snapshot.sources[broken.table]
        found += _when_readable(source, lambda broken=broken: _of_relation(snapshot, broken))
    return list(dict.fromkeys(found))


def _of_names(snapshot: Snapshot) -> Iterator[Fault]:
    """A file or folder whose name is nearly that of a table that is not there."""
    absent = [
        name for name, source in snapshot.sources.items() if source.raw is None and not source.unreadable
    ]
    present = sorted(snapshot.folder.iterdir()) if snapshot.folder.is_dir() else []
    for path in present:
        near = get_close_matches(path.stem, absent, n=1, cutoff=0.8)
        if near and (path.is_dir() or path.suffix == ".parquet"):
            remedy = f"Rename it to {near[0]}.parquet, or take it away."
            yield Fault(path.name, "", "is not a name of the snapshot", 0, "", remedy)


def _of_file(table: Table, source: Source) -> Iterator[Fault]:
    if source.unreadable:
        remedy = "Write it again as Parquet."
        yield Fault(source.file, "", "cannot be read as Parquet", 0, source.unreadable, remedy)
    elif source.raw is None and table.required:
        remedy = f"Write it: {table.meaning.lower()} See amble/evaluation/snapshot/tables.toml."
        yield Fault(source.file, "", "is missing", 0, "", remedy)


def _of_columns(table: Table, source: Source, engine: Engine) -> Iterator[Fault]:
    """Columns that are missing, misspelt or of another type."""
    unknown = [name for name in source.raw.columns if name not in table.types]
    for column in table.columns:
        if column.name in source.raw.columns:
            if not fits(column, source.raw):
                yield from _when_readable(source, lambda column=column: _wrong_type(column, source, engine))
        elif column.required:
            remedy = f"Add it ({IN_WORDS[column.type]}): {column.meaning}"
            yield Fault(source.file, column.name, "the column is missing", 0, "", remedy)
        elif near := get_close_matches(column.name, unknown, n=1, cutoff=0.85):
            remedy = f"Rename it to {column.name}, or take it away."
            yield Fault(source.file, near[0], "is not a column of the snapshot", 0, "", remedy)


def _wrong_type(column: Column, source: Source, engine: Engine) -> Iterator[Fault]:
    """A column that is empty in every row may have any type, because some writers cannot tell."""
    raw = source.raw[column.name]
    filled = source.raw.filter(raw.notnull())
    count = _count(engine, filled)
    if count or column.required:
        stored, wanted = str(raw.type()).strip("!"), IN_WORDS[column.type]
        problem = f"is stored as {stored}, not as {wanted}"
        example = _example(engine, filled, (column.name,), ())
        yield Fault(source.file, column.name, problem, count, example, f"Save it as {wanted}.")


def _of_rows(snapshot: Snapshot, name: str) -> Iterator[Fault]:
    """Rules that each row keeps or breaks for itself, counted together in one pass."""
    table, source, rows = tables()[name], snapshot.sources[name], snapshot.table(name)
    checked = [rule for rule in rules(table, rows) if all(source.holds(table.column(c)) for c in rule.needs)]
    if not checked:
        return
    counts = rows.aggregate([rows.count(where=rule.broken).name(f"r{i}") for i, rule in enumerate(checked)])
    numbers = snapshot.engine.one(counts)
    for i, rule in enumerate(checked):
        if count := numbers[f"r{i}"]:
            yield _of_rule(snapshot, table, rule, count)


def _of_rule(snapshot: Snapshot, table: Table, rule: Rule, count: int) -> Fault:
    source, rows, engine = snapshot.sources[table.name], snapshot.table(table.name), snapshot.engine
    held = tuple(name for name in table.key if source.holds(table.column(name)))
    example = _example(engine, rows.filter(rule.broken), rule.shown, held)
    return Fault(source.file, rule.column, rule.problem, count, example, rule.remedy)


def _of_relation(snapshot: Snapshot, check: relations.Check) -> Iterator[Fault]:
    if count := _count(snapshot.engine, check.broken):
        file = snapshot.sources[check.table].file
        example = _example(snapshot.engine, check.broken, check.shown, ())
        yield Fault(file, check.column, check.problem, count, example, check.remedy)


def _example(engine: Engine, broken: IbisTable, shown: tuple[str, ...], key: tuple[str, ...]) -> str:
    """The first broken row in the order of its key, so that the same snapshot gives the same example."""
    columns = list(dict.fromkeys([*shown, *key]))
    order = [name for name in dict.fromkeys([*key, *shown]) if not broken[name].type().is_nested()]
    rows = engine.arrow(broken.select(columns).order_by(order).limit(1)).to_pylist()
    if not rows:
        return ""
    value = ", ".join(f"{name} = {_written(rows[0][name])}" for name in shown)
    place = ", ".join(f"{name} = {_written(rows[0][name])}" for name in key if name not in shown)
    return f"{value} ({place})" if value and place else value or place


def _count(engine: Engine, rows: IbisTable) -> int:
    return engine.one(rows.aggregate(n=rows.count()))["n"]


def _written(value: object) -> str:
    text = "empty" if value is None or value == "" else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _when_readable(source: Source, look: Callable[[], Iterator[Fault]]) -> list[Fault]:
    """What `look` finds; a file that breaks off while it is being read is a fault itself."""
    try:
        return list(look())
    except Exception as fault:
        if not of_engine(fault):
            raise
        remedy = "Write it again as Parquet."
        return [Fault(source.file, "", "cannot be read to its end", 0, first_line(fault), remedy)]
