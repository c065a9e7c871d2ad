import pytest

from amble.instruments.definition import load
from amble.instruments.scoring import score


@pytest.fixture(autouse=True)
def no_added_wording(tmp_path, monkeypatch):
    monkeypatch.setenv("AMBLE_WORDING", str(tmp_path / "wording"))


@pytest.fixture
def values():
    """Answers -> the value of each scale, to one decimal."""

    def of(instrument_id, answers):
        scales = score(load(instrument_id), answers).scales
        return {s.scale_id: None if s.value is None else round(s.value, 1) for s in scales.values()}

    return of
