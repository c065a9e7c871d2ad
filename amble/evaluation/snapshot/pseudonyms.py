"""Keys that lead back to nobody without the key file: HMAC-SHA256, computed where the rows are."""

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection  # the web pages know a pseudonym without knowing the engine

BLOCK = 64  # bytes that SHA-256 works on at a time (RFC 2104)
SHOWN = 32  # of 64 hexadecimal digits: two of ten million keys meet with a chance below 1e-24


def prepare(connection: "DuckDBPyConnection", key: bytes) -> None:
    """Hand the key to the connection as two variables, so that it stands in no query and in no message."""
    key = hashlib.sha256(key).digest() if len(key) > BLOCK else key
    padded = key.ljust(BLOCK, b"\0")
    connection.execute("SET VARIABLE inner_pad = ?", [bytes(byte ^ 0x36 for byte in padded)])
    connection.execute("SET VARIABLE outer_pad = ?", [bytes(byte ^ 0x5C for byte in padded)])


def pseudonym(column: str, text: str) -> str:
    """SQL for the pseudonym of `text`. The column's name is part of it: patient 7 and episode 7 do not look alike."""
    said = f"encode('{column}:' || {text})"
    inner = f"unhex(sha256(getvariable('inner_pad')::BLOB || {said}))"
    return f"left(sha256(getvariable('outer_pad')::BLOB || {inner}), {SHOWN})"
