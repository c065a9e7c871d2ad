"""Random numbers with an address: what is drawn for one purpose does not depend on what is drawn for another.

Draws of a purpose are made row by row, so that the first episodes of a block are the same however many follow.
"""

import numpy as np

BLOCK_EPISODES = 131_072
PURPOSES = (
    "clinicians",
    "people",
    "starts",
    "choice",
    "course",
    "activity",
    "stopping",
    "need",
    "sessions",
    "more_sessions",
    "contacts",
    "fidelity",
    "dates",
)


class Streams:
    """One generator for each purpose, of one block of episodes (block 0 is the service itself)."""

    def __init__(self, seed: int, block: int) -> None:
        self.seed, self.block = seed, block

    def __getitem__(self, purpose: str) -> np.random.Generator:
        key = (self.block, PURPOSES.index(purpose))
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=key))

    def uniform(self, purpose: str, rows: int, columns: int) -> np.ndarray:
        """(columns, rows), each row of uniform draws taken together."""
        return self[purpose].random((rows, columns)).T

    def normal(self, purpose: str, rows: int, columns: int) -> np.ndarray:
        """(columns, rows), each row of normal draws taken together."""
        return self[purpose].standard_normal((rows, columns)).T
