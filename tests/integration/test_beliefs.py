"""Thoughts about the back: rated, tested in a small experiment, rated again."""

import pytest
from django.urls import reverse

from amble.care.journey.actions import story
from amble.programme import beliefs
from tests import factories

pytestmark = pytest.mark.django_db

BELIEF = "bending-harms"
HAPPENED = {"happened": "It pulled a little.", "learned": "I can bend.", "conviction": "3"}


@pytest.fixture
def clinic():
    return factories.clinic()


@pytest.fixture
def person(client, clinic):
    patient = factories.started(clinic, factories.member(clinic))
    client.force_login(patient.user)
    return patient


def planned(person):
    return story.plan_experiment(
        episode=person.episode, belief=BELIEF, plan="Pick up a pen", prediction="It will hurt", by=person.user
    )


def convictions(person) -> list[tuple[str, int]]:
    return list(person.episode.beliefratings.values_list("belief", "conviction"))


def test_chosen_thoughts_are_rated_a_few_on_a_page_until_none_is_left(client, person):
    chosen = [belief.id for belief in beliefs.all_beliefs()[:4]]
    page = client.get(reverse("my-beliefs-rate"), {"belief": chosen, "chosen": "yes"})
    assert [name for name in page.context["form"].fields if name in chosen] == chosen[:3]
    response = client.post(page.wsgi_request.get_full_path(), dict.fromkeys(chosen, "8"))
    assert response["Location"] == f"{reverse('my-beliefs-rate')}?belief={chosen[3]}"
    response = client.post(response["Location"], {chosen[3]: "2"})
    assert response["Location"] == reverse("my-beliefs")
    assert convictions(person) == [*((belief, 8) for belief in chosen[:3]), (chosen[3], 2)]


def test_choosing_nothing_is_said_in_words(client, person):
    page = client.get(reverse("my-beliefs-rate"), {"chosen": "yes"})
    assert "Choose at least one, or go back." in page.content.decode()


def test_a_conviction_beyond_ten_is_refused_and_nothing_of_the_page_is_saved(client, person):
    path = f"{reverse('my-beliefs-rate')}?belief={BELIEF}&belief=never-lift"
    page = client.post(path, {BELIEF: "11", "never-lift": "4"})
    assert "Choose a number from 0 to 10." in page.content.decode()
    assert convictions(person) == []


@pytest.mark.parametrize(
    "path",
    ["/my/beliefs/flat-earth/", "/my/beliefs/flat-earth/experiment/", "/my/beliefs/rate/?belief=flat-earth"],
)
def test_an_unknown_belief_has_no_page(client, person, path):
    assert client.get(path).status_code == 404


def test_a_belief_says_why_what_to_try_and_where_it_comes_from(client, person):
    belief = beliefs.belief("rest-is-best")
    text = client.get(reverse("my-belief", args=[belief.id])).content.decode()
    for part in (belief.statement, belief.reason, belief.experiment, belief.source):
        assert part in text


def test_an_experiment_from_prediction_to_a_new_rating(client, person):
    story.rate_beliefs(episode=person.episode, convictions={BELIEF: 8}, by=person.user)
    client.post(reverse("my-experiment-new", args=[BELIEF]), {"plan": "Bend", "prediction": "It will hurt"})
    experiment = person.episode.experiments.get()
    assert "It will hurt" in client.get(reverse("my-experiment", args=[experiment.pk])).content.decode()
    client.post(reverse("my-experiment", args=[experiment.pk]), HAPPENED)
    experiment.refresh_from_db()
    assert (experiment.happened, experiment.learned) == ("It pulled a little.", "I can bend.")
    assert convictions(person) == [(BELIEF, 8), (BELIEF, 3)]
    page = client.get(reverse("my-belief", args=[BELIEF])).content.decode()
    assert "<svg" in page and '<td class="nhsuk-table__cell">3</td>' in page


def test_what_happened_is_recorded_once(client, person):
    path = reverse("my-experiment", args=[planned(person).pk])
    client.post(path, HAPPENED)
    page = client.post(path, HAPPENED | {"happened": "Something else"})
    assert "It pulled a little." in page.content.decode()
    assert person.episode.experiments.get().happened == "It pulled a little."
    assert len(convictions(person)) == 1


def test_another_persons_experiment_is_not_found(client, clinic, person):
    other = factories.started(clinic, factories.member(clinic))
    path = reverse("my-experiment", args=[planned(other).pk])
    assert client.get(path).status_code == 404
    assert client.post(path, HAPPENED).status_code == 404
    assert other.episode.experiments.get().done_at is None


def test_a_belief_that_left_the_library_breaks_no_page(client, person):
    story.rate_beliefs(episode=person.episode, convictions={"of-last-year": 8}, by=person.user)
    story.plan_experiment(
        episode=person.episode, belief="of-last-year", plan="a", prediction="b", by=person.user
    )
    assert client.get(reverse("my-beliefs")).status_code == 200


def test_the_number_of_queries_does_not_grow(client, person, django_assert_max_num_queries):
    for belief in beliefs.all_beliefs():
        for conviction in (8, 5, 2):
            story.rate_beliefs(episode=person.episode, convictions={belief.id: conviction}, by=person.user)
    for _ in range(5):
        planned(person)
    with django_assert_max_num_queries(14):
        client.get(reverse("my-beliefs"))


def test_ratings_sent_after_the_session_ended_are_there_after_sign_in(client, person):
    path = f"{reverse('my-beliefs-rate')}?belief={BELIEF}"
    owner = client.get(path).context["form"].initial["owner"]
    client.logout()
    assert client.post(path, {BELIEF: "9", "owner": owner})["Location"].startswith(reverse("account_login"))
    kept = client.session["unsent"]
    client.force_login(person.user)
    session = client.session
    session["unsent"] = kept
    session.save()
    assert client.get(path).context["form"][BELIEF].value() == "9"
    assert convictions(person) == []
