"""The fidelity score against sums done by hand."""

import re

import pytest

from amble.programme import fidelity

IDS = [item.id for item in fidelity.checklist(2).items]


def marks(session_number, *, full=0, partial=0, not_applicable=0):
    """That many of each, in checklist order; every other item is absent."""
    ids = [item.id for item in fidelity.checklist(session_number).items]
    values = [2] * full + [1] * partial + [None] * not_applicable
    return dict(zip(ids, values + [0] * (len(ids) - len(values)), strict=True))


BY_HAND = [
    # session, full, partial, not applicable -> sum / (2 x applicable) x 100
    (1, 24, 0, 0, 24, 100.0),  # 48 / 48
    (1, 0, 0, 0, 24, 0.0),  # 0 / 48
    (1, 12, 0, 0, 24, 50.0),  # 24 / 48
    (1, 0, 24, 0, 24, 50.0),  # 24 / 48
    (1, 18, 3, 0, 24, 81.25),  # 39 / 48
    (1, 18, 2, 0, 24, 100 * 38 / 48),  # just under 80
    (2, 20, 0, 0, 25, 80.0),  # 40 / 50
    (2, 19, 1, 0, 25, 78.0),  # 39 / 50
    (2, 15, 1, 5, 20, 77.5),  # 31 / 40
    (2, 16, 0, 5, 20, 80.0),  # 32 / 40
    (3, 1, 0, 24, 1, 100.0),  # 2 / 2
    (4, 0, 1, 24, 1, 50.0),  # 1 / 2
]


@pytest.mark.parametrize(("session", "full", "partial", "not_applicable", "applicable", "value"), BY_HAND)
def test_score(session, full, partial, not_applicable, applicable, value):
    score = fidelity.score(
        marks(session, full=full, partial=partial, not_applicable=not_applicable), [], session
    )
    assert score.value == pytest.approx(value)
    assert (score.applicable, score.missing, score.breaches, score.why_none) == (applicable, (), (), "")
    assert score.adherent is (value >= 80)


@pytest.mark.parametrize("breach", ["P1", "P2", "P3", "P4"])
def test_one_breach_is_not_adherent_and_leaves_the_score(breach):
    score = fidelity.score(marks(1, full=24), [breach], 1)
    assert (score.value, score.breaches, score.adherent) == (100.0, (breach,), False)


def test_breaches_are_listed_once_in_checklist_order():
    assert fidelity.score(marks(1), ["P4", "P1", "P4"], 1).breaches == ("P1", "P4")


def test_an_unanswered_item_is_not_a_zero():
    given = marks(1, full=24)
    del given["A1"], given["E14"]
    score = fidelity.score(given, ["P2"], 1)
    assert (score.value, score.adherent, score.breaches) == (None, None, ("P2",))
    assert score.missing == ("A1", "E14")
    assert "A1, E14" in score.why_none


def test_nothing_applicable_has_no_score_and_says_so():
    score = fidelity.score(marks(2, not_applicable=25), [], 2)
    assert (score.value, score.applicable, score.adherent, score.missing) == (None, 0, None, ())
    assert score.why_none


def test_the_plan_for_a_bad_day_is_asked_from_the_second_session():
    assert IDS[23] == "H24"
    assert [item.id for item in fidelity.checklist(1).items] == [id for id in IDS if id != "H24"]
    assert fidelity.score(marks(1, full=24), [], 1).value == 100.0
    assert fidelity.score(marks(1, full=24), [], 2).missing == ("H24",)
    with pytest.raises(ValueError, match="H24"):
        fidelity.score(marks(1, full=24) | {"H24": None}, [], 1)


@pytest.mark.parametrize("mark", [-1, 3, 1.0, "2", True])
def test_any_other_mark_is_refused(mark):
    with pytest.raises(ValueError, match="mark of item: B5"):
        fidelity.score(marks(1) | {"B5": mark}, [], 1)


@pytest.mark.parametrize(("given", "breaches"), [({"Z9": 2}, []), ({}, ["P9"])])
def test_what_is_not_on_the_checklist_is_refused(given, breaches):
    with pytest.raises(ValueError, match=r"Z9|P9"):
        fidelity.score(marks(1) | given, breaches, 1)


def test_sessions_are_counted_from_one():
    with pytest.raises(ValueError, match="counted from 1"):
        fidelity.score({}, [], 0)


def test_twenty_five_items_are_numbered_through_eight_domains():
    assert [int(id[1:]) for id in IDS] == list(range(1, 26))
    items = fidelity.checklist(2).items
    assert all(item.id.startswith(item.domain) for item in items)
    assert list(dict.fromkeys(item.domain for item in items)) == [d.id for d in fidelity.domains()]


def test_it_is_labelled_for_what_it_is():
    assert fidelity.NAME == "ETMI-informed fidelity checklist"
    assert fidelity.VALIDATED is False


def test_a_rater_s_competence_ratings_stand_apart():
    assert [rating.id for rating in fidelity.competence()] == ["collaboration", "empathy", "clarity"]


def test_self_report_is_shown_beside_what_observers_saw():
    (benchmark,) = fidelity.benchmarks()
    own, observed, heard = (float(number) for number in re.findall(r"\d+\.\d", benchmark.words))
    least, most = round(own - observed), round(own - heard)
    assert f"{least} to {most} points" in benchmark.words


def test_every_entry_names_its_source():
    checklist = fidelity.checklist(4)
    entries = [*checklist.items, *checklist.breaches, *fidelity.competence(), *fidelity.benchmarks()]
    assert all(len(entry.source) > 10 for entry in entries)
