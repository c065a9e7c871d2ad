"""The path for the few methods that need rows: blocks of columns, read as often as an iteration asks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np

Block = Mapping[str, np.ndarray]
BLOCK_ROWS = 131_072


class Rows(Protocol):
    """Rows of the landed cohort, in a fixed order, in blocks of at most BLOCK_ROWS.

    A block maps a column name to a float64 array in the column's own unit, NaN where nothing was recorded.
    Reading again gives the same blocks in the same order, so that sums over blocks are reproducible.
    """

    def blocks(self, columns: Sequence[str]) -> Iterator[Block]: ...

    def __len__(self) -> int: ...


class MemoryRows:
    """Rows that fit in memory: small cohorts, and tests."""

    def __init__(self, columns: Block) -> None:
        self.columns = dict(columns)

    def blocks(self, columns: Sequence[str]) -> Iterator[Block]:
        for start in range(0, len(self), BLOCK_ROWS):
            yield {name: self.columns[name][start : start + BLOCK_ROWS] for name in columns}

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()))) if self.columns else 0
