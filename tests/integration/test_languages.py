"""A new language is a translation and nothing more: every page, read in a language that exists only here."""

import ast
import contextlib
import copy
import itertools
import json
from collections import defaultdict
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import escape
from django_tasks_db.models import DBTaskResult

from amble.care.accounts.models import User
from amble.care.assessments.questions import sheet
from amble.care.journey import invite, letters
from amble.care.journey.actions import story
from amble.care.journey.models import FlareUpPlan, Goal, Story
from amble.care.journey.reminders import send_due
from amble.care.records.actions import invitations
from amble.care.records.models import Clinic, Episode, Invitation, Patient
from amble.care.records.states import EpisodeStatus
from amble.config import demo_patients
from amble.config.views import failed
from amble.instruments import definition
from amble.programme import consent, safety
from amble.vocabulary import Role, Visit
from script.lib.catalogue import AMBLE
from tests import factories, pseudo
from tests.address_map import address, guarded

pytestmark = pytest.mark.django_db

DOWNLOADS = (".json", ".zip", ".pdf", "/letter/")
SIGN_IN_PAGES = [
    "account_change_password",
    "account_reset_password",
    "account_reauthenticate",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "account_logout",
]
STRANGER_PAGES = [
    "home",
    "about",
    "accessibility",
    "account_login",
    "account_signup",
    "account_request_login_code",
]


@pytest.fixture
def world(translated):
    """The demo's patients at every point of the way, in a clinic where no name is in plain letters."""
    lines = {"phone": "000", "emergency_number": "100", "urgent_line": "101", "crisis_line": "102"}
    clinic = factories.clinic(name="מרפאה", language=pseudo.LANGUAGE, **lines)
    staff = {role: factories.member(clinic, role) for role in Role if role is not Role.PATIENT}
    invited = factories.referred(clinic)
    invitations.invite(patient=invited, by=None)
    demo_patients.make(clinic=clinic, physiotherapist=staff[Role.PHYSIOTHERAPIST], today=timezone.localdate())
    User.objects.update(language=pseudo.LANGUAGE, name="אדם")
    Patient.objects.update(name="מטופל")
    return {"clinic": clinic, "users": {role: User.objects.get(pk=user.pk) for role, user in staff.items()}}


class Reader:
    """Opens pages and keeps what is still in plain letters, with the pages where it stands."""

    def __init__(self, client) -> None:
        self.client, self.plain, self.seen = client, defaultdict(set), set()

    def open(self, path: str) -> None:
        """Read the page, and what it says to a form that makes no sense; nothing that this saves is kept."""
        self.read(path, self.client.get(path))
        cookies = copy.deepcopy(self.client.cookies)
        with transaction.atomic():
            self.read(path, self.client.post(path, {"nothing": "here"}))
            transaction.set_rollback(True)
        self.client.cookies = cookies  # the post may have signed the person out

    def read(self, path: str, response) -> None:
        if not response["Content-Type"].startswith("text/html") or not response.content:
            return
        page = pseudo.Page(response.content.decode())
        if page.root:  # a part of a page has no direction of its own
            assert (page.root["lang"], page.root["dir"]) == (pseudo.LANGUAGE, "rtl"), path
        self.seen.add(path)
        for text in page.plain:
            self.plain[text].add(path)

    def check(self, at_least: int) -> None:
        found = [f"{text!r} on {', '.join(sorted(pages))}" for text, pages in sorted(self.plain.items())]
        assert not found, "not translated:\n" + "\n".join(found)
        assert len(self.seen) >= at_least, "\n".join(sorted(self.seen))


@pytest.fixture
def reader(client):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = pseudo.LANGUAGE  # for pages that are nobody's yet
    return Reader(client)


def addresses(role: Role, patient):
    """Every page of this role that there is for this patient."""
    for place in guarded():
        if place.role == role and not place.route.endswith(DOWNLOADS):
            with contextlib.suppress(LookupError):
                yield address(place.route, patient=patient)


def test_the_open_pages(reader, translated):
    for name in STRANGER_PAGES:
        reader.open(reverse(name))
    reader.open("/invitation/nobody-has-this/")
    reader.open("/nowhere/")
    reader.check(at_least=4)


def test_the_patients_pages(reader, world):
    for patient in Patient.objects.select_related("user"):
        reader.client.force_login(patient.user)
        for path in addresses(Role.PATIENT, patient):
            reader.open(path)
    reader.check(at_least=15)


def test_every_question_and_every_occasion(reader, world):
    patient = factories.started(world["clinic"], world["users"][Role.PHYSIOTHERAPIST], name="מטופל")
    story.tell(
        episode=patient.episode, going_on="-", worry="-", missing="-", activities=["הליכה"], by=patient.user
    )
    User.objects.filter(pk=patient.user_id).update(language=pseudo.LANGUAGE)
    reader.client.force_login(patient.user)
    questions = sheet(patient.episode.assessments.get(visit=Visit.BASELINE))
    for number in range(1, questions.check_number + 1):
        reader.open(reverse("my-question", args=[Visit.BASELINE, number]))
    for occasion in safety.Occasion:
        for page in safety.pages():
            reader.open(f"{reverse('my-safety', args=[occasion])}?page={page.id}")
    reader.check(at_least=questions.check_number + 10)


@pytest.mark.parametrize("level", ["past-cancer", "injury", "saddle-numbness", "life-or-self-harm"])
def test_what_to_do_after_a_safety_answer(level, reader, world):
    patient = factories.patient(world["clinic"], name="מטופל")
    User.objects.filter(pk=patient.user_id).update(language=pseudo.LANGUAGE)
    factories.answer_safety(patient, level)
    reader.client.force_login(patient.user)
    reader.open(reverse("my-advice"))
    reader.check(at_least=1)


@pytest.fixture
def in_care(reader, world):
    """A patient whose first week is over, signed in."""
    physiotherapist = world["users"][Role.PHYSIOTHERAPIST]
    on = timezone.localdate() - timedelta(weeks=1)
    patient = factories.started(world["clinic"], physiotherapist, name="מטופל", on=on)
    User.objects.filter(pk=patient.user_id).update(language=pseudo.LANGUAGE)
    reader.client.force_login(patient.user)
    return patient


def test_the_pages_of_a_moment(reader, in_care):
    factories.answer_safety(in_care, occasion="flare_up")
    reader.open(reverse("my-bad-day"))
    reader.client.post(reverse("my-bad-day"))
    reader.open(reverse("my-bad-day"))
    reader.open(f"{reverse('my-story')}?part=activities")
    reader.open(f"{reverse('my-beliefs-rate')}?belief=bending-harms")
    reader.open(reverse("my-question", args=[Visit.MONTH_12, 1]))
    goal = {"activity_name": "הליכה", "days_per_week": 3, "minutes": 30, "confidence": 2}
    reader.read("my-goal", reader.client.post(reverse("my-goal"), goal))
    reader.client.post(reverse("my-goal"), {**goal, "decision": "mine"})
    week = {
        "days_done": 2,
        "minutes_done": 20,
        "pain": 4,
        "held_back": 4,
        "confidence": 7,
        "anything_new": "no",
    }
    reader.client.post(reverse("my-check-in"), week)
    reader.open(reverse("my-check-in"))
    reader.open(reverse("my-plan"))
    reader.read("refused", reader.client.get(reverse("today")))
    no = {"version": consent.current().version} | {choice.id: "no" for choice in consent.current().choices}
    reader.read("no to Amble", reader.client.post(reverse("my-consent"), no, follow=True))
    reader.check(at_least=9)


def test_the_pages_of_an_invitation(reader, world):
    patient = factories.referred(world["clinic"])
    link = reverse("invitation", args=[invitations.invite(patient=patient, by=None)])
    reader.read("open", reader.client.get(link))
    reader.client.force_login(world["users"][Role.PHYSIOTHERAPIST])
    reader.read("someone else", reader.client.get(link))
    reader.client.logout()
    reader.read("code", reader.client.post(link, follow=True))
    (code,) = mail.outbox
    assert [word for word in pseudo.plain_words(f"{code.subject} {code.body}") if not word.isupper()] == []
    Invitation.objects.update(expires_at=timezone.now())
    reader.read("expired", reader.client.get(link))
    Invitation.objects.update(used_at=timezone.now())
    reader.read("used", reader.client.get(link))
    reader.check(at_least=5)


def test_the_pages_of_a_tablet(reader, world, in_care):
    reader.client.force_login(world["users"][Role.PHYSIOTHERAPIST])
    start = reverse("tablet-start", args=[in_care.public_id, Visit.BASELINE])
    reader.read("first question", reader.client.post(start, follow=True))
    reader.open(reverse("tablet-done"))
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        reader.read("closed", reader.client.get(reverse("tablet-question", args=[1])))
    reader.check(at_least=3)


def test_a_quoted_questionnaire_is_marked_as_english(client, world):
    patient = factories.patient(world["clinic"], name="מטופל")
    User.objects.filter(pk=patient.user_id).update(language=pseudo.LANGUAGE)
    factories.answer_safety(patient)
    client.force_login(patient.user)
    steps = sheet(patient.episode.assessments.get(visit=Visit.BASELINE)).steps
    for quoted in ("rmdq", "phq4"):
        step = next(step for step in steps if step.instrument.id == quoted)
        html = client.get(reverse("my-question", args=[Visit.BASELINE, step.number])).content.decode()
        words = [definition.load(quoted).intro, *(item.text for item in definition.load(quoted).items[:1])]
        for text in words:
            assert f'<span lang="en" dir="ltr">{escape(text)}</span>' in html
        for option in definition.load(quoted).items[0].options:
            assert f'<span lang="en" dir="ltr">{escape(option.label)}</span></label>' in html


def test_e_mails(world):
    DBTaskResult.objects.all().delete()
    invited = factories.referred(Clinic.objects.get())
    invite.send(patient=invited, by=None)
    for day in (7, 14, 28, 56, 84):
        send_due(datetime.combine(timezone.localdate() + timedelta(days=day), time(12), UTC))
    texts = {
        mail.args_kwargs["kwargs"][part]
        for mail in DBTaskResult.objects.all()
        for part in ("subject", "body")
    }
    assert len(texts) >= 8
    assert [text for text in texts if pseudo.plain_words(text)] == []


def test_letters(world, monkeypatch):
    """The typesetter really runs; what it is given is read on the way."""
    given, typeset = [], letters.typst.compile

    def compile_and_keep(*arguments, sys_inputs, **options):
        given.append(json.loads(sys_inputs["data"]))
        return typeset(*arguments, sys_inputs=sys_inputs, **options)

    monkeypatch.setattr(letters.typst, "compile", compile_and_keep)
    Goal.objects.update(activity_name="הליכה")
    Story.objects.update(worry="דאגה")
    FlareUpPlan.objects.update(in_48_hours="מקלחת")
    episode = Episode.objects.get(status=EpisodeStatus.DISCHARGED)
    with translation.override(pseudo.LANGUAGE):
        assert letters.for_the_gp(episode.patient).startswith(b"%PDF")
        assert letters.discharge_summary(episode, "סיכום").startswith(b"%PDF")
    for letter in given:
        assert (letter["language"], letter["direction"]) == (pseudo.LANGUAGE, "rtl")
        texts = [letter["title"], letter["subtitle"], letter["foot"]]
        for section in letter["sections"]:
            texts += [section["heading"], *section["paragraphs"], *itertools.chain(*section["rows"])]
        assert [text for text in texts if pseudo.plain_words(text)] == []


@pytest.mark.parametrize("role", [Role.PHYSIOTHERAPIST, Role.SERVICE_LEAD, Role.ADMINISTRATOR])
def test_the_pages_of_staff(role, reader, world):
    reader.client.force_login(world["users"][role])
    paths = [path for patient in Patient.objects.all() for path in addresses(role, patient)]
    for path in dict.fromkeys(paths):
        reader.open(path)
    reader.check(at_least=2)


def test_the_pages_for_signing_in(reader, world):
    """Of the library's pages, those that somebody can meet here."""
    user, password = world["users"][Role.PHYSIOTHERAPIST], "many small steps"
    user.set_password(password)
    user.save()
    wrong = {"login": user.email, "password": "wrong"}
    reader.read("wrong password", reader.client.post(reverse("account_login"), wrong))
    for name in SIGN_IN_PAGES:
        reader.client.logout()
        for step in ("account_login", "account_reauthenticate"):
            reader.client.post(reverse(step), {"login": user.email, "password": password})
        reader.read(name, reader.client.get(reverse(name)))
        reader.read(name, reader.client.post(reverse(name), {"nothing": "here"}))
    reader.check(at_least=len(SIGN_IN_PAGES))


def test_when_everything_fails(translated):
    with translation.override(pseudo.LANGUAGE):
        page = pseudo.Page(failed(None).content.decode())
    assert page.plain == []


def test_a_sentence_in_an_exception_is_translated():
    """Pages show what these say; no walk meets them all."""
    plain = []
    for path in sorted((AMBLE / "care").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                said = [a.value for a in node.exc.args if isinstance(a, ast.Constant)]
                plain += [f"{path.name}: {text}" for text in said if str(text).endswith(".")]
    assert plain == []
