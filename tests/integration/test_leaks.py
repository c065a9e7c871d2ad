"""Who is lost on the way, in the lead's own clinic, today: the lists, their next steps, and what they never show."""

import re
from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from amble.care.audit.models import AuditEvent
from amble.care.journey.actions import contacts, referrals
from amble.care.journey.tasks import deliver_email
from amble.care.records.actions import staff
from amble.care.records.models import Episode
from amble.outcomes import leaks, pseudonyms
from amble.outcomes.pages.leaks import LEAKS
from amble.vocabulary import Arm, Modality, Role, Visit
from tests import crowd, factories

pytestmark = pytest.mark.django_db
NAME = "Zebedee Surname"  # of every patient here: no page of a service lead may hold it


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def here():
    return factories.clinic()


@pytest.fixture
def lead(here, client):
    user = factories.member(here, Role.SERVICE_LEAD)
    client.force_login(user)
    return user


def days_ago(n: int) -> date:
    return timezone.localdate() - timedelta(days=n)


def trained(here, *, ago: int = 100):
    user = factories.member(here)
    staff.record_training(
        clinician=user, clinic=here, invited_on=days_ago(ago + 30), trained_on=days_ago(ago), by=user
    )
    return user


def started(here, clinician, arm, *, ago: int, **details):
    on = days_ago(ago)
    return factories.started(here, clinician, arm, on=on, name=NAME, referred_on=on, **details)


def seen(person, clinician, *, ago: int) -> None:
    contacts.record_usual_care(
        episode=person.episode, day=days_ago(ago), minutes=30, modalities=[Modality.EDUCATION], by=clinician
    )


def code(person) -> str:
    return pseudonyms.spoken(pseudonyms.patient(person.pk))


def codes(rows) -> list[str]:
    return [leaks.lost(row).code for row in rows]


def read(client, leak: str) -> str:
    return client.get(reverse(f"leak-{leak}")).content.decode()


# --- colleagues ------------------------------------------------------------------------------------------


def test_colleagues_are_listed_until_they_are_trained_and_then_until_they_deliver(here, client, lead):
    new, invited, idle, busy, gone = (factories.member(here) for _ in range(5))
    staff.record_training(clinician=invited, clinic=here, invited_on=days_ago(50), by=lead)
    for user in (idle, busy, gone):
        staff.record_training(
            clinician=user, clinic=here, invited_on=days_ago(90), trained_on=days_ago(60), by=lead
        )
    staff.leave(membership=gone.memberships.get(), by=lead)
    started(here, busy, Arm.ETMI, ago=3)
    started(here, idle, Arm.USUAL_CARE, ago=70)
    started(here, idle, Arm.USUAL_CARE, ago=5)
    # A later invitation to a refresher does not undo the training.
    staff.record_training(clinician=idle, clinic=here, invited_on=days_ago(1), by=lead)

    assert [(c.user, c.since) for c in leaks.untrained(here)] == [(new, None), (invited, days_ago(50))]
    assert [(c.user, c.since, c.patients) for c in leaks.not_delivering(here)] == [(idle, days_ago(60), 1)]
    page = read(client, "remind")
    assert idle.name in page and busy.name not in page and "1 patient began care with them since." in page


def test_a_reminder_is_one_friendly_e_mail_in_seven_days(here, client, lead, time_machine):
    idle = trained(here)
    started(here, idle, Arm.USUAL_CARE, ago=5)
    for _ in range(2):
        client.post(reverse("leak-remind"), {"clinician": idle.pk})
    (queued,) = DBTaskResult.objects.all()
    deliver_email.call(**queued.args_kwargs["kwargs"])
    (letter,) = mail.outbox
    assert letter.to == [idle.email] and lead.name in letter.body and NAME not in letter.body
    assert AuditEvent.objects.get(action="staff.reminded").actor == lead
    page = read(client, "remind")
    assert "Send a reminder" not in page and "reminded" in page

    time_machine.move_to(timezone.now() + timedelta(days=7, minutes=1))
    client = Client()
    client.force_login(lead)
    assert "Send a reminder" in read(client, "remind")
    client.post(reverse("leak-remind"), {"clinician": idle.pk})
    assert DBTaskResult.objects.count() == 2


def test_nobody_who_is_not_on_the_list_is_reminded(here, client, lead):
    delivers, elsewhere = trained(here), trained(factories.clinic())
    started(here, delivers, Arm.ETMI, ago=3)
    for user in (delivers, elsewhere, lead):
        client.post(reverse("leak-remind"), {"clinician": user.pk})
    client.post(reverse("leak-remind"), {"clinician": "nonsense"})
    assert not DBTaskResult.objects.exists()


# --- patients --------------------------------------------------------------------------------------------


def test_whoever_was_not_offered_etmi_is_listed_while_it_is_not_too_late(here):
    able, unable = trained(here, ago=100), factories.member(here)
    silent = started(here, able, Arm.USUAL_CARE, ago=20)
    refused = started(here, able, Arm.USUAL_CARE, ago=10)
    Episode.objects.filter(patient=refused).update(etmi_offered=False)
    offered = started(here, able, Arm.USUAL_CARE, ago=20)
    Episode.objects.filter(patient=offered).update(etmi_offered=True)
    started(here, unable, Arm.USUAL_CARE, ago=20)
    started(here, able, Arm.USUAL_CARE, ago=120)  # before the training
    started(here, able, Arm.ETMI, ago=20)
    started(here, able, Arm.USUAL_CARE, ago=20, symptom_months=1)
    over = started(here, able, Arm.USUAL_CARE, ago=20)
    referrals.discharge(episode=over.episode, on=days_ago(1), by=able)
    assert codes(leaks.not_offered(here)) == [code(refused), code(silent)]


def test_referrals_that_fit_wait_until_somebody_decides(here):
    first = factories.referred(here, name=NAME, referred_on=days_ago(9))
    unknown = factories.referred(here, name=NAME, birth_date=None, symptom_months=None)
    factories.referred(here, name=NAME, birth_date=days_ago(17 * 365))
    factories.referred(here, name=NAME, symptom_months=2)
    declined = factories.referred(here, name=NAME)
    referrals.decline(episode=declined.episode, reason="moved", by=None)
    assert codes(leaks.waiting(here)) == [code(first), code(unknown)]


def test_four_weeks_without_a_contact_in_etmi_ask_for_a_call(here):
    able = trained(here)
    away = started(here, able, Arm.ETMI, ago=60)
    seen(away, able, ago=50)
    seen(away, able, ago=28)
    back = started(here, able, Arm.ETMI, ago=60)
    seen(back, able, ago=27)
    never = started(here, able, Arm.ETMI, ago=40)
    started(here, able, Arm.ETMI, ago=27)
    started(here, able, Arm.USUAL_CARE, ago=60)
    over = started(here, able, Arm.ETMI, ago=60)
    referrals.discharge(episode=over.episode, on=days_ago(1), by=able)
    assert codes(leaks.stopped(here)) == [code(away), code(never)]
    assert [leaks.lost(row).day for row in leaks.stopped(here)] == [days_ago(28), days_ago(40)]


def test_measures_are_listed_when_overdue_or_closing_and_no_more_once_answered(here):
    able = trained(here, ago=300)
    ages = {"not yet": 20, "due": 40, "overdue": 45, "closed": 75}
    people = {name: started(here, able, Arm.ETMI, ago=ago) for name, ago in ages.items()}
    answered = started(here, able, Arm.ETMI, ago=45)
    answered.episode.assessments.update(completed_at=timezone.now())
    stopped = started(here, able, Arm.ETMI, ago=45)
    referrals.withdraw(episode=stopped.episode, by=stopped.user)
    rows = [leaks.lost(row) for row in leaks.closing(here)]
    assert [row.code for row in rows if row.visit == Visit.WEEK_6] == [code(people["overdue"])]
    assert [row.day for row in rows] == sorted(row.day for row in rows)
    soon = people["due"].episode.assessments.get(visit=Visit.WEEK_6)
    soon.closes_on = days_ago(-7)
    soon.save()
    listed = {(leaks.lost(row).code, row.visit) for row in leaks.closing(here)}
    assert (code(people["due"]), Visit.WEEK_6) in listed


# --- what a lead sees ------------------------------------------------------------------------------------


def everything_leaks(here):
    """A clinic with somebody on every list."""
    able, unable = trained(here), factories.member(here)
    started(here, able, Arm.USUAL_CARE, ago=5)
    factories.referred(here, name=NAME)
    away = started(here, unable, Arm.ETMI, ago=47)
    return able, away


def test_no_page_of_a_lead_names_a_patient_or_leads_to_a_record(here, client, lead):
    everything_leaks(here)
    for path in [reverse("leaks"), *(reverse(f"leak-{leak.code}") for leak in LEAKS)]:
        page = client.get(path).content.decode()
        assert not any(str(leak.nobody) in page for leak in LEAKS), f"a list is empty: {path}"
        assert NAME not in page and "Zebedee" not in page and "@test.example" not in page
        assert "/clinic/patients/" not in page
        for person in here.patients.all():
            assert str(person.public_id) not in page and person.email not in page


def test_another_clinic_has_nothing_to_show(here, client, lead):
    there = factories.clinic()
    everything_leaks(there)
    page = client.get(reverse("leaks"))
    assert [count for _, count in page.context["counted"]] == [0] * len(LEAKS)
    for leak in LEAKS:
        text = read(client, leak.code)
        assert str(leak.nobody) in text and "Well done." in text
        assert not re.search(r"[A-Z2-7]{4}-[A-Z2-7]{4}", text)


def test_the_counts_are_those_of_the_lists_and_a_list_has_pages(here, client, lead):
    able = trained(here)
    for episode in crowd.in_care(here, able, 51, weeks=6):
        assert episode.arm == Arm.ETMI
    counts = {leak.code: n for leak, n in client.get(reverse("leaks")).context["counted"]}
    assert counts["telephone"] == 51
    rows = [client.get(reverse("leak-telephone"), {"page": n}).context["rows"] for n in (1, 2)]
    assert [len(some) for some in rows] == [50, 1] and len({row.code for some in rows for row in some}) == 51


def test_what_a_lead_looked_at_is_noted(here, client, lead):
    before = AuditEvent.objects.count()
    client.get(reverse("leak-offer"))
    event = AuditEvent.objects.latest("pk")
    assert AuditEvent.objects.count() == before + 1 and event.actor == lead and event.clinic_id == here.pk


def test_the_lists_take_as_many_queries_for_many_as_for_few(here, client, lead):
    able, _ = everything_leaks(here)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            for path in [reverse("leaks"), *(reverse(f"leak-{leak.code}") for leak in LEAKS)]:
                client.get(path)
        return len(captured)

    queries()
    few = queries()
    crowd.in_care(here, able, 40, weeks=6)
    for _ in range(20):
        trained(here)
    assert queries() == few


# --- the code --------------------------------------------------------------------------------------------


def test_the_physiotherapist_finds_the_patient_by_the_code_as_it_was_heard(here, client):
    able, away = everything_leaks(here)
    client.force_login(able)
    said = code(away)
    misheard = said.lower().replace("-", " ").replace("o", "0").replace("i", "1").replace("b", "8")
    for text in (said, misheard):
        found = client.get(reverse("find-by-code"), {"code": text})
        assert found["Location"] == reverse("patient", args=[away.public_id])
    assert (
        "No patient of this clinic has the code"
        in client.get(reverse("find-by-code"), {"code": "AAAA-AAAA<b>"}).content.decode()
    )


@pytest.mark.parametrize(
    "nonsense", ["", "K7QX", "K7QX-2MPA-K7QX-2MPA", "§§§§-§§§§", "k7qx 2mp9", "\x00" * 8]
)
def test_what_is_no_code_finds_nobody(here, client, nonsense):
    everything_leaks(here)
    client.force_login(factories.member(here))
    assert client.get(reverse("find-by-code"), {"code": nonsense}).status_code == 200


def test_another_clinics_code_finds_nobody(here, client):
    _, away = everything_leaks(factories.clinic())
    client.force_login(factories.member(here))
    assert client.get(reverse("find-by-code"), {"code": code(away)}).status_code == 200
