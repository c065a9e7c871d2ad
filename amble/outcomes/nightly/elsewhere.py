"""Care that other systems recorded: each folder of CSV files and their mapping becomes a part of the snapshot."""

import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import combinations
from pathlib import Path

import duckdb

from amble.evaluation.engine import DuckDB
from amble.evaluation.refusal import CannotEvaluate
from amble.evaluation.settings.source import SettingsError
from amble.evaluation.snapshot.own_csv.convert import CannotConvert, convert
from amble.evaluation.snapshot.own_csv.mapping import read_mapping
from amble.evaluation.snapshot.tables import tables

FOLDER, CONVERTED, UNION = "elsewhere", "converted", "union"
OWN = "Amble"
KEYS = {"episodes": "episode_id", "clinicians": "clinician_id"}


@dataclass(frozen=True)
class Joined:
    """snapshot: Amble's own alone, or all together.  notes: sentences about what came from elsewhere."""

    snapshot: Path
    notes: tuple[str, ...] = ()


def join(own: Path, place: Path, clinics: Mapping[str, str]) -> Joined:
    """Amble's own snapshot with those of all folders in `place`/elsewhere. Raises CannotEvaluate with every fault.

    clinics: pseudonym -> name of the clinics that use Amble.
    """
    folders = sorted(f for f in (place / FOLDER).glob("[!.]*") if f.is_dir())
    if not folders:
        return Joined(own)
    found, faults = {OWN: own}, []
    for folder in folders:
        try:
            found[folder.name] = _converted(folder, place / CONVERTED)
        except (SettingsError, CannotConvert, OSError) as problem:
            faults += [f"{FOLDER}/{folder.name}: {line}" for line in str(problem).splitlines()]
    faults += [] if faults else list(_clashes(found))
    if faults:
        raise CannotEvaluate(faults)
    return Joined(_union(found, place / UNION), tuple(_notes(found, clinics)))


def _converted(folder: Path, to: Path) -> Path:
    """The folder's snapshot, made anew only when the mapping or a CSV file is another than last time."""
    mapping = folder / "mapping.toml"
    plan = read_mapping(mapping)
    state = hashlib.sha256(version("amble").encode() + plan.key)
    for file in (mapping, *sorted({block.file for block in plan.blocks})):
        if file.exists():
            with file.open("rb") as content:
                state.update(hashlib.file_digest(content, "sha256").digest())
    out = to / f"{folder.name}-{state.hexdigest()[:16]}"
    if not out.exists():
        with DuckDB() as engine:
            convert(mapping, out, engine)
        for old in to.glob(f"{folder.name}-*"):
            if old != out and len(old.name) == len(out.name):
                shutil.rmtree(old)
    return out


def _clashes(found: Mapping[str, Path]) -> Iterator[str]:
    """The same key in two places: one person counted twice, or two people taken for one."""
    with duckdb.connect() as con:
        for (one, first), (other, second) in combinations(found.items(), 2):
            for table, key in KEYS.items():
                if not (_files(first, table) and _files(second, table)):
                    continue
                both = f"SELECT {key} FROM {_rows(first, table)} INTERSECT SELECT {key} FROM {_rows(second, table)}"
                n, example = con.execute(f"SELECT count(*), min({key}) FROM ({both})").fetchone()
                if n:
                    yield (
                        f"{FOLDER}/{other}: {n:,} of its {key}s are also those of {one}, such as {example}. If they "
                        "are the same records, take them out of one; if not, give [pseudonyms] a key file of its own."
                    )


def _union(found: Mapping[str, Path], out: Path) -> Path:
    """A folder for each table with a link to every part of it."""
    shutil.rmtree(out, ignore_errors=True)
    for name, snapshot in found.items():
        for table in tables():
            for number, file in enumerate(_files(snapshot, table)):
                (out / table).mkdir(parents=True, exist_ok=True)
                (out / table / f"{name}-{number:04}.parquet").symlink_to(file.resolve())
    return out


def _notes(found: Mapping[str, Path], clinics: Mapping[str, str]) -> Iterator[str]:
    """How many episodes came from where, and which clinics are in Amble as well."""
    known = {text.casefold(): name for pseudonym, name in clinics.items() for text in (pseudonym, name)}
    with duckdb.connect() as con:
        for name, snapshot in found.items():
            if name == OWN:
                continue
            rows = _rows(snapshot, "episodes")
            n, last = con.execute(f"SELECT count(*), max(start_date) FROM {rows}").fetchone()
            yield f"{FOLDER}/{name}: {n:,} episodes, the last of them begun on {last}."
            ids = [
                row[0] for row in con.execute(f"SELECT DISTINCT clinic_id FROM {rows} ORDER BY 1").fetchall()
            ]
            for clinic in ids:
                if clinic.casefold() in known:
                    yield (
                        f"{FOLDER}/{name}: {known[clinic.casefold()]} also uses Amble. Whoever is in both is counted "
                        "twice: leave out of the CSV files those who are in Amble."
                    )


def _files(snapshot: Path, table: str) -> Sequence[Path]:
    single = snapshot / f"{table}.parquet"
    return [single] if single.is_file() else sorted((snapshot / table).glob("*.parquet"))


def _rows(snapshot: Path, table: str) -> str:
    listed = ", ".join("'" + str(file).replace("'", "''") + "'" for file in _files(snapshot, table))
    return f"read_parquet([{listed}], union_by_name = true)"
