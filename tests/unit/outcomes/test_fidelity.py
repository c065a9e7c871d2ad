"""The figures of fidelity against slow counting of the same rows, and what of them may be shown."""

import re
import statistics
from datetime import date

import pytest

from amble.evaluation.marks import MARK
from amble.evaluation.report.disclosure import hidden, release
from amble.evaluation.study.model import Study
from amble.outcomes.figures import fidelity
from amble.outcomes.figures.fidelity import counts
from amble.outcomes.figures.fidelity import release as joint
from amble.outcomes.told import opened, stored
from amble.programme import fidelity as checklist
from tests.differencing import flat, worked_out

DAY = date(2023, 3, 31)
CHANGE = """
-- Raters see more than is ticked, a second rater comes later, and one session's clinician was not noted.
UPDATE ratings SET breaches = ['alarming-explanation', 'manual-therapy'] WHERE hash(episode_id) % 4 = 0;
UPDATE ratings SET fidelity = least(fidelity + hash(episode_id) % 15, 100);
INSERT INTO ratings SELECT * REPLACE ('zz' AS rater_id, date + 1 AS date, 1.0 AS fidelity, []::VARCHAR[] AS breaches)
FROM ratings WHERE hash(episode_id) % 3 = 0;
UPDATE etmi_sessions SET clinician_id = NULL WHERE episode_id = (SELECT min(episode_id) FROM etmi_sessions);
"""


@pytest.fixture
def material(night):
    return night(DAY, change=CHANGE)


@pytest.fixture
def rows(material, rows_of):
    """Sessions up to the day, each with its first rating under "rating"."""
    ratings = {}
    for rating in sorted(rows_of(material, "ratings"), key=lambda r: (r["date"], r["rater_id"])):
        ratings.setdefault((rating["episode_id"], rating["number"]), rating)
    sessions = [s for s in rows_of(material, "etmi_sessions") if s["date"] <= DAY]
    return [s | {"rating": ratings.get((s["episode_id"], s["number"]))} for s in sessions]


def answers(material, clinic=None) -> dict:
    return {told.answer.name: told.answer for told in fidelity.sections(material) if told.clinic == clinic}


def table(answer, name) -> dict:
    """First cell -> the row as column -> cell."""
    found = next(t for t in answer.tables if t.name == name)
    return {row[0]: dict(zip(found.columns, row, strict=True)) for row in found.rows}


def assert_scores(row, sessions) -> None:
    scored = [s["fidelity"] for s in sessions if s["fidelity"] is not None]
    adherent = sum(s["fidelity"] is not None and s["fidelity"] >= 80 and not s["breaches"] for s in sessions)
    assert (row["sessions"], row["scored"], row["adherent"]) == (len(sessions), len(scored), adherent)
    assert row["with_breach"] == sum(bool(s["breaches"]) for s in sessions)
    if len(scored) > 1:
        quartiles = statistics.quantiles(scored, method="inclusive")
        told = [
            row[name] for name in ("mean", "standard_deviation", "lower_quartile", "median", "upper_quartile")
        ]
        slow = [statistics.mean(scored), statistics.stdev(scored), *quartiles]
        assert told == pytest.approx(slow, abs=0.051)
        assert row["percent_adherent"] == pytest.approx(100 * adherent / len(scored), abs=0.051)


def test_scores_by_session_clinic_and_physiotherapist(material, rows):
    service = answers(material)["fidelity_scores"]
    for name, row in table(service, "fidelity_by_session").items():
        n = None if name == "All sessions" else int(name.split()[-1])
        assert_scores(row, [s for s in rows if n in (None, s["guide_session"])])
    for clinic, name in material.own_clinics.items():
        here = [s for s in rows if s["clinic_id"] == clinic]
        assert_scores(table(service, "fidelity_by_clinic")[name], here)
        told = table(answers(material, clinic)["fidelity_scores"], "fidelity_by_clinician")
        assert told.keys() == {s["clinician_id"] or "not recorded" for s in here}
        for one, row in told.items():
            assert_scores(row, [s for s in here if (s["clinician_id"] or "not recorded") == one])


def test_breaches_by_kind_and_months(material, rows):
    service = answers(material)
    told = table(service["fidelity_scores"], "fidelity_breaches")
    for breach in checklist.checklist(1).breaches:
        assert told[breach.text]["sessions"] == sum(breach.id in s["breaches"] for s in rows)
    months = table(service["fidelity_over_time"], "fidelity_by_month")
    assert sum(row["scored"] for row in months.values()) == sum(s["fidelity"] is not None for s in rows)
    for month, row in months.items():
        scores = [
            s["fidelity"] for s in rows if f"{s['date']:%Y-%m}-01" == month and s["fidelity"] is not None
        ]
        assert row["scored"] == len(scores)
        assert row["mean"] == (None if not scores else pytest.approx(statistics.mean(scores), abs=0.051))


def test_parts_of_the_checklist(material, rows):
    names = {item.id: item.domain_name for item in checklist.all_items()}
    told = table(answers(material)["fidelity_domains"], "fidelity_domains")
    for part, row in told.items():
        marks = [
            mark
            for s in rows
            if s["fidelity"] is not None
            for item, mark in s["marks"].items()
            if names[item] == part and mark is not None
        ]
        assert row["marked_of_100"] == pytest.approx(50 * statistics.mean(marks), abs=0.051)


def test_self_report_against_the_first_rating(material, rows):
    rated = [s for s in rows if s["rating"]]
    answer = answers(material)["fidelity_rated"]
    told = table(answer, "fidelity_rated_by_clinic")
    assert sum(row["rated"] for row in told.values()) == len(rated)
    apart = [s["fidelity"] - s["rating"]["fidelity"] for s in rated if s["fidelity"] is not None]
    row = table(answer, "fidelity_self_and_rater")[len(apart)]
    assert row["difference"] == pytest.approx(statistics.mean(apart), abs=0.051)
    assert row["95_of_100_from"] < row["low"] < row["difference"] < row["high"] < row["95_of_100_to"]
    missed = table(answer, "fidelity_breaches_missed")
    for breach in checklist.checklist(1).breaches:
        seen = [s for s in rated if breach.id in s["rating"]["breaches"]]
        row = missed[breach.text]
        assert row["seen_by_rater"] == len(seen)
        assert row["not_ticked"] == sum(breach.id not in s["breaches"] for s in seen)


def test_the_interval_goes_by_physiotherapists(night):
    """Where each of them is off by as much in all sessions, ten sessions tell no more of them than one."""
    off = "UPDATE ratings r SET fidelity = s.fidelity - hash(s.clinician_id) % 20 FROM etmi_sessions s "
    material = night(DAY, change=off + "WHERE s.episode_id = r.episode_id AND s.number = r.number")
    (row,) = table(answers(material)["fidelity_rated"], "fidelity_self_and_rater").values()
    spread = (row["95_of_100_to"] - row["95_of_100_from"]) / 2
    assert (row["high"] - row["low"]) / 2 > 1.2 * spread / row["sessions"] ** 0.5


def test_agreement_by_item(material, rows):
    """Per cent alike and AC1 from the pairs themselves."""
    told = table(answers(material)["fidelity_rated"], "fidelity_agreement")
    for item in checklist.all_items():
        pairs = [(s["marks"].get(item.id), s["rating"]["marks"].get(item.id)) for s in rows if s["rating"]]
        pairs = [pair for pair in pairs if None not in pair]
        if not pairs:
            assert item.text not in told
            continue
        row, n = told[item.text], len(pairs)
        same = sum(own == seen for own, seen in pairs) / n
        shares = [sum((own == k) + (seen == k) for own, seen in pairs) / (2 * n) for k in range(3)]
        chance = sum(p * (1 - p) for p in shares) / 2
        assert row["pairs"] == n
        assert row["percent_same"] == pytest.approx(100 * same, abs=0.051)
        assert row["ac1"] == pytest.approx((same - chance) / (1 - chance), abs=0.0051)


# In one clinic only something is rare, so that it could be had from the service less the other clinics.
ONE_CLINIC = """
UPDATE etmi_sessions SET breaches = CASE WHEN hash(episode_id) % 3 = 0 THEN ['manual-therapy'] ELSE [] END;
UPDATE etmi_sessions SET breaches = [] WHERE clinic_id = 'c00003' AND episode_id NOT IN (
    SELECT episode_id FROM etmi_sessions WHERE clinic_id = 'c00003' AND len(breaches) > 0 ORDER BY 1 LIMIT 2);
"""


@pytest.mark.parametrize("change", [CHANGE, ONE_CLINIC], ids=["much", "one clinic"])
def test_nothing_that_is_hidden_follows_from_the_other_tables(night, change):
    """All tables of the service and of every clinic at once: no small count can be subtracted out of them."""
    found = counts.count(night(DAY, change=change))
    most = Study().disclosure.suppress_up_to
    cells = joint.shown(found, Study().disclosure)
    shown = flat(cells)
    truth = {key: n for key, n in flat(found.cuts).items() if key in shown}
    sums, parts = {}, []
    for key in list(truth):
        clinic, by, value, name = key
        if by not in ("all", "kind"):
            sums.setdefault(((clinic, "all", None, name), by), []).append(key)
        if clinic is not None and by in ("all", "session", "kind", "quarter"):
            sums.setdefault(((None, by, value, name), "clinics"), []).append(key)
        if by == "month" and name == "scored":
            sums.setdefault(((None, "quarter", quarter(value), name), "months"), []).append(key)
        of = counts.KINDS if by == "kind" and name != "missed" else {}
        whole = (clinic, "all", None, of[name]) if of else (clinic, by, value, PART_OF.get(name))
        if whole in truth:
            parts.append((key, whole))
    for whole, _ in sums:
        truth.setdefault(whole, sum(truth[key] for key in sums.get((whole, "clinics"), ())))
    assert any(hidden(cell) for cell in shown.values())
    assert worked_out(shown, truth, [(whole, keys) for (whole, _), keys in sums.items()], parts, most) == []


PART_OF = counts.PART_OF | {"missed": "seen"}


def quarter(month: str) -> str:
    return f"{month[:5]}{ {1: '01', 2: '04', 3: '07', 4: '10'}[-(-int(month[5:7]) // 3)] }-01"


def test_sentences_say_no_number_that_a_table_hides(night):
    """Physiotherapists' sessions thinned out, so that totals of clinics are hidden too."""
    few = (
        "DELETE FROM etmi_sessions WHERE hash(clinic_id) % 2 = 0 AND number > 1 AND hash(episode_id) % 5 > 0;"
    )
    material = night(
        DAY, study=Study(), change=few + "DELETE FROM etmi_sessions WHERE hash(episode_id) % 4 > 0"
    )
    found = counts.count(material)
    cells = joint.shown(found, Study().disclosure)
    concealed = 0
    for told in fidelity.sections(material):
        row = found.cuts.get((told.clinic, "all"), {}).get(None)
        hides = (
            {row[name] for name, cell in cells[told.clinic, "all"][None].items() if hidden(cell)}
            if row
            else set()
        )
        concealed += len(hides)
        said = {int(n) for text in told.answer.sentences for n in re.findall(r"[⟦/](\d+)", text)}
        assert said & hides == set(), told.answer.name
        assert not any(MARK.search(text) for text in release(told.answer, Study().disclosure).sentences)
    assert concealed


def test_elsewhere_is_named_as_elsewhere_and_the_checklist_as_not_validated(material):
    said = " ".join(answers(material)["fidelity_scores"].sentences)
    assert "not validated" in said
    assert (
        "Published elsewhere, not counted here" in said and "SOLAS (Toomey 2017, BMJ Open 7:e015452)." in said
    )


def test_what_is_stored_comes_back_with_its_pictures(night):
    material = night(DAY, study=Study(), change=CHANGE)
    for told in (told for told in fidelity.sections(material) if told.clinic in (None, "c00003")):
        answer, pictures, _more = opened(stored(told, Study().disclosure))
        assert answer.sentences and pictures.keys() == {figure.name for figure in told.answer.figures}
        if told.clinic is None:
            assert all(pictures.values()), answer.name


def test_a_service_without_etmi_sessions_says_so(night):
    material = night(DAY, change="DELETE FROM etmi_sessions; DELETE FROM ratings")
    for told in fidelity.sections(material):
        assert told.answer.sentences == ("No ETMI session has been recorded yet.",)


def test_without_raters_nothing_is_said_of_agreement(night):
    answer = answers(night(DAY, change="DELETE FROM ratings"))["fidelity_rated"]
    assert answer.sentences[0] == "No session has been rated by a colleague yet."
    assert answer.tables == ()
