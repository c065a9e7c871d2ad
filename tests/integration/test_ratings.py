"""A colleague rates a session: drawn by lot, without knowing the self-report, once, and never one's own."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from amble.care.audit.models import AuditEvent, RecordOpening
from amble.care.journey import my_data, ratings
from amble.care.journey.actions import contacts, referrals
from amble.care.journey.actions.ratings import NotPossible, rate_session
from amble.care.journey.models import FidelityRating
from amble.programme import fidelity
from amble.vocabulary import Modality
from tests import factories

pytestmark = pytest.mark.django_db
ITEMS = [item.id for item in fidelity.checklist(1).items]
SELF, RATED = 2, 1  # the mark that every item gets


def held(person, by, day=None, number_of_the_guide=1):
    return contacts.record_etmi(
        episode=person.episode,
        day=day or timezone.localdate(),
        minutes=40,
        modalities=[Modality.EXPOSURE],
        guide_session=number_of_the_guide,
        marks={item.id: SELF for item in fidelity.checklist(number_of_the_guide).items},
        breaches=[],
        messages_given=[],
        by=by,
    )


def filled(**changes) -> dict:
    return {
        "way": "in_room",
        "breaches": ["manual-therapy"],
        **{f"mark_{id}": str(RATED) for id in ITEMS},
        **{f"competence_{one.id}": "4" for one in fidelity.competence()},
        **changes,
    }


@pytest.fixture
def clinic(settings):
    settings.STAFF_SECOND_FACTOR = False
    return factories.clinic()


@pytest.fixture
def holder(clinic):
    return factories.member(clinic)


@pytest.fixture
def colleague(clinic, client):
    user = factories.member(clinic)
    client.force_login(user)
    return user


@pytest.fixture
def session(clinic, holder):
    """The only session of its physiotherapist, so that it is drawn."""
    return held(factories.started(clinic, holder), holder)


def address(session) -> str:
    return reverse("rate-session", args=[session.pk])


def test_a_drawn_session_is_rated_and_only_then_the_self_report_is_seen(client, colleague, session):
    patient = session.episode.patient
    contact = reverse("contact", args=[patient.public_id, 1])
    for page in (address(session), contact, reverse("patient", args=[patient.public_id])):
        text = client.get(page).content.decode()
        assert "of 100." not in text and "fidelity 100" not in text, page
        assert "<strong>Fully</strong>" not in text, page
    answer = client.post(address(session), filled(), follow=True)
    assert (
        "Your rating is saved: 50 of 100. Your colleague&#x27;s own marks came to 100."
        in answer.content.decode()
    )
    rating = FidelityRating.objects.get()
    assert (rating.contact, rating.rater, rating.way) == (session, colleague, "in_room")
    assert (rating.fidelity, rating.breaches) == (50.0, ["manual-therapy"])
    assert rating.marks == dict.fromkeys(ITEMS, RATED)
    assert rating.competence == {"collaboration": 4, "empathy": 4, "clarity": 4}
    assert rating.checklist_version == fidelity.VERSION
    assert "Marked by the physiotherapist who held the session." in client.get(contact).content.decode()


def test_the_rating_leaves_an_audit_row_and_the_opening_of_the_record(client, colleague, session):
    client.get(address(session))
    client.post(address(session), filled())
    event = AuditEvent.objects.get(action="contact.rated")
    assert (event.actor, event.details["fidelity"]) == (colleague, 50.0)
    assert RecordOpening.objects.filter(actor=colleague, page="rate-session").count() == 1


def test_the_holder_sees_the_rating_and_another_colleague_sees_neither(
    client, clinic, holder, colleague, session
):
    client.post(address(session), filled())
    contact = reverse("contact", args=[session.episode.patient.public_id, 1])
    client.force_login(holder)
    page = client.get(contact).content.decode()
    assert f"Rated by {colleague.name}: 50 of 100." in page and "From the room." in page
    client.force_login(factories.member(clinic))
    page = client.get(contact).content.decode()
    assert "of 100" not in page and "Rated by" not in page and "Does not belong in the programme" not in page


def test_ones_own_session_is_refused(client, holder, session):
    client.force_login(holder)
    answer = client.post(address(session), filled(), follow=True)
    assert "You held this session yourself." in answer.content.decode()
    arguments = {"marks": dict.fromkeys(ITEMS, 1), "breaches": [], "competence": {}, "way": "audio"}
    with pytest.raises(NotPossible):
        rate_session(contact=session, by=holder, **arguments)
    assert not FidelityRating.objects.exists()


def test_one_rating_for_each_rater_and_session(client, colleague, session):
    client.post(address(session), filled())
    assert (
        "You have rated this session before."
        in client.post(address(session), filled(), follow=True).content.decode()
    )
    arguments = {"marks": dict.fromkeys(ITEMS, 2), "breaches": [], "competence": {}, "way": "audio"}
    with pytest.raises(NotPossible):
        rate_session(contact=session, by=colleague, **arguments)
    assert FidelityRating.objects.get().fidelity == 50.0
    assert AuditEvent.objects.filter(action="contact.rated").count() == 1


def test_the_same_form_sent_twice_is_one_rating(client, colleague, session):
    key = client.get(address(session)).context["form"]["submission"].value()
    for _ in range(2):
        client.post(address(session), filled(submission=str(key)))
    assert FidelityRating.objects.count() == 1


def test_a_session_of_another_clinic_is_not_found(client, session):
    client.force_login(factories.member(factories.clinic()))
    assert client.get(address(session)).status_code == 404
    assert client.post(address(session), filled()).status_code == 404
    assert session.episode.patient.name not in client.get(reverse("ratings")).content.decode()


def test_what_is_missing_is_said_and_what_was_marked_comes_back(client, colleague, session):
    given = filled(way="", competence_empathy="")
    del given[f"mark_{ITEMS[3]}"]
    page = client.post(address(session), given).content.decode()
    assert "Not marked yet: 1 of the checklist." in page
    assert "Say how you followed the session." in page and "Choose a number from 1 to 5." in page
    assert f'name="mark_{ITEMS[2]}" value="1" id="id_mark_{ITEMS[2]}_1" checked' in page
    assert not FidelityRating.objects.exists()


def test_a_checklist_of_nothing_but_not_applicable_is_refused(client, colleague, session):
    page = client.post(address(session), filled(**{f"mark_{id}": "na" for id in ITEMS})).content.decode()
    assert "Every item is n/a." in page
    assert not FidelityRating.objects.exists()


def test_a_second_session_has_the_item_that_the_first_has_not(client, colleague, clinic, holder):
    second = held(factories.started(clinic, holder), holder, number_of_the_guide=2)
    assert 'name="mark_flare-up-plan"' in client.get(address(second)).content.decode()


def test_a_session_that_was_not_drawn_cannot_be_picked(client, colleague, clinic, holder):
    """Twenty sessions of one physiotherapist: those with a low lot, and no others."""
    sessions = [held(factories.started(clinic, holder), holder) for _ in range(20)]
    drawn, _ = ratings.sample(clinic, today=timezone.localdate())
    lots = {one.pk: ratings.lot(one.episode, 1) for one in sessions}
    chosen = {one.contact.pk for one in drawn}
    assert {pk for pk, lot in lots.items() if lot < 0.10} <= chosen
    other = next(one for one in sessions if one.pk not in chosen)
    answer = client.post(address(other), filled(), follow=True)
    assert "This session was not drawn" in answer.content.decode()
    assert not FidelityRating.objects.exists()


def test_the_lot_is_the_same_for_ever_and_spread_evenly(session):
    found = [ratings.lot(session.episode, number) for number in range(1, 2001)]
    assert found == [ratings.lot(session.episode, number) for number in range(1, 2001)]
    assert 0.07 < sum(lot < 0.10 for lot in found) / len(found) < 0.13
    assert min(found) >= 0 and max(found) < 1


def test_the_list_says_what_waits_what_is_to_come_and_leaves_out_what_is_old(
    client, colleague, clinic, holder, session
):
    long_ago = factories.started(clinic, holder, on=timezone.localdate() - timedelta(days=90))
    held(long_ago, holder, day=timezone.localdate() - timedelta(days=60))
    # No session of theirs is to come: the lot takes two of two.
    referrals.discharge(episode=long_ago.episode, on=timezone.localdate(), by=holder)
    page = client.get(reverse("ratings"))
    assert [one.contact for one in page.context["to_rate"]] == [session]
    assert "consent" in page.content.decode() and "Amble keeps no recording" in page.content.decode()
    client.force_login(holder)
    mine = client.get(reverse("ratings")).context
    assert (mine["to_rate"], [one.contact for one in mine["own"]]) == ([], [session])


def test_a_session_to_come_is_drawn_for_whoever_has_too_few(client, colleague, clinic, holder):
    person = factories.started(clinic, holder)
    (coming,) = client.get(reverse("ratings")).context["to_come"]
    assert (coming.episode, coming.number, coming.clinician) == (person.episode, 1, holder)


def test_the_list_costs_the_same_however_many_sessions(client, colleague, clinic, holder):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("ratings")).status_code == 200
        return len(captured)

    held(factories.started(clinic, holder), holder)
    queries()
    few = queries()
    for _ in range(10):
        held(factories.started(clinic, factories.member(clinic)), factories.member(clinic))
    assert queries() == few


def test_the_patient_takes_the_rating_along_with_the_raters_name(client, colleague, session):
    client.post(address(session), filled())
    (row,) = my_data.tables(session.episode.patient)["journey.fidelityrating"]
    assert (row["rater"], row["fidelity"], row["contact"]) == (colleague.name, 50.0, session.pk)
