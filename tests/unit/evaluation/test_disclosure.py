"""Disclosure control in examples; that nothing can be worked out is in tests/generative."""

import re
from dataclasses import replace

from amble.evaluation.marks import people, share
from amble.evaluation.report.disclosure import release, release_estimates, release_shares, release_table
from amble.evaluation.report.model import Share
from amble.evaluation.results import Answer, Estimate, Table
from amble.evaluation.run import answers
from amble.evaluation.simulate import draw, landed, languages
from amble.evaluation.study.model import Disclosure, Study
from amble.evaluation.sums.memory import memory_data

RULE = Disclosure()


def table(rows, **more) -> Table:
    return Table(
        "t", "T", ("who", "etmi", "usual_care", "total"), rows, ("etmi", "usual_care", "total"), **more
    )


def test_a_small_count_takes_a_second_of_its_row_with_it() -> None:
    released = release_table(table((("a", 5, 40, 45), ("b", 0, 40, 40)), total_column="total"), RULE)
    assert released.rows == (("a", "≤7", "hidden", 45), ("b", 0, 40, 40))
    assert "between 1 and 7" in released.note


def test_those_without_an_event_are_protected_too() -> None:
    rows = (("discharge", 98, 100, 98.0), ("3m", 60, 100, 60.0))
    responders = Table(
        "r",
        "R",
        ("visit", "responders", "observed", "percent"),
        rows,
        counts=("responders", "observed"),
        derived={"percent": "responders"},
        parts={"responders": "observed"},
    )
    assert release_table(responders, RULE).rows == (("discharge", "hidden", 100, "hidden"), rows[1])


def test_an_estimate_beside_a_small_count_goes_although_nobody_declared_it() -> None:
    differences = Table("d", "D", ("visit", "difference", "n"), (("3m", 2.5, 4), ("6m", 1.5, 40)), ("n",))
    assert release_table(differences, RULE).rows == (("3m", "hidden", "≤7"), ("6m", 1.5, 40))


def test_shares_are_computed_from_the_rounded_counts() -> None:
    shares = release_shares({"trained": Share(13, 48)}, Disclosure(round_to=5))
    assert shares == {"trained": {"count": 15, "of": 50, "share": 0.3}}
    small = release_shares({"trained": Share(3, 48)}, RULE)
    assert small == {"trained": {"count": None, "of": 48, "share": None}}


def test_a_share_gives_away_no_small_number_of_another() -> None:
    """Three were not trained; three had ETMI of somebody not yet trained."""
    staff = {"clinicians_trained": Share(125, 128), "clinicians_delivering": Share(70, 125)}
    released = release_shares(staff, RULE)
    assert [released[name]["count"] for name in staff] == [None, 70] and released["clinicians_delivering"][
        "of"
    ] is None
    when = {"patients_receiving": Share(695, 4108), "patients_receiving_when_trained": Share(692, 2418)}
    first, second = release_shares(when, RULE).values()
    assert None in (first["count"], second["count"])
    same = {**when, "patients_receiving_when_trained": Share(695, 2418)}
    assert [one["count"] for one in release_shares(same, RULE).values()] == [695, 695]


def test_an_average_goes_with_a_visit_that_would_follow_from_it() -> None:
    """At a visit of 9 people; one of 7 is no part of the average."""
    visits = [replace(estimate(None, n, n / 2), visit=v) for v, n in (("3m", 40), ("6m", 9), ("12m", 7))]
    every = [*visits, replace(estimate(None, 40, 3.25), visit="average")]
    shown = [[e.estimate for e in release_estimates(every, Disclosure(most))] for most in (7, 10)]
    assert shown == [[20.0, 4.5, None, 3.25], [20.0, None, None, None]]


def estimate(subgroup, n, value=2.0) -> Estimate:
    return Estimate(
        "function", "3m", "difference", "mmrm", "ATE", value, n_etmi=n, n_usual_care=50, subgroup=subgroup
    )


def test_a_group_is_not_what_is_left_of_everybody() -> None:
    groups = [estimate(None, 30), estimate("sex = f", 25), estimate("sex = m", 5)]
    everybody, women, men = release_estimates(groups, RULE)
    assert (everybody.n_etmi, women.n_etmi, men.n_etmi) == (30, None, None)
    assert (women.estimate, men.estimate) == (2.0, None)
    assert "7 people or fewer" in men.meaning


def test_no_sentence_names_a_small_group() -> None:
    said = (
        f"Only {people(5)} patients answered.",
        f"Of {people(1203)} episodes, {people(402)} were complete: {share(402, 1203)}.",
        f"Known for {share(4, 23)} with ETMI and {share(23, 62)} with usual care.",
        f"Known for {share(20, 23)}: all but few.",
        "For every 5 people treated one more gets better. At 3 months the difference was 5.2 points.",
    )
    released = release(Answer("a", "A?", said), Disclosure(round_to=5))
    assert released.sentences == (
        "Only 7 or fewer patients answered.",
        "Of 1,205 episodes, 400 were complete: 33%.",
        "Known for (not shown) with ETMI and 42% with usual care.",
        "Known for (not shown): all but few.",
        said[4],
    )


def test_every_number_of_people_in_a_sentence_is_marked() -> None:
    drawn = draw(1624, seed=3)
    data = memory_data(landed(drawn), Study(), languages=languages(drawn))
    unmarked = re.compile(
        r"(?<!every )(?<!than )(?<![\d.,−⟦/])\b\d[\d,]*(?= (?:\w+ )?(?:people|patients|episodes|women|men)\b)"
    )
    for answer in answers(data):
        texts = (*answer.sentences, *answer.warnings, *(e.meaning for e in answer.estimates))
        texts += tuple(warning for e in answer.estimates for warning in e.warnings)
        assert [text for text in texts if unmarked.search(text)] == []


def test_few_excluded_are_hidden_by_those_before_them() -> None:
    """Those who are left stand in every other table too: hiding them here would hide nothing."""
    rows = (("all", 270, 1354, 1624), ("adults", 270, 1354, 1624), ("with symptoms", 268, 1334, 1602))
    flow = release_table(table(rows, total_column="total", nested_rows={1: 0, 2: 1}), RULE)
    assert flow.rows[2] == rows[2]
    assert [row[1] for row in flow.rows[:2]] == ["hidden", "hidden"]
    assert [row[3] for row in flow.rows[:2]] == [1624, 1624]
