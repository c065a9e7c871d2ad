"""The fidelity score, worked out by hand, and what the checklist contains."""

import re
from collections import Counter

import pytest

from amble.programme import content, fidelity

# Marks stand in the order of the checklist, one group for each domain A to H; n is not applicable.
# Session 1 has 24 items, later ones 25: the flare-up plan joins in domain H.
# sum and of are worked out by hand: of is 2 for each item that applies, and the score is 100 x sum / of.
TABLE = """
nr | A   B   C   D    E  F   G    H   | breaches                              | sum | of | score | adherent
1  | 222 222 222 2222 22 222 2222 22  |                                       |  48 | 48 | 100   | yes
1  | 111 111 111 1111 11 111 1111 11  |                                       |  24 | 48 | 50    | no
1  | 000 000 000 0000 00 000 0000 00  |                                       |   0 | 48 | 0     | no
1  | 221 n22 222 1111 20 222 2211 12  |                                       |  36 | 46 | 78.26 | no
1  | 222 nnn n22 1111 22 222 1111 22  |                                       |  32 | 40 | 80    | yes
1  | 222 nnn n22 1111 22 222 1110 22  |                                       |  31 | 40 | 77.5  | no
1  | 2nn nnn nnn nnnn nn nnn nnnn nn  |                                       |   2 |  2 | 100   | yes
1  | 222 222 222 2222 22 222 2222 22  | manual-therapy                        |  48 | 48 | 100   | no
1  | 222 nnn n22 1111 22 222 1111 22  | passive-treatment                     |  32 | 40 | 80    | no
2  | 222 222 222 2222 22 222 2222 222 |                                       |  50 | 50 | 100   | yes
2  | 222 222 222 2222 22 222 2222 202 |                                       |  48 | 50 | 96    | yes
2  | 222 222 222 2222 22 222 2222 2n2 |                                       |  48 | 48 | 100   | yes
3  | 222 022 222 0000 22 222 2222 222 |                                       |  40 | 50 | 80    | yes
3  | 222 012 222 0000 22 222 2222 222 |                                       |  39 | 50 | 78    | no
4  | 222 222 222 2222 22 222 2222 222 | alarming-explanation                  |  50 | 50 | 100   | no
4  | 111 111 111 1111 11 111 1111 111 | passive-treatment prescribed-exercise |  25 | 50 | 50    | no
"""
ROWS = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()[1:]]


def read_marks(text: str, session_number: int) -> dict[str, int | None]:
    """The marks as the table writes them. An item written ? is left out: it is unanswered."""
    items = fidelity.checklist(session_number).items
    return {
        item.id: None if letter == "n" else int(letter)
        for item, letter in zip(items, text.replace(" ", ""), strict=True)
        if letter != "?"
    }


@pytest.mark.parametrize(("session", "marks", "breaches", "total", "of", "value", "adherent"), ROWS)
def test_score(session, marks, breaches, total, of, value, adherent):
    found = fidelity.score(read_marks(marks, int(session)), breaches.split(), int(session))
    assert found.value == pytest.approx(float(value), abs=0.005)
    assert found.value == pytest.approx(100 * int(total) / int(of))
    assert found.applicable == int(of) / 2
    assert found.adherent is (adherent == "yes")
    assert found.breaches == tuple(breaches.split())
    assert (found.missing, found.why_none) == ((), "")


@pytest.mark.parametrize(
    ("marks", "missing", "why"),
    [
        ("nnn nnn nnn nnnn nn nnn nnnn nn", (), "Every item was marked as not applicable."),
        ("222 222 222 2222 22 222 2222 2?", ("independence",), "1 item is not answered yet."),
        ("?22 222 222 222? 22 222 2222 22", ("story", "change-talk"), "2 items are not answered yet."),
        ("nnn nnn nnn nnnn nn nnn nnnn ?n", ("card",), "1 item is not answered yet."),
    ],
)
def test_no_score_and_the_reason(marks, missing, why):
    found = fidelity.score(read_marks(marks, 1), ["manual-therapy"], 1)
    assert (found.value, found.adherent) == (None, None)
    assert (found.missing, found.why_none) == (missing, why)
    assert found.breaches == ("manual-therapy",), "a breach is kept even when there is no score"


def test_breaches_are_listed_once_in_the_order_of_the_checklist():
    happened = ["alarming-explanation", "passive-treatment", "alarming-explanation"]
    assert fidelity.score({}, happened, 1).breaches == ("passive-treatment", "alarming-explanation")


@pytest.mark.parametrize("mark", [-1, 3, 1.0, "2", True])
def test_any_other_mark_is_refused(mark):
    with pytest.raises(ValueError, match="story: a mark is 0, 1, 2 or None"):
        fidelity.score({"story": mark}, [], 1)


def test_an_unknown_item_or_breach_is_refused():
    with pytest.raises(ValueError, match="no item called 'juggling'"):
        fidelity.score({"juggling": 2}, [], 1)
    with pytest.raises(ValueError, match="no breach called 'lateness'"):
        fidelity.score({}, ["lateness"], 1)


def test_the_flare_up_plan_is_asked_from_the_second_session():
    assert [len(fidelity.checklist(number).items) for number in (1, 2, 3, 4)] == [24, 25, 25, 25]
    added = set(fidelity.all_items()) - set(fidelity.checklist(1).items)
    assert [item.id for item in added] == ["flare-up-plan"]
    with pytest.raises(ValueError, match="Session 1 has no item called 'flare-up-plan'"):
        fidelity.score({"flare-up-plan": 2}, [], 1)
    with pytest.raises(ValueError, match="counted from 1"):
        fidelity.checklist(0)


def test_the_checklist_says_what_it_is():
    checklist = fidelity.checklist(2)
    assert checklist.name == "ETMI-informed fidelity checklist"
    assert checklist.validated is False
    assert checklist.version == fidelity.VERSION
    assert 0 < len(fidelity.VERSION) <= 20, "stored in a column of 20 characters"
    sizes = Counter(item.domain for item in checklist.items)
    assert "".join(f"{domain}{size}" for domain, size in sizes.items()) == "A3B3C3D4E2F3G4H3"
    assert len(checklist.breaches) == 4


def test_every_entry_has_its_own_slug_and_a_source():
    entries = [*fidelity.all_items(), *fidelity.checklist(1).breaches, *fidelity.competence()]
    ids = [entry.id for entry in entries]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", id) for id in ids)
    assert all(len(entry.source) > 10 for entry in [*entries, fidelity.benchmark()])
    assert len(content.read("fidelity")["source"]) > 10


@pytest.mark.parametrize(
    "entry", [*fidelity.all_items(), *fidelity.checklist(1).breaches], ids=lambda e: e.id
)
def test_an_item_is_one_short_sentence(entry):
    """25 of them are to be marked in 60 seconds."""
    assert entry.text.endswith(".")
    assert len(entry.text) <= 115


def test_a_rater_judges_competence_apart_from_the_score():
    ratings = fidelity.competence()
    assert [rating.id for rating in ratings] == ["collaboration", "empathy", "clarity"]
    assert {(rating.lowest, rating.highest) for rating in ratings} == {(1, 5)}


def test_the_benchmark_sentence_agrees_with_its_numbers():
    """SOLAS (Toomey 2017): self-report 92.7, direct observation 82.7, audio 81.7."""
    benchmark = fidelity.benchmark()
    gaps = [benchmark.self_report - benchmark.observation, benchmark.self_report - benchmark.audio]
    assert gaps == pytest.approx([10, 11])
    assert "10 to 11 points" in benchmark.words
    assert "Toomey 2017" in benchmark.source
