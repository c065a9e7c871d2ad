"""Rows go from DuckDB into a table of the live database, in batches, by the fastest way that each database has."""

import io
from collections.abc import Iterator

import duckdb
import pyarrow as pa
from django.db import connection, models
from pyarrow import csv

ROWS = 50_000  # in one batch


def fill(con: duckdb.DuckDBPyConnection, model: type[models.Model], sql: str) -> int:
    """Every row of `sql` as a row of `model`; returns how many.

    The columns of `sql` are named as the model's (`clinic_id`); what is not named gets the model's own default. An
    `id` that is not named is given by the database.
    """
    found = {row[0] for row in con.execute(f"DESCRIBE {sql}").fetchall()}
    fields = {field.attname: field for field in model._meta.concrete_fields}
    if strange := sorted(found - set(fields)):
        raise ValueError(f"{model.__name__} has no {', '.join(strange)}")
    listed = ", ".join(f'{_value(field, name in found)} AS "{name}"' for name, field in _told(fields, found))
    reader = con.sql(f"SELECT {listed} FROM ({sql})").to_arrow_reader(ROWS)
    columns = [connection.ops.quote_name(fields[name].column) for name in reader.schema.names]
    table = connection.ops.quote_name(model._meta.db_table)
    connection.ensure_connection()
    way = _into_sqlite if connection.vendor == "sqlite" else _into_postgresql
    return way(connection.connection, table, columns, reader)


def set_sequences(tables: list[type[models.Model]]) -> None:
    """The next row that somebody adds gets a number of its own. SQLite sees to it by itself."""
    with connection.cursor() as cursor:
        for model in tables:
            table, key = model._meta.db_table, model._meta.pk.column
            if connection.vendor == "postgresql":
                quoted = connection.ops.quote_name(table)
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence(%s, %s), max({key})) FROM {quoted} HAVING max({key}) > 0",
                    [table, key],
                )


def _told(fields: dict[str, models.Field], found: set[str]) -> Iterator[tuple[str, models.Field]]:
    """What a row has to say: all that is given, and defaults for all that may not be null."""
    for name, field in fields.items():
        if name in found or not (field.null or field.primary_key):
            yield name, field


def _value(field: models.Field, given: bool) -> str:
    """SQL in which both databases understand the value: days, times and JSON as text."""
    if not given:
        return _default(field)
    name = f'"{field.attname}"'
    match field:
        case models.DateTimeField():
            return f"strftime({name}, '%Y-%m-%d %H:%M:%S')"
        case models.DateField():
            return f"strftime({name}, '%Y-%m-%d')"
        case models.JSONField():
            return f"to_json({name})::VARCHAR"
        case models.BooleanField() if connection.vendor == "sqlite":
            return f"{name}::INTEGER"
        case models.CharField() | models.TextField() if not field.null:
            return f"coalesce({name}, '')"
    return name


def _default(field: models.Field) -> str:
    """The same for every row, so never a moment or a random number."""
    value = field.get_default()
    if isinstance(field, models.JSONField) and value in ([], {}):
        return f"'{value}'"
    changing = field.has_default() and callable(field.default)
    if isinstance(value, str | bool | int) and not changing:
        written = value if connection.vendor == "postgresql" or isinstance(value, str) else int(value)
        return f"'{written}'" if isinstance(value, str) else str(written)
    raise ValueError(f"{field.model.__name__}.{field.attname} has to be given")


def _into_sqlite(raw, table: str, columns: list[str], reader: pa.RecordBatchReader) -> int:
    marks = ", ".join("?" * len(columns))
    insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"
    rows = 0
    for batch in reader:
        raw.executemany(insert, zip(*(column.to_pylist() for column in batch.columns), strict=True))
        rows += batch.num_rows
    return rows


def _into_postgresql(raw, table: str, columns: list[str], reader: pa.RecordBatchReader) -> int:
    rows = 0
    options = csv.WriteOptions(include_header=False)  # text is quoted, so that an empty one is not null
    with raw.cursor() as cursor:
        # Links are checked batch by batch: all at the end would keep a note of every row in memory.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for batch in reader:
            lines = io.BytesIO()
            csv.write_csv(batch, lines, options)
            with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT csv)") as copy:
                copy.write(lines.getbuffer())
            rows += batch.num_rows
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return rows
