"""My progress: function before pain, each with a sentence, a chart with the smallest change that matters, a table."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from amble.care.assessments.models import Assessment, Response, Score
from amble.care.journey import charts
from amble.care.journey.actions import weeks
from amble.vocabulary import Visit
from tests import factories

pytestmark = pytest.mark.django_db
START = timezone.localdate() - timedelta(days=60)


@pytest.fixture
def person(client):
    here = factories.clinic()
    patient = factories.started(here, factories.member(here), on=START)
    client.force_login(patient.user)
    return patient


def score(person, instrument: str, scale: str, *values: float) -> None:
    for visit, value in zip((Visit.BASELINE, Visit.WEEK_6, Visit.MONTH_3), values, strict=False):
        response, _ = Response.objects.get_or_create(
            assessment=Assessment.objects.get(episode=person.episode, visit=visit),
            instrument=instrument,
            defaults={"version": "1", "mode": "own_device"},
        )
        day = START + timedelta(days={Visit.BASELINE: 0, Visit.WEEK_6: 42, Visit.MONTH_3: 59}[visit])
        Score.objects.create(
            response=response,
            episode=person.episode,
            instrument=instrument,
            scale=scale,
            visit=visit,
            day=day,
            value=value,
        )


def everything(person) -> None:
    score(person, "pain_nrs", "pain", 6, 5)
    score(person, "fear_of_activity", "fear_avoidance", 70, 40)
    score(person, "activity_level", "activity_level", 0, 2)
    score(person, "rmdq", "function", 40, 75)


def page(client) -> str:
    return client.get(reverse("my-progress")).content.decode()


def test_function_comes_first_and_pain_last(client, person):
    everything(person)
    headings = re.findall(r'<h2 id="(\w+)"', page(client))
    assert headings == ["function", "activity_level", "fear_avoidance", "pain"]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ((40,), "This is my first answer."),
        ((40, 75), "I can do clearly more than when I began."),
        ((40, 45), "It is too early to call it a clear change."),
        ((40, 40), "What I can do is about the same as when I began."),
        ((75, 40), "Everyday things are harder than when I began."),
    ],
)
def test_one_plain_sentence_says_whether_the_change_matters(client, person, values, says):
    score(person, "rmdq", "function", *values)
    assert says in page(client)


def test_every_value_of_a_chart_is_in_its_table(client, person):
    everything(person)
    text = page(client)
    tables = re.findall(r"<table.*?</table>", text, re.DOTALL)
    values = [re.findall(r"<td[^>]*>([^<]+)</td>\s*</tr>", table) for table in tables]
    assert values == [["40", "75"], ["none", "3+"], ["70", "40"], ["6", "5"]]
    assert len(re.findall(r'<svg role="img" aria-label="[^"]+"', text)) == len(tables)


def test_the_smallest_change_that_matters_is_drawn_where_one_is_known(client, person):
    everything(person)
    sections = re.findall(r'<section [^>]*aria-labelledby="(\w+)">(.*?)</section>', page(client), re.DOTALL)
    assert {line for line, section in sections if charts.BAND in section} == {"function", "pain"}


def test_weeks_are_told_in_a_chart_and_a_table(client, person):
    for week, held_back in ((1, 7), (2, 4)):
        weeks.check_in(
            episode=person.episode,
            week=week,
            days_done=2,
            pain=5,
            held_back=held_back,
            confidence=7,
            anything_new=False,
            by=person.user,
        )
    section = re.search(r'aria-labelledby="weeks">(.*)</section>', page(client), re.DOTALL)[1]
    assert "<svg" in section
    assert re.findall(r"<td[^>]*>(\d+)</td>", section) == ["2", "7", "5", "7", "2", "4", "5", "7"]


def test_a_patient_without_answers_is_told_what_will_be_here(client, person):
    assert "When you have answered your first questions" in page(client)


def test_the_number_of_queries_does_not_grow(client, person, django_assert_max_num_queries):
    score(person, "pain_nrs", "pain", 6)
    with django_assert_max_num_queries(50) as few:
        page(client)
    everything_but_pain = ("rmdq", "function"), ("fear_of_activity", "fear_avoidance")
    for instrument, scale in everything_but_pain:
        score(person, instrument, scale, 10, 20, 30)
    with django_assert_max_num_queries(len(few)):
        page(client)


# --- the charts themselves -------------------------------------------------------------------------------

POINTS = [(START + timedelta(days=30 * n), float(n)) for n in range(8)]


def test_a_chart_is_small_and_carries_no_style_of_its_own():
    svg = charts.line_chart(POINTS, low=0, high=10, title="Pain", band=(2, 6))
    assert len(svg.encode()) < 15_000
    assert "style" not in svg


def test_a_title_cannot_break_out_of_the_picture():
    svg = charts.line_chart(POINTS, low=0, high=10, title='"><script>alert(1)</script>')
    assert "<script" not in svg


def test_time_runs_from_the_right_where_the_language_does():
    mirrored = charts.line_chart(POINTS, low=0, high=10, title="x", right_to_left=True)
    assert mirrored != charts.line_chart(POINTS, low=0, high=10, title="x")
