"""Words that a clinic adds to the instrument that ships without them."""

import pytest

from amble.instruments import wording
from amble.instruments.definition import DefinitionError, load

GOOD = """
permission = "made up for this test"
intro = "Four sentences."
low = "no"
high = "yes"
[items]
item_2 = "first"
item_3 = "second"
item_4 = "third"
item_5 = "fourth"
"""


@pytest.fixture(autouse=True)
def kept(tmp_path, monkeypatch):
    monkeypatch.setenv("AMBLE_WORDING", str(tmp_path / "kept"))
    return tmp_path / "kept"


def written(folder, text):
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_instrument_becomes_available_at_once(tmp_path, kept):
    assert not load("fabq_pa").available
    wording.add(load("fabq_pa"), written(tmp_path, GOOD))
    worded = load("fabq_pa")
    assert worded.available
    assert [item.text for item in worded.items] == ["first", "second", "third", "fourth"]
    assert [worded.item("item_2").options[n].label for n in (0, 3, 6)] == ["0, no", "3", "6, yes"]
    assert worded.wording_permission == "made up for this test"
    assert [path.name for path in kept.iterdir()] == ["fabq_pa@1.toml"]


@pytest.mark.parametrize(("line", "language"), [("", "en"), ('language = "he"', "he")])
def test_wording_says_in_what_language_it_is(tmp_path, line, language):
    wording.add(load("fabq_pa"), written(tmp_path, line + GOOD))
    assert load("fabq_pa").language == language


def test_better_wording_replaces_the_old(tmp_path):
    wording.add(load("fabq_pa"), written(tmp_path, GOOD))
    assert load("fabq_pa").item("item_2").text == "first"
    wording.add(load("fabq_pa"), written(tmp_path, GOOD.replace('"first"', '"the first, mended"')))
    assert load("fabq_pa").item("item_2").text == "the first, mended"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('item_4 = "third"\n', "", "item_4"),
        ('item_4 = "third"', 'item_4 = "  "', "item_4"),
        ('item_4 = "third"', "item_4 = 4", "item_4"),
        ('item_4 = "third"', 'item_4 = "third"\nitem_9 = "ninth"', "item_9"),
        ('permission = "made up for this test"\n', "", "permission"),
        ('permission = "made up for this test"', 'permission = ""', "permission"),
        ('low = "no"', 'lowest = "no"', "low"),
        ("[items]", "[items", "not TOML"),
    ],
)
def test_a_faulty_file_changes_nothing(tmp_path, kept, old, new, fault):
    path = written(tmp_path, GOOD.replace(old, new))
    with pytest.raises(DefinitionError) as refused:
        wording.add(load("fabq_pa"), path)
    assert str(path) in str(refused.value)
    assert fault in str(refused.value)
    assert not kept.exists()
    assert not load("fabq_pa").available


def test_a_write_that_fails_leaves_the_old_wording_whole(tmp_path, kept, monkeypatch):
    wording.add(load("fabq_pa"), written(tmp_path, GOOD))

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(wording.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        wording.add(load("fabq_pa"), written(tmp_path, GOOD.replace("first", "changed")))
    assert load("fabq_pa").item("item_2").text == "first"
    assert len(list(kept.iterdir())) == 1


def test_an_instrument_with_words_takes_no_others(tmp_path):
    with pytest.raises(DefinitionError, match="nothing to add"):
        wording.add(load("rmdq"), written(tmp_path, GOOD))
