"""Public data with published numbers. It is never copied into the repository: a test without its data is skipped."""

import os
from pathlib import Path

import pytest

PLACE = Path(os.environ.get("AMBLE_REFDATA", Path(__file__).parents[3] / "shared" / "refdata"))


@pytest.fixture(scope="session")
def refdata():
    """refdata("mmrm/fev_data.csv") is the file's path."""

    def find(name: str) -> Path:
        file = PLACE / name
        if not file.exists():
            pytest.skip(f"no reference data {name} in {PLACE}: set AMBLE_REFDATA to the folder that holds it")
        return file

    return find
