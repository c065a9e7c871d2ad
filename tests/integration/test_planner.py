"""The planners: the night's own numbers, every wrong field named once, nothing told that the night did not release."""

import csv
import re
from dataclasses import replace
from html import unescape
from io import StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from amble.care.audit.models import AuditEvent
from amble.evaluation.estimators.rollout import Plan, more_patients
from amble.outcomes.models import StoredSection
from amble.vocabulary import Role
from tests import factories, stored_night

pytestmark = pytest.mark.django_db
REACH, WEDGE = "/service/planner/", "/service/planner/stepped-wedge/"
ASKED = {
    "eligible": "200",
    "now": "20",
    "wanted": "40",
    "ramp": "10",
    "months": "24",
    "trained": "30",
    "hours": "4",
    "fee": "100",
}
STEPS = {
    "clinics": "12",
    "steps": "4",
    "months": "3",
    "patients": "10",
    "sd": "13",
    "icc": "0.05",
    "autocorrelation": "0.8",
    "fading": "no",
    "share": "50",
    "difference": "5",
    "alpha": "5",
    "seed": "7",
}


@pytest.fixture
def night(a_night):
    return stored_night.kept(a_night)


@pytest.fixture
def lead(client):
    user = factories.member(factories.clinic(), Role.SERVICE_LEAD)
    client.force_login(user)
    return user


def page(client, address, asked=None) -> str:
    response = client.get(address, asked or {})
    assert response.status_code == 200
    return unescape(response.content.decode())


def rows(client, address, asked) -> list[dict[str, str]]:
    response = client.get(address, asked)
    assert response.status_code == 200 and response["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(StringIO(response.content.decode())))


def errors(text: str) -> list[str]:
    return re.findall(r'id="id_(\w+)_error"', text)


def numbers(night) -> dict:
    return night.sections.get(page="cost", name="cost").content["more"]["planner"]


def test_a_plan_is_the_nights_numbers_times_its_people(night, lead, client):
    """Worked out again by hand from results.json's own estimates."""
    found = {row["what"]: row for row in rows(client, f"{REACH}plan_as_those_until_now.csv", ASKED)}
    half = {row["what"]: row for row in rows(client, f"{REACH}plan_half_as_much.csv", ASKED)}
    people = more_patients(Plan(200, 0.2, 0.4, 10, 24))[-1]
    assert people == pytest.approx(40 * (sum(range(1, 11)) / 10 + 14))
    each = numbers(night)["per_patient"]
    outlay = 30 * (100 + 4 * 60)
    for what, name, sign, spent in (
        ("fewer sessions", "sessions", -1, 0),
        ("staff minutes saved, training paid", "cost", -1, outlay),
        ("points of function gained, all people together", "function", 1, 0),
        ("more people better by 5 points of function or more", "improved", 1, 0),
    ):
        ends = sorted(sign * each[name][end] * people for end in ("low", "high"))
        for share, told in ((1, found), (0.5, half)):
            assert float(told[what]["number"]) == pytest.approx(
                share * sign * each[name]["estimate"] * people - spent, abs=0.06
            )
            assert [float(told[what][end]) for end in ("low", "high")] == pytest.approx(
                [share * end - spent for end in ends], abs=0.06
            )
    by_month = rows(client, f"{REACH}plan_by_month.csv", ASKED)
    assert [row["month"] for row in by_month] == [str(month) for month in range(25)] * 2
    assert float(by_month[0]["saved"]) == -outlay


def test_every_number_of_the_plan_has_an_interval(night, lead, client):
    for name in ("plan_as_those_until_now", "plan_half_as_much"):
        for row in rows(client, f"{REACH}{name}.csv", ASKED):
            assert float(row["low"]) <= float(row["number"]) <= float(row["high"])
    text = page(client, REACH, ASKED)
    assert "as those until now" in text and "half as much" in text and "they may not" in text.lower()
    assert text.count("<svg") == 1 and "Break-even is " in text


def test_the_first_look_starts_from_the_service_as_it_is(night, lead, client):
    text = page(client, REACH)
    assert 'value="17.9"' in text and 'value="217"' in text and errors(text) == []
    assert "What would this plan bring?" in text
    assert "2.6 (95% interval 1.3 to 4.0) points of function" in text


def test_a_plan_that_trains_more_than_there_are_says_so(night, lead, client):
    left = numbers(night)["untrained"]
    assert "can still be trained" not in page(client, REACH, ASKED | {"trained": str(left)})
    assert f"only {left} can still be trained" in page(client, REACH, ASKED | {"trained": str(left + 1)})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("eligible", ""),
        ("eligible", "many"),
        ("now", "-1"),
        ("wanted", "20"),
        ("wanted", "101"),
        ("ramp", "0"),
        ("ramp", "2.5"),
        ("months", "121"),
        ("trained", "nan"),
        ("hours", "inf"),
        ("fee", "<b>"),
    ],
)
def test_a_wrong_field_is_named_once_and_nothing_is_worked_out(field, value, night, lead, client):
    text = page(client, REACH, ASKED | {field: value})
    assert errors(text) == [field] and "What would this plan bring?" not in text
    assert len(re.findall(r"Give (?:a|more)", text)) == 2  # in the summary and at the field
    refused = client.get(f"{REACH}plan_by_month.csv", ASKED | {field: value})
    assert refused.status_code == 302 and refused["Location"].startswith(f"{REACH}?eligible=")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("clinics", "2"),
        ("steps", "13"),
        ("steps", "1"),
        ("icc", "1"),
        ("autocorrelation", "1.1"),
        ("fading", "perhaps"),
        ("share", "0"),
        ("sd", "0"),
        ("seed", "-1"),
        ("alpha", "50"),
    ],
)
def test_a_wrong_field_of_the_rollout_is_named_once(field, value, night, lead, client):
    text = page(client, WEDGE, STEPS | {field: value})
    assert errors(text) == [field] and "Would such a rollout show" not in text


def test_the_order_of_training_is_that_of_its_number(night, lead, client):
    asked = STEPS | {"clinics": "13"}
    first, again, other = (
        [row["clinic"] for row in rows(client, f"{WEDGE}wedge_schedule.csv", asked | {"seed": seed})]
        for seed in ("7", "7", "8")
    )
    assert first == again != other
    assert sorted(first) == numbers(night)["clinics"] == sorted(other)
    schedule = rows(client, f"{WEDGE}wedge_schedule.csv", asked)
    assert [row["step"] for row in schedule] == [str(k) for k in (1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4)]
    for row in schedule:
        cares = [row[f"period_{k}"] for k in range(1, 6)]
        assert cares == ["usual care"] * int(row["step"]) + ["ETMI"] * (5 - int(row["step"]))


def test_less_reach_after_training_makes_the_same_difference_harder_to_see(night, lead, client):
    half, whole = (
        rows(client, f"{WEDGE}wedge_by_steps.csv", STEPS | {"share": share}) for share in ("50", "100")
    )
    for few, many in zip(half, whole, strict=True):
        assert float(few["chance_in_percent"]) < float(many["chance_in_percent"])
        assert float(few["smallest_difference_shown"]) == pytest.approx(
            2 * float(many["smallest_difference_shown"]), abs=0.02
        )


def test_before_the_first_night_one_planner_waits_and_the_other_uses_what_is_published(lead, client):
    assert "The first appear tomorrow morning" in page(client, REACH) and '<form method="get"' not in page(
        client, REACH
    )
    text = page(client, WEDGE)
    assert 'value="0.08"' in text and "Verburg" in text and "Would such a rollout show" in text


def test_what_is_hidden_or_unknown_is_left_out_and_said(a_night, lead, client):
    """Without a cost and without counts there is still a plan, made of what is typed in and what is known."""
    told, content = next((t, c) for t, c in a_night.sections if t.page == "cost" and t.answer.name == "cost")
    planner = content["more"]["planner"]
    gone = dict.fromkeys(("eligible", "reach", "measured", "pace", "delivering_share", "spread"))
    gone["per_patient"] = planner["per_patient"] | {"cost": None, "sessions": None}
    poor = content | {"more": content["more"] | {"planner": planner | gone}}
    stored_night.kept(replace(a_night, sections=[(told, poor)]))
    text = page(client, REACH)
    assert errors(text) == [] and "What would this plan bring?" not in text
    text = page(client, REACH, ASKED)
    assert (
        "Not known yet in this service, and left out: cost, sessions." in text
        and "saved" not in text.split("<h2")[1]
    )
    assert "too few physiotherapists deliver" in text
    nothing = gone | {"per_patient": dict.fromkeys(planner["per_patient"])}
    empty = content | {"more": content["more"] | {"planner": planner | nothing}}
    StoredSection.objects.update(content=empty)
    text = page(client, REACH, ASKED)
    assert "cannot be told yet in this service" in text and "What would this plan bring?" not in text


def test_looking_is_light_and_noted(night, lead, client):
    for address in (REACH, WEDGE):
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        assert len(asked) <= 16
    seen = AuditEvent.objects.filter(action="figures.opened", actor=lead)
    assert {event.details["page"] for event in seen} == {"planner", "stepped wedge"}


def test_a_table_that_a_plan_does_not_have_is_not_found(night, lead, client):
    for address in (REACH, WEDGE):
        assert client.get(f"{address}nothing.csv").status_code == 404
