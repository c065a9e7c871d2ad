"""The demo service holds what its terminal, its pages and its known truth say of it."""

import json
import re
from datetime import datetime, timedelta

import pytest
from django.apps import apps
from django.db import models
from django.db.models import Max
from django.utils import timezone

from amble.care.accounts.models import User
from amble.care.journey import today
from amble.care.journey.models import Contact, FidelityRating
from amble.care.records.models import Clinic, Episode, Training
from amble.config import demo
from amble.config.demo_service import loading
from amble.config.demo_time import APPS, let_time_pass
from amble.outcomes import pseudonyms
from amble.outcomes.bridge import writer
from amble.outcomes.models import Night, StoredEstimate, StoredSection
from amble.outcomes.nightly import replay
from amble.outcomes.nightly.clock import is_due
from amble.programme import fidelity
from amble.vocabulary import Arm, Role

pytestmark = pytest.mark.django_db

SCHEDULED = {"opens_on", "due_on", "closes_on", "expires_at"}  # days that may lie ahead
WITHIN = 3  # standard errors
VISITS = ("discharge", "3m", "6m", "12m")
# (method, its estimand, the estimand of the truth).  The mixed model weights people nearly evenly.
OF_VISITS = (
    ("aipw", "ATE", "ATE"),
    ("aipw", "ATO", "ATO"),
    ("overlap_weighted", "ATO", "ATO"),
    ("mmrm", "", "ATE"),
)
OF_SESSIONS = (
    ("aipw", "ATE", "difference", "ATE"),
    ("overlap_weighted", "ATO", "difference", "ATO"),
    ("negative_binomial", "", "log_rate_ratio", "ATE"),
)


@pytest.fixture
def place(settings, tmp_path, monkeypatch):
    """A folder of its own, where fewer repetitions make the night shorter and the past is not gone through."""
    settings.VAR = tmp_path
    (tmp_path / "outcomes").mkdir()
    (tmp_path / "outcomes" / "study.toml").write_text("repetitions = 100\n")
    monkeypatch.setattr(replay, "PATIENCE", 0)
    pseudonyms.key.cache_clear()
    yield tmp_path
    pseudonyms.key.cache_clear()


def test_the_service_is_that_of_the_study_and_tells_its_own_truth(place):
    text = loading.load()
    has_the_size_of_the_study()
    lies_in_the_past()
    has_checklists_that_give_their_scores()
    gives_the_physiotherapist_a_day()
    signs_in_whoever_the_terminal_names(text)
    says_that_17_percent_were_reached()
    finds_its_own_truth(json.loads((place / loading.TRUTH).read_text()))
    assert loading.load() == text and Night.objects.count() == 1
    moves_when_a_week_goes_by(place)


def test_it_does_not_mix_with_the_demo_clinic(place):
    demo.load()
    with pytest.raises(demo.NotEmpty, match="AMBLE_VAR"):
        loading.load()


def has_the_size_of_the_study() -> None:
    simulated = Episode.objects.filter(patient__user=None).exclude(arm="")
    assert Clinic.objects.count() == 13
    assert Training.objects.values("clinician").distinct().count() == 128
    assert simulated.count() == 4193
    assert simulated.filter(arm=Arm.ETMI).count() == 711


def lies_in_the_past() -> None:
    now = timezone.now()
    for model in (model for app in APPS for model in apps.get_app_config(app).get_models()):
        for field in model._meta.concrete_fields:
            if isinstance(field, models.DateField) and field.name not in SCHEDULED:
                latest = model.objects.aggregate(latest=Max(field.name))["latest"]
                limit = now if isinstance(latest, datetime) else now.date()
                assert latest is None or latest <= limit, f"{model.__name__}.{field.name}"
    last = Episode.objects.filter(patient__user=None).aggregate(last=Max("start_date"))["last"]
    assert last >= now.date() - timedelta(days=3)


def has_checklists_that_give_their_scores() -> None:
    rated = FidelityRating.objects.select_related("contact__etmi")
    assert rated.count() > 150
    for rating in rated:
        own = rating.contact.etmi
        assert rating.rater_id != rating.contact.by_id
        for record in (own, rating):
            found = fidelity.score(record.marks, record.breaches, own.guide_session).value
            assert found == pytest.approx(record.fidelity)
    higher = [rating.contact.etmi.fidelity - rating.fidelity for rating in rated]
    assert sum(higher) / len(higher) == pytest.approx(10, abs=1)  # as in SOLAS
    assert Contact.objects.filter(etmi__isnull=False).exclude(arm=Arm.ETMI).count() == 0


def gives_the_physiotherapist_a_day() -> None:
    person = User.objects.get(email=demo.STAFF[Role.PHYSIOTHERAPIST][0])
    clinic = person.memberships.get().clinic
    assert clinic.memberships.filter(user__email=demo.STAFF[Role.SERVICE_LEAD][0]).exists()
    for listed in (today.referrals(clinic), today.overdue(clinic, person), today.due(clinic, person)):
        assert listed.rows
    in_care = today.in_care(clinic, person)
    assert any(episode.checkins.count() > 2 for episode in in_care)
    assert today.stuck_among(in_care, today=timezone.localdate())


def signs_in_whoever_the_terminal_names(text: str) -> None:
    password = re.search(r"password: (\S+)", text)[1]
    named = [User.objects.get(email=email) for email in re.findall(r"\S+@\S+", text)]
    assert len(named) == 10
    assert all(person.check_password(password) for person in named)
    others = User.objects.exclude(pk__in=[person.pk for person in named])
    assert not any(person.has_usable_password() for person in others)


def says_that_17_percent_were_reached() -> None:
    section = StoredSection.objects.get(page="reach", clinic=None, name="reach")
    told = {each["name"]: each["value"] for each in section.content["more"]["headline"]}
    assert told["patients_receiving"] == "17%"


def finds_its_own_truth(told: dict) -> None:
    true = {
        (r["outcome"], r["visit"], r["contrast"], r["estimand"]): r["value"]
        for r in told["truth"]
        if r["subgroup"] is None
    }
    for outcome in ("function", "fear_avoidance", "pain"):
        for visit in VISITS:
            for method, estimand, of_truth in OF_VISITS:
                found = estimate(outcome, visit, method, "difference", estimand)
                lies_near(found, true[outcome, visit, "difference", of_truth])
        lies_near(
            estimate(outcome, "average", "mmrm", "difference"), true[outcome, "average", "difference", "ATE"]
        )
    for method, estimand, contrast, of_truth in OF_SESSIONS:
        found = estimate("sessions", None, method, contrast, estimand)
        lies_near(found, true["sessions", None, contrast, of_truth])
    function, fear, pain = (
        estimate(outcome, "average", "mmrm", "difference")
        for outcome in ("function", "fear_avoidance", "pain")
    )
    assert function.ci_low > 0 and fear.ci_high < 0 and pain.ci_low < 0 < pain.ci_high


def estimate(outcome, visit, method, contrast, estimand="") -> StoredEstimate:
    return StoredEstimate.objects.get(
        outcome=outcome,
        visit=visit,
        method=method,
        contrast=contrast,
        subgroup=None,
        replayed=False,
        estimand__startswith=estimand,
    )


def lies_near(found: StoredEstimate, true: float) -> None:
    assert abs(found.estimate - true) < WITHIN * found.se, (
        f"{found}: {found.estimate}, but the truth is {true}"
    )


def moves_when_a_week_goes_by(place) -> None:
    before = Episode.objects.order_by("pk").values_list("start_date", flat=True)[0]
    assert not is_due()
    let_time_pass(7)
    assert is_due()
    assert Episode.objects.order_by("pk").values_list("start_date", flat=True)[0] == before - timedelta(
        days=7
    )
    written = writer.write(snapshot=place / "outcomes" / "snapshot")
    assert written.written == written.parts  # no audit row told of it, so everything is written anew
