"""What holds for each instrument: tested, sourced, licensed, and in its exact words."""

import re
from pathlib import Path

import pytest

from amble.instruments.definition import load, load_all

HERE = Path(__file__).parent
WORDING = HERE.parents[3] / "shared" / "facts" / "wording.md"
IDS = {
    "activity_level", "fabq_pa", "fear_of_activity", "impression_of_change", "pain_nrs", "phq4", "psfs",
    "rmdq", "rulers", "stage",
}  # fmt: skip


def test_these_instruments_ship():
    assert {definition.id for definition in load_all()} == IDS


@pytest.mark.parametrize("definition", load_all(), ids=lambda d: d.id)
def test_it_is_specified_sourced_and_licensed(definition):
    assert (HERE / f"test_{definition.id}.py").exists()
    assert all([definition.source, definition.licence.notice, definition.licence.permission])
    # What we may not ship has no words in the repository, and only that.
    assert definition.needs_wording == (definition.licence.light == "amber")
    for scale in definition.scales:
        assert scale.important_change or scale.no_important_change.endswith(".")


@pytest.mark.parametrize(("instrument_id", "heading"), [("rmdq", "## RMDQ-24"), ("phq4", "## PHQ-4")])
def test_the_words_are_those_of_the_authors(instrument_id, heading):
    if not WORDING.exists():
        pytest.skip(f"the reference wording is not on this machine: {WORDING}")
    section = WORDING.read_text(encoding="utf-8").split(heading)[1].split("\n## ")[0]
    # A note in italics after a sentence is the collector's, not the authors'.
    authors = re.findall(r"^\d+\. (.+?)(?: \*\(.*\)\*)?$", section, re.MULTILINE)
    assert [item.text for item in load(instrument_id).items] == authors


@pytest.mark.parametrize(
    ("instrument_id", "scale_id", "measure"),
    [
        ("rmdq", "function", "function"),
        ("pain_nrs", "pain", "pain"),
        ("fear_of_activity", "fear_avoidance", "fear_avoidance"),
        ("fabq_pa", "fear_avoidance", "fear_avoidance"),
        ("activity_level", "activity_level", "activity_level"),
    ],
)
def test_these_scales_feed_the_snapshot(instrument_id, scale_id, measure):
    assert load(instrument_id).scale(scale_id).measure == measure
    feeding = {(d.id, s.id) for d in load_all() for s in d.scales if s.measure}
    assert (instrument_id, scale_id) in feeding
    assert len(feeding) == 5
