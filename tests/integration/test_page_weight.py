"""Every patient page travels compressed and weighs at most 15 kB; `script/bench/run pages` weighs the first visit."""

import pytest

from amble.care.records.models import Patient
from amble.config import demo
from amble.vocabulary import Role
from tests import address_map

MOST_BYTES = 15_000


@pytest.fixture
def demo_patients(db, settings, tmp_path):
    settings.VAR = tmp_path
    demo.load()
    return Patient.objects.filter(user__isnull=False)


def test_patient_pages_travel_compressed_and_light(demo_patients, client):
    heavy, seen = {}, set()
    for patient in demo_patients:
        client.force_login(patient.user)
        for place in address_map.guarded():
            if place.role is not Role.PATIENT:
                continue
            try:
                address = address_map.address(place.route, patient=patient)
            except LookupError:
                continue
            page = client.get(address, headers={"Accept-Encoding": "gzip"})
            if page.status_code == 200 and page["Content-Type"].startswith("text/html"):
                seen.add(place.name)
                if page.get("Content-Encoding") != "gzip" or len(page.content) > MOST_BYTES:
                    heavy[address] = len(page.content)
    assert {"my-home", "my-progress", "my-check-in", "my-question"} <= seen
    assert heavy == {}
