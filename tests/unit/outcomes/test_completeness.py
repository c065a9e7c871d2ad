"""The figures of completeness against slow counting of the same rows, and what of them may be shown."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from amble.evaluation import run
from amble.evaluation.engine import DuckDB
from amble.evaluation.report.disclosure import hidden
from amble.evaluation.study.model import Disclosure, Study
from amble.outcomes.figures import completeness
from amble.outcomes.figures.completeness import counts, outcomes, page, release
from amble.outcomes.told import opened, stored
from tests.differencing import flat, worked_out

DAY = date(2023, 3, 31)
WEEK = timedelta(days=7)
CHANGE = """
-- Some withdrew, some were never reminded, some only a week later; a few answers came late or without a mode.
UPDATE assessments SET withdrawn = true WHERE hash(episode_id) % 11 = 0;
UPDATE assessments SET due_reminder_date = NULL WHERE hash(episode_id || visit) % 7 = 0;
UPDATE assessments SET overdue_reminder_date = NULL WHERE hash(episode_id || visit) % 5 = 0;
UPDATE assessments SET completed_date = due_date + 12 + (hash(episode_id) % 9)::INT
WHERE completed_date > due_date AND hash(episode_id || visit) % 3 = 0;
UPDATE assessments SET mode = NULL WHERE hash(visit || episode_id) % 13 = 0;
"""


@pytest.fixture
def material(night):
    return night(DAY, change=CHANGE)


@pytest.fixture
def asked(material, rows_of):
    """What was due by the day of care that has begun, and not withdrawn without an answer."""
    of = {row["episode_id"]: row for row in rows_of(material, "referrals") if row["start_date"]}
    rows = [
        row | {"of": of[row["episode_id"]]}
        for row in rows_of(material, "assessments")
        if row["due_date"] <= DAY and row["episode_id"] in of
    ]
    return [row for row in rows if is_answered(row) or not row["withdrawn"]]


def is_answered(row) -> bool:
    return row["completed_date"] is not None and row["completed_date"] <= DAY


def answers(material, clinic=None) -> dict:
    return {
        told.answer.name: told.answer for told in completeness.sections(material) if told.clinic == clinic
    }


def table(answer, name) -> dict:
    found = next(t for t in answer.tables if t.name == name)
    return {row[0]: dict(zip(found.columns, row, strict=True)) for row in found.rows}


def assert_states(row, asked) -> None:
    answered = sum(is_answered(one) for one in asked)
    missed = sum(not is_answered(one) and one["closes_date"] < DAY for one in asked)
    assert (row["due"], row["answered"]) == (len(asked), answered)
    if "missed" in row:
        assert (row["missed"], row["open"]) == (missed, len(asked) - answered - missed)
    if asked:
        assert row["percent_answered"] == pytest.approx(100 * answered / len(asked), abs=0.051)


def test_whoever_may_still_answer_is_not_counted_as_silent(material, rows_of):
    closes = {
        r["episode_id"]: r["closes_date"]
        for r in rows_of(material, "assessments")
        if r["visit"] == "discharge"
    }
    scored = {
        (r["episode_id"], r["visit"]) for r in rows_of(material, "scores") if r["measure"] == "function"
    }
    over = [
        row["episode_id"]
        for row in rows_of(material, "episodes")
        if row["age_years"] >= 18
        and (row["symptom_months"] is None or row["symptom_months"] >= 3)
        and closes[row["episode_id"]] < DAY
    ]
    known = [one for one in over if {(one, "baseline"), (one, "discharge")} <= scored]
    found = next(told for told in completeness.sections(material) if told.answer.name == "outcomes_complete")
    said = " ".join(stored(found, Disclosure())["answer"]["sentences"])
    assert f"Of the {len(over):,} others the outcome is known for {100 * len(known) / len(over):.0f}%" in said


@pytest.mark.parametrize(("settled", "told"), [((300, 110), True), ((397, 115), False), ((300, 117), False)])
def test_nothing_is_told_where_few_would_be_left(settled, told):
    cells = {"eligible": 400, "complete": 120}
    row = dict(zip(("eligible", "complete"), settled, strict=True))
    assert bool(list(outcomes._settled(cells, row, 7))) is told


def test_states_by_visit_clinic_physiotherapist_and_month(material, asked):
    service = answers(material)
    for visit, row in table(service["measures_due"], "completeness_by_visit").items():
        assert_states(row, [one for one in asked if visit in ("all visits", one["visit"])])
    for month, row in table(service["completeness_over_time"], "completeness_by_month").items():
        assert_states(row, [one for one in asked if f"{one['due_date']:%Y-%m}-01" == month])
    clinics = table(service["measures_due"], "completeness_by_clinic")
    for clinic, name in material.own_clinics.items():
        here = [one for one in asked if one["clinic_id"] == clinic]
        assert_states(clinics[name], here)
        told = table(answers(material, clinic)["measures_due"], "completeness_by_clinician")
        assert told.keys() == {one["of"]["clinician_id"] for one in here}
        for clinician, row in told.items():
            assert_states(row, [one for one in here if one["of"]["clinician_id"] == clinician])


def test_what_is_due_later_does_not_count_and_what_is_due_today_does(material, asked):
    due = table(answers(material)["measures_due"], "completeness_by_visit")["all visits"]["due"]
    assert any(one["due_date"] == DAY for one in asked)
    every = material.con.execute("SELECT count(*) FROM assessments").fetchone()[0]
    assert due == len(asked) < every


def test_modes_and_arms(material, asked):
    service = answers(material)
    told = table(service["measures_due"], "completeness_by_mode")
    for mode, words in page.MODE_WORDS.items():
        counted = sum(is_answered(one) and (one["mode"] or "not_recorded") == mode for one in asked)
        assert told[words]["answered"] == counted
    for arm, words in (("etmi", "ETMI"), ("usual_care", "usual care")):
        row = table(service["measures_by_arm"], "measures_by_arm")[words]
        assert_states(row, [one for one in asked if one["of"]["arm"] == arm])
    (estimate,) = service["measures_by_arm"].estimates
    etmi, usual = (
        [is_answered(one) for one in asked if one["of"]["arm"] == arm] for arm in ("etmi", "usual_care")
    )
    assert estimate.estimate == pytest.approx(sum(etmi) / len(etmi) - sum(usual) / len(usual))
    assert (estimate.n_etmi, estimate.n_usual_care) == (len(etmi), len(usual))
    treating = {one["of"]["clinician_id"] for one in asked if one["of"]["arm"] == "etmi"}
    assert estimate.df == len(treating) - 1, "the interval goes by physiotherapists, not by measures"


def became(row) -> str:
    reminders = sorted(day for day in (row["due_reminder_date"], row["overdue_reminder_date"]) if day)
    if not is_answered(row):
        if row["closes_date"] >= DAY:
            return "open"
        return "reminded" if reminders else "silent"
    done = row["completed_date"]
    if not reminders or done < reminders[0]:
        return "before"
    newest = [day for day in reminders if day <= done][-1]
    if done > newest + WEEK:
        return "later"
    return "first" if newest == reminders[0] else "second"


def test_what_became_of_them_with_the_reminders(material, asked):
    told = table(answers(material)["reminders"], "reminders")
    counted = dict.fromkeys(page.BECAME, 0)
    for row in asked:
        counted[became(row)] += 1
    assert {words: told[words]["measures"] for words in told} == {
        words: counted[name] for name, words in page.BECAME.items()
    }
    assert all(counted.values()), "the rows try every way"
    assert any("not proof" in text for text in answers(material)["reminders"].sentences)


def test_complete_outcomes_are_those_of_the_report_beside_the_studys_number(night, written):
    """The same share, arm by arm as well, as implementation.outcomes_complete of results.json."""
    study = replace(Study(), disclosure=Disclosure(suppress_up_to=0), repetitions=20)
    with DuckDB() as engine:
        gathered = run.scan(written[0], study, engine)
        report = run.report_of(gathered, (), {})
    material = replace(night(study=study), report=report)
    answer = answers(material)["outcomes_complete"]
    share = report.implementation["outcomes_complete"]
    assert f"That is ⟦{share.part}⟧ of ⟦{share.whole}⟧." in answer.sentences[1]
    clinics = table(answer, "outcomes_complete_by_clinic").values()
    assert sum(row["complete"] for row in clinics) == share.part
    assert sum(row["eligible"] for row in clinics) == share.whole
    arms = table(answer, "outcomes_complete_by_arm")
    assert (arms["ETMI"]["complete"] + arms["usual care"]["complete"]) == share.part
    assert "published by the ETMI study, not counted here: 1,624 of 4,193" in answer.sentences[2]
    assert "38.7% (printed as 39.0%" in answer.sentences[2]


THIN = CHANGE + "DELETE FROM assessments WHERE hash(episode_id) % 9 > 0"
# In one clinic only a mode is rare, so that it could be had from the service less the other clinics.
ONE_CLINIC = """
UPDATE assessments SET mode = 'own_device' WHERE clinic_id = 'c00003' AND mode = 'paper' AND episode_id NOT IN (
    SELECT episode_id FROM assessments WHERE clinic_id = 'c00003' AND mode = 'paper' ORDER BY 1 LIMIT 2);
"""


@pytest.mark.parametrize("change", [THIN, ONE_CLINIC], ids=["thin", "one clinic"])
def test_nothing_that_is_hidden_follows_from_the_other_tables(night, change):
    """All tables of the service and of every clinic at once."""
    found = counts.count(night(DAY, change=change))
    cells = release.shown(found, Study().disclosure)
    shown = flat(cells)
    truth = {key: n for key, n in flat(found.cuts).items() if key in shown}
    sums, parts = {}, []
    for key in list(truth):
        clinic, by, value, name = key
        if by in ("visit", "quarter", "month", "clinician_id", "mode"):
            sums.setdefault(((clinic, "all", None, name), by), []).append(key)
        if clinic is not None and by != "clinician_id":
            sums.setdefault(((None, by, value, name), "clinics"), []).append(key)
        if by == "month":
            first = date.fromisoformat(value)
            quarter = f"{first.replace(month=first.month - (first.month - 1) % 3)}"
            sums.setdefault(((None, "quarter", quarter, name), "months"), []).append(key)
        if by in ("all", "visit") and name == "due":
            sums[key, "states"] = [(*key[:3], state) for state in ("answered", "open", "missed")]
        if by == "became":
            state = {"open": "open", "reminded": "missed", "silent": "missed"}.get(value, "answered")
            sums.setdefault(((clinic, "all", None, state), "became"), []).append(key)
        if name == "answered" and (*key[:3], "due") in truth:
            parts.append((key, (*key[:3], "due")))
    for whole, _ in sums:
        truth.setdefault(whole, sum(truth[key] for key in sums.get((whole, "clinics"), ())))
    most = Study().disclosure.suppress_up_to
    assert any(hidden(cell) for cell in shown.values())
    assert worked_out(shown, truth, [(whole, keys) for (whole, _), keys in sums.items()], parts, most) == []


def test_what_is_stored_comes_back_with_its_pictures(night):
    every = completeness.sections(night(DAY, study=Study(), change=CHANGE))
    for told in (told for told in every if told.clinic in (None, "c00003")):
        answer, pictures, _more = opened(stored(told, Study().disclosure))
        assert answer.sentences and all(pictures.values()), answer.name


def test_a_service_without_measures_says_so(night):
    material = night(DAY, change="DELETE FROM assessments")
    told = answers(material)["measures_due"]
    assert told.sentences == ("No measures have fallen due yet.",)
