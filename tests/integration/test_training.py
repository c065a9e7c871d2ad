"""Who is trained, and the counts a service lead sees."""

import pytest
from django.urls import reverse
from django.utils import timezone

from amble.care.journey import uptake
from amble.care.journey.actions import contacts
from amble.care.records.models import Training
from amble.vocabulary import Arm, Role
from tests import factories
from tests.integration.every_action import CALLS

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(settings):
    settings.STAFF_SECOND_FACTOR = False
    return factories.clinic()


def test_a_physiotherapist_records_their_own_training(client, here):
    me = factories.member(here)
    client.force_login(me)
    refused = client.post(reverse("training"), {"invited_on": "2026-02-01", "trained_on": "2026-01-01"})
    assert "Training cannot be complete before the invitation." in refused.content.decode()
    client.post(
        reverse("training"), {"invited_on": "2026-01-01", "trained_on": "2026-02-01", "course": "ETMI"}
    )
    kept = Training.objects.get()
    assert (kept.clinician, kept.trained_on.isoformat(), kept.by) == (me, "2026-02-01", me)


def test_a_service_lead_records_for_the_own_clinic_only(client, here):
    client.force_login(factories.member(here, Role.SERVICE_LEAD))
    mine, elsewhere = factories.member(here), factories.member(factories.clinic())
    for clinician in (elsewhere, mine):
        client.post(reverse("service-training"), {"clinician": clinician.pk, "invited_on": "2026-01-01"})
    assert [row.clinician for row in Training.objects.all()] == [mine]


def test_the_counts_go_from_invited_to_complete_outcomes(here):
    therapists = [factories.member(here) for _ in range(3)]
    for clinician, trained_on in zip(therapists[:2], (timezone.localdate(), None), strict=True):
        Training.objects.create(
            clinician=clinician, clinic=here, invited_on=timezone.localdate(), trained_on=trained_on
        )
    factories.started(here, therapists[0], Arm.USUAL_CARE)
    factories.referred(here)
    etmi = factories.started(here, therapists[0])
    session = CALLS["amble.care.journey.actions.contacts.record_etmi"]()
    contacts.record_etmi(**{**session, "episode": etmi.episode, "by": therapists[0]})
    for visit in ("baseline", "discharge"):
        etmi.episode.assessments.update_or_create(
            visit=visit,
            defaults={
                "clinic": here,
                "opens_on": timezone.localdate(),
                "due_on": timezone.localdate(),
                "closes_on": timezone.localdate(),
                "completed_at": timezone.now(),
            },
        )
    assert uptake.of(here) == uptake.Uptake(
        clinicians_invited=2,
        clinicians_trained=1,
        clinicians_delivering=1,
        patients_started=2,
        patients_receiving=1,
        outcomes_complete=1,
    )


def test_seven_or_fewer_is_not_told_exactly(client, here):
    client.force_login(factories.member(here, Role.SERVICE_LEAD))
    therapist = factories.member(here)
    for _ in range(8):
        factories.started(here, therapist, Arm.USUAL_CARE)
    rows = {name: count for name, _alias, count in client.get(reverse("service-training")).context["rows"]}
    assert rows["Patients whose care began"] == "8"
    assert rows["Patients receiving ETMI"] == "7 or fewer"
    aliases = client.get(reverse("service-training")).content.decode()
    assert "“Reach” in the study, “adoption” in RE-AIM" in aliases
