"""The end of care: measures first, then the summary and its letter."""

import pytest
from django.urls import reverse
from django.utils import timezone

from amble.vocabulary import Visit
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def therapist(client, settings):
    settings.STAFF_SECOND_FACTOR = False
    user = factories.member(factories.clinic())
    client.force_login(user)
    return user


@pytest.fixture
def person(therapist):
    return factories.started(therapist.memberships.get().clinic, therapist)


def test_the_measures_open_before_care_ends(client, person):
    address = reverse("discharge", args=[person.public_id])
    client.post(address, {"open_measures": "yes"})
    page = client.get(address).content.decode()
    assert person.episode.assessments.filter(visit=Visit.DISCHARGE).exists()
    for way in ("tablet-start", "patient-question"):
        steps = [1] if way == "patient-question" else []
        assert reverse(way, args=[person.public_id, Visit.DISCHARGE.value, *steps]) in page
    assert person.episodes.get().status == "started"


def test_care_ends_with_a_letter_that_holds_the_words_as_they_were_typed(client, person):
    words = '#import "x": * $ <b>Walks</b> daily'
    day = timezone.localdate().isoformat()
    client.post(reverse("discharge", args=[person.public_id]), {"on": day, "words": words})
    episode = person.episodes.get()
    assert (episode.status, episode.discharge_date.isoformat()) == ("discharged", day)
    assert episode.states.last().reason == words
    letter = client.get(reverse("letter", args=[person.public_id]))
    assert letter["Content-Type"] == "application/pdf" and letter.content.startswith(b"%PDF")
    assert "no-store" in letter["Cache-Control"]


def test_there_is_no_letter_before_the_end_and_no_second_end(client, person):
    record = reverse("patient", args=[person.public_id])
    assert client.get(reverse("letter", args=[person.public_id]))["Location"] == record
    address = reverse("discharge", args=[person.public_id])
    for _ in range(2):
        client.post(address, {"on": timezone.localdate().isoformat()})
    assert person.episodes.get().states.filter(status="discharged").count() == 1


@pytest.mark.parametrize("day", ["2999-01-01", "2000-01-01", ""])
def test_a_wrong_last_day_ends_nothing(client, person, day):
    page = client.post(reverse("discharge", args=[person.public_id]), {"on": day, "words": "Keep walking"})
    assert "Keep walking" in page.content.decode()
    assert person.episodes.get().status == "started"


def test_too_many_words_are_refused_in_words_and_not_cut(client, person):
    sent = {"on": timezone.localdate().isoformat(), "words": "é" * 301}
    page = client.post(reverse("discharge", args=[person.public_id]), sent).content.decode()
    assert "Please shorten this to 300 characters. It has 301 now." in page and "é" * 301 in page
    assert "maxlength" not in page
    assert person.episodes.get().status == "started"
