"""Answers are saved as they are given. Whatever a person does with tabs, posts and pauses: one response, no loss."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from amble.care.assessments.actions import measures
from amble.care.assessments.models import Answer, Response
from amble.care.assessments.questions import sheet
from amble.vocabulary import Arm, Mode
from tests import factories

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def person():
    here = factories.clinic()
    person = factories.started(here, factories.member(here), Arm.ETMI)
    measures.name_activities(episode=person.episode, names=["Gardening"], by=person.user)
    return person


@pytest.fixture
def baseline(person):
    return person.episode.assessments.get(visit="baseline")


@pytest.fixture
def tab(client, person):
    client.force_login(person.user)
    return client


def address(number: int, visit: str = "baseline") -> str:
    return reverse("my-question", args=[visit, number])


def page_of(assessment, instrument: str):
    return next(step for step in sheet(assessment).steps if step.instrument.id == instrument)


def filled(step, choose=lambda item: item.options[0].value, ticks=()) -> dict:
    """The post of one page as a browser would send it."""
    post = {
        "instrument": step.instrument.id,
        "version": step.instrument.version,
        "shown": " ".join(item.id for item in step.items),
    }
    if step.items[0].kind == "tick":
        return {**post, "ticked": [item.id for item in step.items if item.id in ticks]}
    return {**post, **{item.id: str(choose(item)) for item in step.items}}


def answers(assessment, instrument: str) -> dict:
    rows = Answer.objects.filter(response__assessment=assessment, response__instrument=instrument)
    return dict(rows.values_list("item", "value"))


def test_from_the_first_question_to_the_score(tab, person, baseline):
    asked = sheet(baseline)
    where = address(1)
    for step in asked.steps:
        assert where == address(step.number)
        where = tab.post(where, filled(step, ticks={"item_1", "item_7"})).headers["Location"]
    assert where == address(asked.check_number)
    assert tab.get(where).status_code == 200
    assert person.episode.scores.count() == 0
    sent = tab.post(where, {"send": "yes"})
    assert tab.get(sent.headers["Location"]).status_code == 200
    baseline.refresh_from_db()
    assert baseline.completed_at
    assert person.episode.scores.get(instrument="rmdq", scale="raw").value == 2
    assert Response.objects.filter(assessment=baseline).count() == len({s.instrument.id for s in asked.steps})
    # Sent again from a second tab: the first sending counts.
    assert tab.post(where, {"send": "yes"}).status_code == 302
    assert person.episode.scores.filter(instrument="rmdq", scale="raw").count() == 1


def test_a_page_of_sentences_keeps_what_is_ticked_and_what_is_not(tab, baseline):
    step = page_of(baseline, "rmdq")
    tab.post(address(step.number), filled(step, ticks={"item_2"}))
    assert answers(baseline, "rmdq") == {f"item_{n}": n == 2 for n in range(1, 7)}


def test_with_scripts_an_answer_is_saved_before_continue(tab, baseline):
    pain = page_of(baseline, "pain_nrs")
    assert tab.post(address(pain.number), filled(pain), **HTMX).status_code == 200
    assert answers(baseline, "pain_nrs") == {"pain": 0}
    step = page_of(baseline, "rmdq")
    tab.post(address(step.number), filled(step, ticks={"item_2"}), **HTMX)
    # The sentences not ticked yet were perhaps not read yet: the page still waits for Continue.
    assert answers(baseline, "rmdq") == {"item_2": True}
    assert sheet(baseline).next_number() == step.number
    tab.post(address(step.number), filled(step), **HTMX)
    assert answers(baseline, "rmdq") == {"item_2": False}


def test_an_answer_given_after_the_session_ended_leads_to_sign_in_and_returns(tab, person, baseline):
    """A script is told to leave the page: the sign-in page belongs in no corner of this one."""
    pain = page_of(baseline, "pain_nrs")
    owner = tab.get(address(pain.number)).context["form"]["owner"].value()
    tab.logout()
    sent = tab.post(address(pain.number), {**filled(pain), "owner": owner}, **HTMX)
    assert sent.status_code == 200 and sent["HX-Redirect"].startswith(reverse("account_login"))
    tab.force_login(person.user)
    assert "Your answers are still here." in tab.get(address(pain.number)).content.decode()


def test_coming_back_goes_on_at_the_first_page_without_an_answer(tab, baseline):
    first, second = sheet(baseline).steps[:2]
    tab.post(address(first.number), filled(first))
    page = tab.get(reverse("my-assessment", args=["baseline"])).content.decode()
    assert f'href="{address(second.number)}"' in page


@hypothesis(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    acts=st.lists(
        st.tuples(st.integers(0, 16), st.integers(0, 3), st.booleans(), st.booleans()),
        min_size=1,
        max_size=25,
    )
)
def test_any_interleaving_of_tabs_keeps_the_last_answer_of_each_page(person, acts):
    """Each act: which page, which answer, with or without scripts, sent twice or once. Tabs share the pages."""
    baseline = person.episode.assessments.get(visit="baseline")
    Answer.objects.filter(response__assessment=baseline).delete()
    tabs = [Client(), Client()]
    for each in tabs:
        each.force_login(person.user)
    expected: dict[tuple[str, str], object] = {}
    steps = sheet(baseline).steps
    for turn, (page, choice, scripts, twice) in enumerate(acts):
        step = steps[page % len(steps)]
        ticks = {item.id for place, item in enumerate(step.items) if place % 4 == choice}
        post = filled(step, lambda item, n=choice: item.options[n % len(item.options)].value, ticks)
        for _ in range(2 if twice else 1):
            tabs[turn % 2].post(address(step.number), post, **(HTMX if scripts else {}))
        for item in step.items:
            key = step.instrument.id, item.id
            if item.kind != "tick":
                expected[key] = item.options[choice % len(item.options)].value
            elif item.id in ticks or not scripts or key in expected:
                expected[key] = item.id in ticks
    kept = Answer.objects.filter(response__assessment=baseline)
    assert {(a.response.instrument, a.item): a.value for a in kept.select_related("response")} == expected


@pytest.mark.parametrize("bad", ["11", "-1", "", "much", "٣", "3.5", "1e1", "9" * 100_000, "<b>5</b>"])
def test_an_answer_that_is_none_is_named_and_not_saved(tab, baseline, bad):
    step = page_of(baseline, "pain_nrs")
    response = tab.post(address(step.number), {**filled(step), "pain": bad})
    assert response.status_code == 200
    assert "Choose a number from 0 to 10" in response.content.decode()
    assert not answers(baseline, "pain_nrs")


def test_two_answers_to_one_question_are_not_guessed_between(tab, baseline):
    step = page_of(baseline, "pain_nrs")
    response = tab.post(address(step.number), {**filled(step), "pain": ["3", "8"]})
    assert "Choose one answer only" in response.content.decode()
    assert not answers(baseline, "pain_nrs")


def test_a_page_of_an_older_version_keeps_what_fits(tab, baseline):
    step = page_of(baseline, "rmdq")
    old = {
        **filled(step, ticks={"item_3"}),
        "version": "0",
        "shown": "item_3 item_4 item_99",
        "ticked": ["item_3", "item_99"],
    }
    response = tab.post(address(step.number), old, follow=True)
    assert "have changed" in response.content.decode()
    assert answers(baseline, "rmdq") == {"item_3": True, "item_4": False}


def test_a_question_that_is_not_asked_changes_nothing(tab, baseline):
    post = {"instrument": "impression_of_change", "version": "1", "shown": "change", "change": "3"}
    response = tab.post(address(1), post, follow=True)
    assert "Nothing was changed" in response.content.decode()
    assert not Answer.objects.filter(response__assessment=baseline).exists()


def test_after_the_last_day_nothing_is_taken_and_what_was_answered_stays(tab, baseline):
    step = page_of(baseline, "pain_nrs")
    tab.post(address(step.number), filled(step))
    yesterday = timezone.localdate() - timedelta(days=1)
    baseline.opens_on = baseline.due_on = baseline.closes_on = yesterday
    baseline.save()
    response = tab.post(address(step.number), {**filled(step), "pain": "9"})
    assert response.status_code == 409
    assert "Nothing is lost" in response.content.decode()
    assert answers(baseline, "pain_nrs") == {"pain": 0}


def test_parts_that_are_complete_can_be_sent_before_the_rest(tab, person, baseline):
    pain, rmdq = page_of(baseline, "pain_nrs"), page_of(baseline, "rmdq")
    tab.post(address(pain.number), filled(pain))
    tab.post(address(rmdq.number), filled(rmdq))  # one page of four
    check = address(sheet(baseline).check_number)
    tab.post(check, {"send": "yes"})
    assert person.episode.scores.count() == 0, "a page without an answer is not sent over"
    tab.post(check, {"partly": "yes"})
    assert list(person.episode.scores.values_list("instrument", flat=True)) == ["pain_nrs"]
    baseline.refresh_from_db()
    assert not baseline.completed_at


def test_unnamed_activities_are_not_asked_and_a_rated_one_keeps_its_name(tab, person, baseline):
    shown = [step for step in sheet(baseline).steps if step.instrument.id == "psfs"]
    assert [list(step.texts) for step in shown] == [["activity_1"]]
    assert "Gardening" in shown[0].texts["activity_1"]
    tab.post(address(shown[0].number), filled(shown[0]))
    measures.name_activities(episode=person.episode, names=["Swimming", "Dancing"], by=person.user)
    names = person.episode.valued_activities.values_list("name", flat=True)
    assert list(names) == ["Gardening", "Dancing"]


def test_staff_enter_what_was_said_by_telephone_in_the_same_pages(client, person, baseline, settings):
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(person.episode.clinician)
    step = page_of(baseline, "pain_nrs")
    url = reverse("patient-question", args=[person.public_id, "baseline", step.number])
    assert client.get(f"{url}?mode=telephone").status_code == 200
    client.post(f"{url}?mode=telephone", filled(step))
    assert baseline.responses.get().mode == Mode.TELEPHONE


def test_another_patients_measures_are_not_there(tab):
    assert tab.get(address(1, visit="discharge")).status_code == 404
    assert tab.get(address(99)).status_code == 404
