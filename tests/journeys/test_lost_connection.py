"""A connection that is lost over a question: the page says what is not saved, and Continue saves it later."""

import pytest

from amble.care.assessments.models import Answer, Response
from tests import factories
from tests.journeys.test_every_page import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_answer_given_without_a_connection_is_named_and_saved_later(page, live_server):
    person = factories.patient(factories.clinic())
    factories.answer_safety(person)
    sign_in(page, person.user, live_server)
    page.goto("/my/measures/baseline/1/")
    page.locator("input[type=radio][value='3']").check(force=True)
    page.locator("#saved", has_text="Saved").wait_for()

    page.context.set_offline(True)
    page.locator("input[type=radio][value='7']").check(force=True)
    page.locator("#saved", has_text="not saved yet").wait_for()
    assert Answer.objects.get().value == 3

    page.context.set_offline(False)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/baseline/2/")
    assert Answer.objects.get().value == 7
    assert Response.objects.count() == 1
