"""Who is trained."""

import pytest
from django.urls import reverse

from amble.care.records.models import Training
from amble.vocabulary import Role
from tests import factories

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
