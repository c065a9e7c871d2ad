"""The live database as it stands at one moment, read without holding anybody up; rows stream in batches."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

import pyarrow as pa
from django.db import connection
from pyarrow import csv

from amble.outcomes.bridge.reading import Read

BEGIN = {"sqlite": "BEGIN DEFERRED", "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"}
ROWS = 2_000  # of SQLite at a time: as many as stay in the processor's cache
TOGETHER = 50  # times that, in one batch
BYTES = 4_000_000  # of PostgreSQL, in one batch


@contextmanager
def one_moment() -> Iterator[None]:
    """All reads inside see the database as it is now, while patients go on writing.

    Django would begin with IMMEDIATE on SQLite, which waits for writers and makes them wait. Inside a transaction
    (in tests) that one is used.
    """
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(BEGIN[connection.vendor])
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def batches(read: Read, first: int = 0, last: int = 0) -> Iterator[pa.Table]:
    """The rows of `read`, a few megabytes at a time."""
    sql = read.sql.format(first=int(first), last=int(last))
    connection.ensure_connection()
    rows = _of_sqlite if connection.vendor == "sqlite" else _of_postgresql
    yield from rows(connection.connection, sql, read)


def _of_sqlite(raw: sqlite3.Connection, sql: str, read: Read) -> Iterator[pa.Table]:
    cursor = raw.execute(sql)
    fetched = iter(lambda: cursor.fetchmany(ROWS), [])
    while few := [_columns(rows, read) for rows in islice(fetched, TOGETHER)]:
        yield pa.Table.from_batches(few)


def _columns(rows: list[tuple], read: Read) -> pa.RecordBatch:
    columns = zip(zip(*rows, strict=True), read.columns.values(), strict=True)
    return pa.record_batch([pa.array(values, kind) for values, kind in columns], names=list(read.columns))


def _of_postgresql(raw, sql: str, read: Read) -> Iterator[pa.Table]:
    """COPY is how PostgreSQL hands out rows fastest; Arrow reads its CSV on all cores."""
    with raw.cursor() as cursor, cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT csv)") as copy:
        lines, size = [], 0
        for line in copy:
            lines.append(line)
            size += len(line)
            if size > BYTES:
                yield _parsed(lines, read)
                lines, size = [], 0
        if lines:
            yield _parsed(lines, read)


def _parsed(lines: list[memoryview], read: Read) -> pa.Table:
    return csv.read_csv(
        pa.BufferReader(b"".join(lines)),
        read_options=csv.ReadOptions(column_names=list(read.columns)),
        convert_options=csv.ConvertOptions(
            column_types=dict(read.columns),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
