"""The words people read: complete, sourced, easy to read, calm, and private where they must be."""

import re
from statistics import mean

import pytest

from amble.programme import content, safety, stages
from amble.programme.barriers import all_barriers
from amble.programme.beliefs import all_beliefs, belief
from amble.programme.consent import current, version
from amble.programme.flare_up import opening, parts
from amble.programme.follow_up_messages import all_messages
from amble.programme.messages import card, core_messages
from amble.vocabulary import SafetyLevel, Stage
from tests.spec.programme.reading import grade

STAGES = tuple(stages.words_for(stage) for stage in Stage)
ENTRIES = {
    "beliefs": all_beliefs(),
    "messages": core_messages(),
    "barriers": all_barriers(),
    "flare_up": parts(),
    "follow_up_messages": all_messages(),
}

# What patients read after the heading, by file and entry. `statement` is left out: it is the belief itself.
READ_BY_PATIENTS = {
    "beliefs": {
        f"{each.id}: {part}": getattr(each, part)
        for each in all_beliefs()
        for part in ("reason", "experiment", "prediction_prompt")
    },
    "stages": {each.stage: each.patient_words for each in STAGES},
    "messages": {each.id: each.patient_words for each in core_messages()} | {"card": " ".join(card().lines)},
    "barriers": {each.id: " ".join(each.if_then) for each in all_barriers()},
    "flare_up": {"opening": opening()}
    | {f"{each.id}: help": each.help for each in parts()}
    | {f"{each.id}: {n}": line for each in parts() for n, line in enumerate(each.suggestions)},
    "follow_up_messages": {each.id: each.body for each in all_messages()},
    "consent": {each.id: each.text for each in current().points + current().choices},
}
TEXTS = [(file, id, text) for file, texts in READ_BY_PATIENTS.items() for id, text in texts.items()]

ALARMING = (
    r"damag\w*|wear and tear|worn|degenerat\w*|slipped|unstable|instab\w*|crumbl\w*|suffer\w*|victim\w*|"
    r"danger\w*|paralys\w*|wheelchair|cripp\w*|agony|never|out of (place|line)|bone on bone|collaps\w*"
)
BLAMING = r"you should|you must|you have to|you failed|lazy|no excuse|fault of your|just try harder"
WAY_OUT = "stop|turn back|sit down again|put it down|take a break|skip|change"
ABOUT_HEALTH = (
    r"pains?|painful|sore|ach\w*|hurt\w*|your back|spine|clinic\w*|physio\w*|doctor\w*|hospital|patient\w*|"
    r"treatment|therap\w*|medic\w*|symptom\w*|health|mood|flare\w*|bad day\w*|exercise\w*"
)

# The safety questions that cannot wait, and how the plan for a bad day names the same thing.
SIGNS = {
    "saddle-numbness": "around my bottom or between my legs",
    "bladder-or-bowel": "my bladder, my bowels",
    "sexual-function": "or sex change",
    "both-legs": "both my legs hurt, go numb or go weak",
    "sudden-severe": "sudden, very bad pain",
    "one-leg-weak": "one leg or foot gets weak",
    "injury": "a bad fall",
    "fever": "a fever or chills",
    "life-or-self-harm": "hurting myself",
}
HOW_SOON = {
    SafetyLevel.EMERGENCY: "emergency help at once",
    SafetyLevel.URGENT: "a doctor the same day",
    SafetyLevel.CRISIS: "a crisis line or someone I trust straight away",
}


def has(words: str, text: str) -> str | None:
    found = re.search(rf"\b({words})\b", text, re.IGNORECASE)
    return found and found.group()


@pytest.mark.parametrize("file", ENTRIES)
def test_ids_are_slugs_and_different(file):
    ids = [each.id for each in ENTRIES[file]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9]+([-_][a-z0-9]+)*", id) for id in ids)


def test_every_entry_names_its_source():
    everything = [*(each for entries in ENTRIES.values() for each in entries), *STAGES, card(), current()]
    assert all(len(each.source) > 10 for each in everything)
    assert len(content.read("flare_up")["opening"]["source"]) > 10


def test_there_is_enough_to_choose_from():
    assert len(all_beliefs()) >= 14
    assert len(all_barriers()) >= 10
    assert len(core_messages()) == 3
    assert [each.id for each in parts()] == ["in_48_hours", "keep_doing", "seek_help"]
    assert [each.week for each in all_messages()] == [1, 2, 4, 8, 12]
    assert [each.stage for each in STAGES] == list(Stage)
    assert content.read("stages").keys() == set(Stage)


@pytest.mark.parametrize("each", all_beliefs(), ids=lambda each: each.id)
def test_a_belief_is_the_persons_own_and_its_answer_is_short_sourced_and_kind(each):
    assert has("I|my", each.statement), "in the first person"
    assert 2 <= len(re.findall(r"[.!?](?:\s|$)", each.reason)) <= 4
    assert re.search(r"\b(19|20)\d\d\b|NG59", each.source), "a reference one can look up"
    assert each.checked
    assert has(WAY_OUT, each.experiment)
    assert each.prediction_prompt.endswith("?")


def test_a_belief_is_found_by_its_id():
    assert belief("bending-harms").statement == "If I bend, I will damage my back."
    with pytest.raises(KeyError, match="the-moon"):
        belief("the-moon")


@pytest.mark.parametrize("each", all_barriers(), ids=lambda each: each.id)
def test_a_barrier_has_one_or_two_if_then_plans(each):
    assert 1 <= len(each.if_then) <= 2
    assert all(re.fullmatch(r"If I?.+, then .+\.", plan) for plan in each.if_then)


@pytest.mark.parametrize("file", READ_BY_PATIENTS)
def test_a_child_of_eleven_could_read_it(file):
    grades = {id: grade(text) for id, text in READ_BY_PATIENTS[file].items()}
    assert mean(grades.values()) <= 6.5
    assert not {id: value for id, value in grades.items() if value > 9}


@pytest.mark.parametrize(("file", "id", "text"), TEXTS, ids=[f"{file}: {id}" for file, id, _ in TEXTS])
def test_nothing_alarms_or_blames(file, id, text):
    assert not has(ALARMING, text)
    assert not has(BLAMING, text)
    assert "!" not in text


@pytest.mark.parametrize("words", STAGES, ids=lambda words: words.stage)
def test_the_physiotherapist_is_not_told_to_alarm_either(words):
    assert not has(ALARMING, words.clinician_prompt)
    assert words.processes


def test_the_plan_for_a_bad_day_knows_every_sign_that_cannot_wait():
    cannot_wait = {SafetyLevel.URGENT, SafetyLevel.EMERGENCY, SafetyLevel.CRISIS}
    assert {each.id for each in safety.questions() if each.level in cannot_wait} == SIGNS.keys()


@pytest.mark.parametrize(("question", "sign"), SIGNS.items())
def test_the_plan_for_a_bad_day_says_how_soon_to_get_help(question, sign):
    level = next(each.level for each in safety.questions() if each.id == question)
    [line] = [line for line in parts()[-1].suggestions if sign in line]
    assert HOW_SOON[level] in line


@pytest.mark.parametrize("each", all_messages(), ids=lambda each: each.id)
def test_an_email_could_be_read_by_anyone(each):
    assert not has(ABOUT_HEALTH, f"{each.subject} {each.body}")
    assert len(each.subject) <= 45, "whole on the screen of a phone"


def test_consent_asks_for_use_and_leaves_evaluation_free():
    assert {each.id: each.required for each in current().choices} == {"use": True, "evaluation": False}
    assert version(current().version) is current()
    with pytest.raises(KeyError, match="never"):
        version("never")


@pytest.mark.parametrize(
    "point",
    [
        "what-it-is-for",
        "not-for-emergencies",
        "what-we-store",
        "who-sees-it",
        "see-who-looked",
        "evaluation-is-your-choice",
        "changing-your-mind",
    ],
)
def test_consent_tells(point):
    assert point in {each.id for each in current().points}


def test_consent_versions_differ():
    versions = [entry["version"] for entry in content.read("consent")["versions"]]
    assert len(set(versions)) == len(versions)
