"""Rows that stay in the engine and pass through memory block by block."""

from collections.abc import Iterator, Sequence

import ibis
import numpy as np
import pyarrow as pa

from amble.evaluation.engine import Engine
from amble.evaluation.sums.rows import BLOCK_ROWS


class EngineRows:
    """Rows that stay in the engine and pass through memory block by block."""

    def __init__(self, engine: Engine, table: ibis.Table, rows: int, scale: dict[str, int]) -> None:
        self.engine, self.table, self.rows, self.scale = engine, table, rows, scale

    def blocks(self, columns: Sequence[str]) -> Iterator[dict[str, np.ndarray]]:
        chosen = list(dict.fromkeys(columns))
        for batch in even(self.engine.batches(self.table.select(chosen), BLOCK_ROWS)):
            yield {name: numbers(batch.column(name)) / self.scale.get(name, 1) for name in chosen}

    def __len__(self) -> int:
        return self.rows


def even(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.Table]:
    """The same rows in blocks of exactly BLOCK_ROWS, so that sums do not depend on how they arrived."""
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        waiting.append(batch)
        count += batch.num_rows
        while count >= BLOCK_ROWS:
            table = pa.Table.from_batches(waiting)
            yield table.slice(0, BLOCK_ROWS)
            waiting, count = table.slice(BLOCK_ROWS).to_batches(), count - BLOCK_ROWS
    if count:
        yield pa.Table.from_batches(waiting)


def numbers(column: pa.ChunkedArray) -> np.ndarray:
    """float64, NaN for null."""
    if column.null_count:
        return column.cast(pa.float64()).fill_null(np.nan).to_numpy()
    return column.to_numpy().astype(np.float64)
