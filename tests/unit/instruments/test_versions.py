"""An old response is scored by the version it was given in."""

import shutil

import pytest

from amble.instruments import definition
from amble.instruments.definition import DefinitionError, UnknownInstrument, load
from amble.instruments.scoring import score


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Version 1 scores pain 0 to 10; version 2 turns it into 0 to 100."""
    first = tmp_path / "pain_nrs@1.toml"
    shutil.copy(definition.FOLDER / "pain_nrs.toml", first)
    text = first.read_text(encoding="utf-8").replace('version = "1"', 'version = "2"')
    text = text.replace("range = [0, 10]", "range = [0, 100]\nrescale_to = [0, 100]")
    (tmp_path / "pain_nrs.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(definition, "FOLDER", tmp_path)
    return tmp_path


def test_each_version_keeps_its_own_scoring(folder):
    values = [score(load("pain_nrs", v), {"pain": 7}).scales["pain"].value for v in ("1", "2", None)]
    assert values == [7, 70, 70]


def test_only_the_newest_is_listed(folder):
    assert [(d.id, d.version) for d in definition.load_all()] == [("pain_nrs", "2")]


def test_an_unknown_version_or_instrument_is_answered_with_those_that_exist(folder):
    with pytest.raises(UnknownInstrument, match=r"no version '3'.*2, 1"):
        load("pain_nrs", "3")
    for wrong in ("odi", "../pain_nrs", "pain_nrs@1", ""):
        with pytest.raises(UnknownInstrument, match="There are: pain_nrs"):
            load(wrong)


def test_two_files_of_the_same_version_are_refused(folder):
    shutil.copy(folder / "pain_nrs@1.toml", folder / "pain_nrs.toml")
    with pytest.raises(DefinitionError, match="version 1"):
        load("pain_nrs")
