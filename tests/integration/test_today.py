"""The physiotherapist's day: what is on it, whose it is, and that it costs the same for a large clinic."""

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from amble.care.journey import today
from amble.care.journey.actions import messages, weeks
from amble.care.journey.models import SafetyAlert
from amble.care.records.actions import staff
from amble.vocabulary import Arm, Role, Visit
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return factories.clinic()


@pytest.fixture
def therapist(here):
    return factories.member(here)


@pytest.fixture
def signed_in(client, therapist, settings):
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(therapist)
    return client


def names(listed) -> list[str]:
    return [row.episode.patient.name for row in listed.rows]


def _a_busy_day(here, therapist, people: int) -> None:
    long_ago = timezone.localdate() - timedelta(days=45)
    for index in range(people):
        arm = Arm.ETMI if index % 2 else Arm.USUAL_CARE
        person = factories.started(here, therapist, arm, on=long_ago, referred_on=long_ago)
        messages.send(patient=person, body="Hello", from_patient=True, by=person.user)
        factories.answer_safety(person, "past-cancer", occasion="check_in")
        if arm is Arm.ETMI:
            _tell(person, 1, confidence=8)
            _tell(person, 2, confidence=7)
        factories.referred(here)


def _tell(person, week: int, confidence: int) -> None:
    weeks.check_in(
        episode=person.episode,
        week=week,
        days_done=1,
        pain=4,
        held_back=4,
        confidence=confidence,
        anything_new=False,
        by=person.user,
    )


def test_the_day_takes_as_many_queries_for_50_patients_as_for_5(here, therapist, signed_in):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert signed_in.get(reverse("today")).status_code == 200
        return len(captured)

    _a_busy_day(here, therapist, 5)
    signed_in.get(reverse("today"))
    few = queries()
    _a_busy_day(here, therapist, 45)
    assert queries() == few <= 14


def test_alerts_stay_until_resolved_and_the_most_pressing_comes_first(here, therapist, signed_in):
    weak = factories.started(here, therapist, name="Weak sign")
    factories.answer_safety(weak, "past-cancer")
    strong = factories.started(here, therapist, name="Strong sign")
    factories.answer_safety(strong, "saddle-numbness")
    assert names(today.alerts(here)) == ["Strong sign", "Weak sign"]

    alert = SafetyAlert.objects.get(episode=weak.episode)
    address = reverse("alert", args=[alert.pk])
    refused = signed_in.post(address, {"note": "  "})
    assert "Write what you found and did." in refused.content.decode()
    assert names(today.alerts(here)) == ["Strong sign", "Weak sign"]
    signed_in.post(address, {"note": "Spoke with the patient, old history, no change."})
    assert names(today.alerts(here)) == ["Strong sign"]

    signed_in.post(address, {"note": "A second note."})
    alert.refresh_from_db()
    assert alert.resolution == "Spoke with the patient, old history, no change."


def test_eligibility_is_worked_out_and_what_is_unknown_is_named(here, signed_in):
    factories.referred(here, name="Unknown", birth_date=None, symptom_months=None)
    young = factories.referred(here, name="Young", birth_date=timezone.localdate() - timedelta(days=17 * 365))
    fits = factories.patient(here, name="Fits")
    factories.answer_safety(fits)
    verdicts = {row.episode.patient.name: row.eligibility.eligible for row in today.referrals(here).rows}
    assert verdicts == {"Unknown": None, "Young": False, "Fits": True}
    page = signed_in.get(reverse("today")).content.decode()
    assert "Age is not known. Ask for the date of birth." in page
    assert young.name in page


@pytest.mark.parametrize(
    ("decision", "status", "arm"),
    [("etmi", "started", "etmi"), ("usual_care", "started", "usual_care"), ("decline", "declined", "")],
)
def test_a_referral_is_decided_with_a_reason(here, signed_in, therapist, decision, status, arm):
    person = factories.referred(here)
    address = reverse("start-care", args=[person.public_id])
    answers = {"decision": decision, "reason": "other", "own_words": ""}
    pressed_enter = signed_in.post(address, {**answers, "decision": "", "own_words": "Lives far away"})
    assert "Choose ETMI, usual care, or decline." in pressed_enter.content.decode()
    assert "Say what the reason is." in signed_in.post(address, answers).content.decode()
    signed_in.post(address, {**answers, "own_words": "Lives far away"})
    episode = here.patients.get().episode
    assert (episode.status, episode.arm) == (status, arm)
    assert episode.states.last().reason == "Lives far away"

    signed_in.post(address, {"decision": "etmi", "reason": "fits"})
    assert here.patients.get().episode.states.count() == 2


@pytest.mark.parametrize(
    ("arm", "reason"), [("etmi", "Fits the programme"), ("usual_care", "The patient's own choice")]
)
def test_when_a_referral_fits_one_button_starts_care_with_the_reason_it_shows(here, signed_in, arm, reason):
    person = factories.patient(here)
    factories.referred(here, name="Nothing known yet")
    factories.answer_safety(person)
    page = html.unescape(signed_in.get(reverse("today")).content.decode())
    address = reverse("start-care", args=[person.public_id])
    forms = re.findall(rf'<form method="post" action="{address}">(.*?)</form>', page, re.DOTALL)
    (form,) = [form for form in forms if f'value="{arm}"' in form]
    assert reason in form and page.count('amble-start-now"') == len(forms) == 2

    signed_in.post(address, dict(re.findall(r'name="(\w+)" value="([^"]*)"', form)))
    episode = here.patients.get(pk=person.pk).episode
    assert (episode.status, episode.arm, episode.arm_reason) == ("started", arm, reason)


@pytest.mark.parametrize(
    ("decision", "ticked", "asks", "offered"),
    [
        ("etmi", False, True, True),
        ("usual_care", True, True, True),
        ("usual_care", False, True, False),
        ("usual_care", True, False, True),
        ("usual_care", False, False, None),  # one click on Today asks nothing
    ],
)
def test_whether_etmi_was_offered_is_kept_and_never_guessed(here, signed_in, decision, ticked, asks, offered):
    person = factories.referred(here)
    answers = {"decision": decision, "reason": "choice"}
    answers |= {"etmi_offered": "yes"} if ticked else {}
    answers |= {"asks_about_offer": "yes"} if asks else {}
    signed_in.post(reverse("start-care", args=[person.public_id]), answers)
    assert here.patients.get().episode.etmi_offered is offered


def test_the_form_asks_whether_etmi_was_offered_and_the_quick_button_lets_one_say_it(here, signed_in):
    person = factories.patient(here)
    factories.answer_safety(person)
    page = signed_in.get(reverse("start-care", args=[person.public_id])).content.decode()
    assert 'name="etmi_offered"' in page and re.search(r'name="asks_about_offer" value="yes"', page)
    day = signed_in.get(reverse("today")).content.decode()
    assert day.count('name="etmi_offered"') == 2 and day.count('name="asks_about_offer"') == 1


def test_a_declined_referral_asks_for_no_measures(here, therapist, signed_in):
    person = factories.referred(here)
    assert len(today.due(here, therapist).rows) == 1
    signed_in.post(
        reverse("start-care", args=[person.public_id]), {"decision": "decline", "reason": "choice"}
    )
    assert not today.due(here, therapist).rows


def test_measures_are_due_then_overdue_then_expired_for_a_month(here, therapist):
    ages = {"due": 40, "overdue": 45, "expired": 60, "gone": 95}
    for name, days in ages.items():
        on = timezone.localdate() - timedelta(days=days)
        factories.started(here, therapist, on=on, referred_on=on, name=name)

    def after_six_weeks(listed) -> list[str]:
        return [r.assessment.episode.patient.name for r in listed.rows if r.assessment.visit == Visit.WEEK_6]

    listed = {
        section: after_six_weeks(getattr(today, section)(here, None))
        for section in ("due", "overdue", "expired")
    }
    assert listed == {"due": ["due"], "overdue": ["overdue"], "expired": ["expired"]}


def test_mine_leaves_out_a_colleagues_patient_but_not_their_alert(here, therapist, signed_in):
    colleague = factories.member(here)
    person = factories.started(here, colleague, name="The colleague's")
    factories.answer_safety(person, "past-cancer")
    messages.send(patient=person, body="Hello", from_patient=True, by=person.user)
    mine = signed_in.get(reverse("today")).context
    assert [len(mine[part].rows) for part in ("due", "unread", "in_care", "alerts")] == [0, 0, 0, 1]
    everybody = signed_in.get(reverse("today"), {"who": "clinic"}).context
    assert [len(everybody[part].rows) for part in ("due", "unread", "in_care", "alerts")] == [1, 1, 1, 1]


def test_a_person_is_stuck_after_two_missed_weeks_and_not_in_usual_care(here, therapist):
    on = timezone.localdate() - timedelta(days=24)
    for arm in Arm:
        factories.started(here, therapist, arm, on=on, referred_on=on)
    found = today.stuck_among(today.in_care(here, therapist), today=timezone.localdate())
    assert [(one.episode.arm, one.reasons[0].id) for one in found] == [("etmi", "check-ins-missed")]


def test_a_call_stays_on_the_list_until_somebody_says_it_was_made(here, therapist, signed_in):
    person = factories.started(here, therapist)
    messages.send(patient=person, body="Please ring", from_patient=True, asks_for_call=True, by=person.user)
    messages.send(patient=person, body="Hello", from_patient=True, by=person.user)
    thread = reverse("patient-messages", args=[person.public_id])
    signed_in.get(thread)
    assert [row.body for row in today.unread(here, therapist).rows] == ["Please ring"]
    signed_in.post(thread, {"called": "yes"})
    assert not today.unread(here, therapist).rows


def test_more_than_fifty_go_on_a_further_page(here, signed_in):
    for _ in range(51):
        factories.referred(here)
    first = signed_in.get(reverse("today")).context["referrals"]
    rest = signed_in.get(reverse("today"), {"see": "referrals", "from": "50"}).context["referrals"]
    assert (len(first.rows), first.more, len(rest.rows), rest.more) == (50, True, 1, False)
    assert signed_in.get(reverse("today"), {"see": "nonsense"}).status_code == 404


def test_somebody_who_left_is_refused_and_their_stale_form_saves_nothing(here, therapist, signed_in):
    person = factories.referred(here)
    staff.leave(membership=therapist.memberships.get(), by=factories.member(role=Role.ADMINISTRATOR))
    refused = signed_in.get(reverse("today"))
    assert refused.status_code == 403 and "You have no role at a clinic now." in refused.content.decode()
    address = reverse("start-care", args=[person.public_id])
    refused = signed_in.post(address, {"decision": "etmi", "reason": "fits"})
    assert refused.status_code == 403
    assert here.patients.get().episode.status == "referred"
