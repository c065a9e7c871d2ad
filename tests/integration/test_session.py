"""An ETMI session: saved as a whole or not at all, and everything typed comes back."""

import pytest
from django.urls import reverse
from django.utils.html import escape

from amble.care.journey.actions import contacts, weeks
from amble.care.journey.models import Contact, Goal
from amble.programme import fidelity, messages
from amble.vocabulary import Arm
from tests import factories

pytestmark = pytest.mark.django_db
ITEMS = [item.id for item in fidelity.checklist(1).items]


@pytest.fixture
def therapist(client, settings):
    settings.STAFF_SECOND_FACTOR = False
    user = factories.member(factories.clinic())
    client.force_login(user)
    return user


@pytest.fixture
def person(therapist):
    return factories.started(therapist.memberships.get().clinic, therapist)


@pytest.fixture
def address(person):
    return reverse("session", args=[person.public_id])


def filled(person, **changes) -> dict:
    return {
        "day": person.episode.start_date.isoformat(),
        "minutes": "40",
        "modalities": ["reassurance", "exposure"],
        "guide_session": "1",
        "walk_done": "on",
        "predicted": "It will lock",
        "actual": "It did not",
        "pain_before": "5",
        "pain_after": "6",
        "messages_given": [messages.core_messages()[0].id],
        "goal_activity_name": "Swimming",
        "goal_days_per_week": "2",
        "goal_minutes": "20",
        "goal_confidence": "8",
        **{f"mark_{id}": "2" for id in ITEMS},
        f"mark_{ITEMS[0]}": "1",
        f"mark_{ITEMS[1]}": "na",
        **changes,
    }


def test_a_session_is_saved_with_its_score_and_the_plan(client, person, address):
    answer = client.post(address, filled(person), follow=True)
    etmi = Contact.objects.get(episode=person.episode).etmi
    counted = len(ITEMS) - 1
    assert etmi.fidelity == pytest.approx(100 * (2 * counted - 1) / (2 * counted))
    assert (etmi.predicted, etmi.pain_before, etmi.marks[ITEMS[1]]) == ("It will lock", 5, None)
    goal = person.episode.goals.get()
    assert (goal.activity_name, goal.days_per_week, goal.confidence) == ("Swimming", 2, 8)
    page = answer.content.decode()
    assert "not validated" in page and escape(fidelity.benchmark().words) in page


def test_pain_and_fear_are_shown_again_though_the_walk_was_not_ticked(client, person, address):
    given = {name: value for name, value in filled(person).items() if name != "walk_done"}
    assert "Pain 5 to 6." in client.post(address, given, follow=True).content.decode()


def test_after_the_fifth_session_a_note_asks_why(client, person, address):
    asks = "Ask what keeps this person coming back."
    for number in range(1, 6):
        assert asks not in client.get(address).content.decode(), number
        contacts.record_usual_care(
            episode=person.episode, day=person.episode.start_date, minutes=20, modalities=["heat"], by=None
        )
    assert "5 sessions so far. " + asks in client.get(address).content.decode()


def test_when_anything_is_wrong_nothing_is_saved_and_everything_is_still_there(client, person, address):
    page = client.post(address, filled(person, minutes="0")).content.decode()
    assert "Give the minutes as a whole number, 1 to 240." in page
    assert "It will lock" in page and 'value="Swimming"' in page
    assert f'name="mark_{ITEMS[2]}" value="2" id="id_mark_{ITEMS[2]}_0" checked' in page
    assert not Contact.objects.exists() and not Goal.objects.exists()


def test_half_a_checklist_is_not_taken_but_an_empty_one_is(client, person, address):
    half = {name: value for name, value in filled(person).items() if name != f"mark_{ITEMS[3]}"}
    assert "Not marked yet: 1 of the checklist." in client.post(address, half).content.decode()
    assert not Contact.objects.exists()
    empty = {name: value for name, value in filled(person).items() if not name.startswith("mark_")}
    client.post(address, empty)
    assert Contact.objects.get().etmi.fidelity is None


def test_a_plan_that_was_not_touched_is_not_chosen_again(client, person, address, therapist):
    weeks.choose_goal(
        episode=person.episode,
        activity="swimming",
        activity_name="Swimming",
        days_per_week=2,
        minutes=20,
        confidence=8,
        by=person.user,
    )
    client.post(address, filled(person))
    assert person.episode.goals.count() == 1
    client.post(address, filled(person, goal_minutes="15"))
    newest = person.episode.goals.last()
    assert (newest.minutes, newest.activity, newest.by) == (15, "swimming", therapist)


def test_the_same_form_sent_twice_is_one_session_and_one_plan(client, person, address):
    key = client.get(address).context["form"]["submission"].value()
    for _ in range(2):
        client.post(address, filled(person, submission=str(key)))
    assert (Contact.objects.count(), Goal.objects.count()) == (1, 1)


def test_all_fully_works_without_scripts_and_loses_nothing(client, person, address):
    some = {name: value for name, value in filled(person).items() if not name.startswith("mark_")}
    letter = fidelity.checklist(1).items[0].domain
    shown = client.post(address, {**some, "fill": letter, "note": "Half-way"}).context
    form = shown["form"]
    marked = {item.domain for item in form.items if form[f"mark_{item.id}"].value() == "2"}
    assert marked == {letter}
    assert form["note"].value() == "Half-way" and form["predicted"].value() == "It will lock"
    assert not form.errors and not Contact.objects.exists()
    assert len(shown["fidelity"].missing) == sum(item.domain != letter for item in form.items)


def test_the_next_guide_is_suggested_and_another_may_be_chosen(client, person, address):
    assert client.get(address).context["guide"].number == 1
    client.post(address, filled(person))
    assert client.get(address).context["guide"].number == 2
    assert client.get(address, {"guide": "4"}).context["guide"].number == 4
    assert client.get(address, {"guide": "17"}).context["guide"].number == 2


def test_the_score_on_the_page_is_the_score_that_is_saved(client, person):
    marks = {f"mark_{id}": "1" for id in ITEMS}
    page = client.post(reverse("session-score"), {"guide_session": "1", **marks}).content.decode()
    assert ">50<" in page and "not validated" in page
    assert (
        "not answered yet" in client.post(reverse("session-score"), {"guide_session": "1"}).content.decode()
    )


def test_a_session_needs_etmi_under_way(client, therapist):
    clinic = therapist.memberships.get().clinic
    for other in (factories.patient(clinic), factories.started(clinic, therapist, Arm.USUAL_CARE)):
        address = reverse("session", args=[other.public_id])
        assert client.post(address, {"minutes": "30"}).status_code == 302
    assert not Contact.objects.exists()


def test_a_date_in_the_future_or_before_care_is_refused(client, person, address):
    assert (
        "This day is in the future."
        in client.post(address, filled(person, day="2999-01-01")).content.decode()
    )
    assert "before care began" in client.post(address, filled(person, day="2000-01-01")).content.decode()


def test_a_session_that_was_signed_out_meanwhile_comes_back_after_sign_in(client, person, address, therapist):
    owner = client.get(address).context["form"]["owner"].value()
    client.logout()
    client.post(address, filled(person, owner=owner, guide_session="2", note="Half-way"))
    client.force_login(therapist)
    form = client.get(address).context["form"]
    assert (form.guide, form["note"].value(), form[f"mark_{ITEMS[0]}"].value()) == (2, "Half-way", "1")
    assert not Contact.objects.exists()
