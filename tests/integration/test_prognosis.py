"""People like me: the patient and the physiotherapist read what the night stored, and nothing where it is not true."""

import copy
import re
from datetime import date
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from amble.care.assessments.models import Assessment, Response, Score
from amble.evaluation.estimators.people_like_me import LEAST_ANSWERS, opened
from amble.evaluation.study.model import Study
from amble.outcomes import material
from amble.outcomes.figures import prognosis as figures
from amble.outcomes.models import Night
from amble.outcomes.pages import outlook, prognosis
from amble.outcomes.pages.outlook import Outlook, Refusal, Step
from amble.outcomes.told import stored
from amble.vocabulary import Visit
from tests import factories, night_material
from tests.spec.programme.reading import grade
from tests.spec.programme.test_words import ALARMING, BLAMING, has

pytestmark = pytest.mark.django_db
AMBLE = Path(__file__).parents[2] / "amble"
MINE = "/my/progress/people-like-me/"
AT_START = {
    ("rmdq", "function"): 50.0,
    ("pain_nrs", "pain"): 6.0,
    ("fabq_pa", "fear_avoidance"): 58.3,
    ("activity_level", "activity_level"): 1.0,
}


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    """What the night keeps of the simulated service, released."""
    snapshot, operations = night_material.write(tmp_path_factory.mktemp("prognosis"))
    with material.opened(snapshot, operations) as con:
        clinics = {c: c for (c,) in con.execute("SELECT DISTINCT clinic_id FROM episodes").fetchall()}
        made = material.Material(night_material.LAST_DAY, Study(), con, clinics)
        return stored(next(figures.sections(made)), made.study.disclosure)


@pytest.fixture
def night(content):
    return keep(content)


def keep(content) -> Night:
    now = timezone.now()
    night = Night.objects.create(state=Night.State.GOOD, day=timezone.localdate(), finished_at=now)
    night.sections.create(page="prognosis", position=1, name="prognosis", content=content)
    return night


@pytest.fixture
def person(client):
    here = factories.clinic()
    patient = factories.started(here, factories.member(here))
    for scale, value in AT_START.items():
        score(patient, scale, value)
    client.force_login(patient.user)
    return patient


def score(person, scale, value, visit=Visit.BASELINE, **more) -> None:
    response, _new = Response.objects.get_or_create(
        assessment=Assessment.objects.get(episode=person.episode, visit=visit),
        instrument=scale[0],
        defaults={"version": "1", "mode": "own_device"},
    )
    Score.objects.create(
        response=response,
        episode=person.episode,
        instrument=scale[0],
        scale=scale[1],
        visit=visit,
        day=timezone.localdate(),
        value=value,
        **more,
    )


def read(client, address=MINE) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def of_clinician(client, person) -> str:
    client.force_login(person.episode.clinician)
    return read(client, reverse("patient-prognosis", args=[person.public_id]))


def cells(page) -> list[list[str]]:
    rows = re.findall(r"<tr[^>]*><th[^>]*>.*?</tr>", page, re.DOTALL)
    return [[re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td.*?</td>", row)] for row in rows]


def test_both_pages_show_the_course_of_the_group_that_the_night_stored(client, person, night, content):
    score(person, ("phq4", "depression"), 4, screen_positive=True)
    score(person, ("rmdq", "function"), 66.7, visit=Visit.MONTH_3)
    about = content["more"]["model"]
    model = opened(about["model"])
    known = {
        "function": 50.0,
        "pain": 6.0,
        "fear_avoidance": 58.3,
        "activity_level": "1-2",
        "age_years": person.age_on(timezone.localdate()),
        "sex": "female",
        "depression": "yes",
    }
    course = model.course(model.predicted(known))
    assert len(course.median) == 4 and None not in course.median[:3]
    mine = read(client)
    shown = [row for row in cells(mine) if len(row) == 4]
    own = {0: "50", 2: "67"}
    for v, row in enumerate(shown):
        told = ["–", "–", "–"]
        if v and course.median[v - 1] is not None:
            n, low, middle, high = (getattr(course, k)[v - 1] for k in ("n", "low", "median", "high"))
            told = [str(n), f"{middle:.0f}", f"{low:.0f}–{high:.0f}"]
        assert row == [*told, own.get(v, "–")]
    text = " ".join(re.sub(r"<[^>]+>", "", mine).split())
    assert (
        f"About {course.n[1]} of them told us" in text
        and f"could do at least this much: {course.median[1]:.0f}." in text
    )
    assert f"About 8 in 10 were from {course.low[1]:.0f} to {course.high[1]:.0f}." in text
    assert '<svg role="img" aria-label="What people' in mine and "style=" not in mine
    theirs = of_clinician(client, person)
    ends = [f"{end:.0f}" for end in (course.low[1], course.median[1], course.high[1])]
    assert [f"{course.n[1]} of {course.over[1]}", *ends, "67"] in cells(theirs)
    assert f"{about['visits']['3m']['inside']} in 100 came out in the range told" in theirs
    assert "positive" in theirs and ">not known<" in theirs  # anxiety was not asked


def test_the_physiotherapist_is_told_what_it_must_not_be_used_for(client, person, night):
    page = of_clinician(client, person)
    assert "no reason to withhold, shorten or end care" in page
    assert "does not compare ETMI with usual care" in page
    assert "Who did not answer is not in the range" in page


def test_nobody_is_sorted_by_it(client, person, night):
    """No page of many patients asks for it: only the two pages of one patient read the model."""
    client.force_login(person.episode.clinician)
    for name in ("today", "patients"):
        assert "prognosis" not in read(client, reverse(name))
    users = [file for file in AMBLE.rglob("*.py") if re.search(r"\boutlook\.of\(", file.read_text("utf-8"))]
    assert [file.name for file in users] == ["prognosis.py"]


def test_nobody_meets_it_unasked(client, person, night):
    """One link, on the page that a patient opens to see how things went; not at home, in no letter, in no e-mail."""
    assert MINE in read(client, reverse("my-progress"))
    for name in ("my-home", "my-messages", "my-activity"):
        assert MINE not in read(client, reverse(name))


def test_a_safety_answer_comes_first(client, person, night):
    factories.answer_safety(person, "saddle-numbness", occasion="check_in")
    assert client.get(MINE)["Location"] == reverse("my-advice")


def changed(content, **checks):
    """The same night's content, with something else found by the checks."""
    new = copy.deepcopy(content)
    for check in new["more"]["model"]["visits"].values():
        check.update(checks)
    return new


def no_night(person, content):
    pass


def too_few(person, content):
    keep({**content, "more": {"model": {"refused": "too_few"}}})


def not_asked(person, content):
    keep(content)
    Score.objects.filter(scale="function").delete()


def other_questionnaire(person, content):
    keep(content)
    Score.objects.filter(scale="function").update(instrument="psfs")


def recent(person, content):
    keep(content)
    person.episodes.update(symptom_months=1)


def very_old(person, content):
    keep(content)
    type(person).objects.update(birth_date=date(1915, 1, 1))


def at_the_very_bottom(person, content):
    keep(content)
    Score.objects.filter(scale="function").update(value=0)


def came_out_otherwise(person, content):
    keep(changed(content, verdict="poor"))


REFUSED = {
    no_night: Refusal.NOT_YET,
    too_few: Refusal.NOT_YET,
    not_asked: Refusal.NO_START,
    other_questionnaire: Refusal.OTHER_WAY,
    recent: Refusal.RECENT,
    very_old: Refusal.UNLIKE,
    at_the_very_bottom: Refusal.UNLIKE,
    came_out_otherwise: Refusal.POOR,
}


@pytest.mark.parametrize(
    ("case", "reason"), REFUSED.items(), ids=lambda value: getattr(value, "__name__", "")
)
def test_a_course_is_refused_with_its_reason_and_no_number(client, person, content, case, reason):
    case(person, content)
    mine, theirs = read(client), of_clinician(client, person)
    assert str(escape(prognosis.TO_PATIENT[reason])) in mine
    assert str(escape(prognosis.TO_PHYSIOTHERAPIST[reason])) in theirs
    assert all('<svg role="img"' not in page and "8 in 10" not in page for page in (mine, theirs))


def test_a_visit_that_did_not_come_true_is_not_told_and_the_others_are(client, person, content):
    new = copy.deepcopy(content)
    new["more"]["model"]["visits"]["3m"]["verdict"] = "poor"
    keep(new)
    found = outlook.of(person.episode, Night.objects.get())
    assert "3m" not in {step.visit for step in found.steps} and found.steps
    assert "After 3 months</h2>" not in read(client)


def test_everything_stored_rests_on_enough_people(content):
    model = opened(content["more"]["model"]["model"])
    told = 0
    for course in model.courses:
        for n, *ends in zip(course.n, course.low, course.median, course.high, strict=True):
            told += ends[0] is not None
            assert ends == [None] * 3 or n >= LEAST_ANSWERS
            assert n % 5 == 0 and all(end is None or end == int(end) for end in ends)
    assert told > 100


def an_outlook(start, *steps) -> Outlook:
    told = tuple(
        Step(v, 100, 150, *ends, 500, 80) for v, ends in zip(("discharge", "3m"), steps, strict=True)
    )
    return Outlook(150, 1500, told, ("discharge", "3m"), start, {}, {})


@pytest.mark.parametrize(
    ("start", "last", "words"),
    [
        (50, (40, 71, 90), "further"),
        (50, (40, 70, 90), "more"),
        (20, (10, 21, 60), "more"),
        (20, (5, 20, 60), "even"),
        (96, (70, 90, 100), "even"),
    ],
)
def test_the_words_fit_the_course(start, last, words):
    assert prognosis.tone(an_outlook(start, (0, 1, 2), last)) == words


@pytest.mark.parametrize("start", [33.3, 50.0, 91.7])
def test_the_words_are_easy_hopeful_and_promise_nothing(client, person, night, start):
    Score.objects.filter(scale="function").update(value=start)
    page = read(client)
    main = re.search(r"<main.*</main>", page, re.DOTALL)[0]
    main = re.sub(r"<(svg|table).*?</\1>|<summary.*?</summary>", "", main, flags=re.DOTALL)
    texts = [
        " ".join(re.sub(r"<[^>]+>", "", t).split())
        for t in re.findall(r"<(?:p|li)\b.*?</(?:p|li)>", main, re.DOTALL)
    ]
    texts = [text for text in texts if re.search(r"[.?]$", text)]
    assert len(texts) > 3
    assert grade(" ".join(texts)) <= 6.5
    assert not [
        text for text in texts if has(ALARMING, text) or has(BLAMING, text) or "!" in text or "%" in text
    ]
    assert not has("will (get|be|improve|recover)|you can expect|prognosis|predict\\w*", " ".join(texts))
    assert "What this is not" in page and "Nobody can know how it will go for one person" in page


def test_the_pages_ask_the_database_little(client, person, night, django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        read(client)
