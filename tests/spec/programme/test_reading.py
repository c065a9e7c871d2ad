"""The ruler the words are measured with: checked against words counted by hand and against plain sense."""

import pytest

from tests.spec.programme.reading import grade, syllables


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("back", 1),
        ("move", 1),
        ("walked", 1),
        ("times", 1),
        ("little", 2),
        ("wanted", 2),
        ("changes", 2),
        ("activity", 4),
        ("physiotherapist", 6),
        ("motion", 2),
        ("the", 1),
    ],
)
def test_syllables(word, count):
    assert syllables(word) == count


def test_grade_by_hand():
    assert grade("The cat sat. The dog ran.") == pytest.approx(0.39 * 3 + 11.8 * 1 - 15.59)


def test_clinic_jargon_is_harder_than_plain_words():
    jargon = "Degenerative spondylosis necessitates individualised physiotherapeutic rehabilitation."
    assert grade(jargon) > 20
    assert grade("Your back is strong. It likes to move.") < 3
