"""What the terminal says of the demo holds for everyone it names."""

import re

import pytest

from amble.care.accounts.models import User
from amble.care.records.models import Clinic
from amble.config import demo
from tests import factories

pytestmark = pytest.mark.django_db


def test_everyone_that_the_terminal_names_signs_in_with_its_password(settings, tmp_path):
    settings.VAR = tmp_path
    demo.load()
    factories.patient(Clinic.objects.get(), email="visitor@test.example")
    text = demo.load()
    password = re.search(r"password: (\S+)", text)[1]
    named = [User.objects.get(email=email) for email in re.findall(r"\S+@\S+", text)]
    assert len(named) == 10
    assert all(person.check_password(password) for person in named)
