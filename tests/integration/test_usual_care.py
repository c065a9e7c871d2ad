"""Usual care is logged as fast as can be, so that the comparison is fair."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from amble.care.journey.models import Contact
from amble.vocabulary import Arm
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
    return factories.started(therapist.memberships.get().clinic, therapist, Arm.USUAL_CARE)


def test_from_today_it_takes_one_link_and_one_button(client, person):
    address = reverse("usual-care", args=[person.public_id])
    assert f'href="{address}"' in client.get(reverse("today")).content.decode()
    first = {"day": timezone.localdate().isoformat(), "minutes": "30", "modalities": ["exercise", "heat"]}
    client.post(address, first)

    # The second session comes filled in as the first: opening and sending is all.
    form = client.get(address).context["form"]
    as_shown = {name: form[name].value() for name in ("minutes", "modalities", "submission")}
    client.post(address, {**as_shown, "day": form["day"].value().isoformat()})
    contacts = Contact.objects.order_by("number")
    assert [(c.number, c.minutes, c.modalities) for c in contacts] == [
        (1, 30, ["exercise", "heat"]),
        (2, 30, ["exercise", "heat"]),
    ]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"minutes": "0"}, "Give the minutes as a whole number, 1 to 240."),
        ({"minutes": "half an hour"}, "Give the minutes as a whole number, 1 to 240."),
        ({"modalities": []}, "Tick what was done."),
        ({"modalities": ["magic"]}, "magic"),
        ({"day": "yesterday"}, "Give a date, such as 2026-01-31."),
        ({"note": "x" * 5001}, "Please shorten this to 5000 characters. It has 5001 now."),
    ],
)
def test_bad_input_is_named_in_a_summary_and_nothing_is_saved(client, person, wrong, message):
    good = {"day": timezone.localdate().isoformat(), "minutes": "30", "modalities": ["exercise"]}
    page = client.post(reverse("usual-care", args=[person.public_id]), {**good, **wrong}).content.decode()
    summary = re.search(r'class="nhsuk-error-summary".*?</ul>', page, re.S)
    assert message in summary[0]
    assert not Contact.objects.exists()


def test_a_session_sent_twice_is_saved_once(client, person):
    address = reverse("usual-care", args=[person.public_id])
    key = client.get(address).context["form"]["submission"].value()
    for _ in range(2):
        client.post(
            address,
            {
                "day": timezone.localdate().isoformat(),
                "minutes": "30",
                "modalities": ["exercise"],
                "submission": str(key),
            },
        )
    assert Contact.objects.count() == 1
