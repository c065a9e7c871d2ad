"""A definition that contradicts itself is refused with the file and the fault."""

import pytest

from amble.instruments.model import DefinitionError
from amble.instruments.reading import read

SMALL = """
id = "small"
version = "1"
name = "Small"
title = "A small one"
intro = "Two questions."
recall = "today"
source = "made for this test"
validated = false

[missing]
rule = "all_needed"
reason = "both"

[licence]
light = "green"
notice = "none"
permission = "none needed"

[answer]
kind = "scale"
from = 0
to = 4
low = "no"
high = "yes"

[[scales]]
id = "sum"
title = "Sum"
higher_is = "worse"
range = [0, 8]
combine = "sum"
important_change = { value = 2, unit = "points", source = "made for this test" }

[[items]]
id = "first"
text = "First?"

[[items]]
id = "second"
text = "Second?"
"""


def written(folder, text, name="small.toml"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_small_one_is_read(tmp_path):
    definition = read(written(tmp_path, SMALL))
    assert definition.available
    assert [(o.value, o.label) for o in definition.item("first").options] == [
        (0, "0, no"),
        (1, "1"),
        (2, "2"),
        (3, "3"),
        (4, "4, yes"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('recall = "today"', 'recal = "today"', "recall"),
        ("validated = false", "validated = false\ncolour = 1", "colour"),
        ("validated = false", 'validated = "no"', "validated"),
        ('id = "second"', 'id = "first"', "first appears more than once"),
        ('text = "Second?"', 'text = " "', "item second: 'text' is empty"),
        ("range = [0, 8]", "range = [0, 10]", "scoring gives"),
        ("range = [0, 8]", "range = [8, 0]", "scoring gives"),
        ("range = [0, 8]", "range = [0, nan]", "scoring gives"),
        ("range = [0, 8]", "range = [0]", "two numbers"),
        ("range = [0, 8]", "range = [0, 8]\nitems = []", "do not exist"),
        ("range = [0, 8]", 'range = [0, 8]\nitems = ["third"]', "third"),
        ("range = [0, 8]", "range = [0, 8]\nscreen_positive_from = 9", "screen_positive_from"),
        ("range = [0, 8]", 'range = [0, 8]\nmeasure = "mood"', "measure"),
        ("to = 4", "to = 0", "'from' must be below 'to'"),
        ('higher_is = "worse"', 'higher_is = "bad"', "better, worse"),
        ("value = 2,", "value = 9,", "important change"),
        ("important_change = {", "no_important_change = 'x'\nimportant_change = {", "either"),
        ('rule = "all_needed"', 'rule = "blank_is_no"', "tick items only"),
        ('rule = "all_needed"', 'rule = "mean_of_answered"', "a sum needs every item"),
        ('rule = "all_needed"', 'rule = "skip"', "rule"),
        ('light = "green"', 'light = "blue"', "amber, green"),
        ('kind = "scale"', 'kind = "slider"', "choice, scale, tick"),
        ('id = "small"', 'id = "smaller"', "must be named"),
        ('id = "small"', 'id = "small', "not TOML"),
    ],
)
def test_a_fault_is_named_with_its_file(tmp_path, old, new, fault):
    assert SMALL.count(old) == 1
    path = written(tmp_path, SMALL.replace(old, new))
    with pytest.raises(DefinitionError) as refused:
        read(path)
    assert str(path) in str(refused.value)
    assert fault in str(refused.value)


def test_a_file_that_is_not_text_is_refused(tmp_path):
    path = tmp_path / "small.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DefinitionError, match=r"small\.toml"):
        read(path)
