"""The safety rules as tables: what each yes asks for alone, what several ask for, and what is then said."""

import re
import tomllib
from string import Formatter

import pytest

from amble.programme import content, safety
from amble.vocabulary import SafetyLevel

NONE, REVIEW, URGENT, EMERGENCY, CRISIS = SafetyLevel

ALONE = {
    "saddle-numbness": EMERGENCY,
    "bladder-or-bowel": EMERGENCY,
    "sexual-function": EMERGENCY,
    "both-legs": EMERGENCY,
    "one-leg-weak": URGENT,
    "sudden-severe": EMERGENCY,
    "injury": URGENT,
    "fever": URGENT,
    "infection-risk": REVIEW,
    "weak-bones": REVIEW,
    "past-cancer": REVIEW,
    "weight-loss": REVIEW,
    "constant-pain": REVIEW,
    "morning-stiffness": REVIEW,
    "life-or-self-harm": CRISIS,
}

TOGETHER = [
    # yes to -> level, advice shown
    ({"weak-bones", "injury"}, URGENT, [URGENT]),
    ({"fever", "infection-risk"}, URGENT, [URGENT]),
    ({"past-cancer", "both-legs"}, EMERGENCY, [EMERGENCY]),
    ({"one-leg-weak", "saddle-numbness"}, EMERGENCY, [EMERGENCY]),
    ({"fever", "injury", "one-leg-weak"}, URGENT, [URGENT]),
    ({"life-or-self-harm", "past-cancer"}, CRISIS, [CRISIS]),
    ({"life-or-self-harm", "fever"}, CRISIS, [CRISIS, URGENT]),
    ({"life-or-self-harm", "bladder-or-bowel"}, CRISIS, [CRISIS, EMERGENCY]),
    ({"life-or-self-harm", "fever", "sudden-severe"}, CRISIS, [CRISIS, EMERGENCY]),
]

WEAK = [id for id, level in ALONE.items() if level is REVIEW]
CONTACTS = {
    "emergency_number": "999",
    "crisis_line": "116 123",
    "urgent_line": "111",
    "clinic_phone": "020 7946 0000",
}


def answers(yes=()):
    return {question.id: question.id in yes for question in safety.questions()}


def spoken(advice):
    return " ".join([advice.title, advice.lead, *advice.steps])


def test_the_table_has_every_question_in_the_order_asked():
    assert [question.id for question in safety.questions()] == list(ALONE)


def test_no_flag():
    assert safety.assess(answers()) == safety.SafetyResult(safety.VERSION, NONE, ())


@pytest.mark.parametrize(("id", "level"), ALONE.items())
def test_each_question_alone(id, level):
    assert safety.assess(answers({id})) == safety.SafetyResult(safety.VERSION, level, (safety.question(id),))


@pytest.mark.parametrize(("yes", "level", "shown"), TOGETHER)
def test_several_questions(yes, level, shown):
    result = safety.assess(answers(yes))
    assert result.level is level
    assert {flag.id for flag in result.flags} == yes
    assert [advice.level for advice in safety.advice_for(result)] == shown


def test_weak_flags_never_add_up_to_an_alarm():
    result = safety.assess(answers(WEAK))
    assert result.level is REVIEW
    assert [flag.id for flag in result.flags] == WEAK
    assert not result.level.stops_programme


@pytest.mark.parametrize("silence", [None, "", "no", 0, 1, "true"])
def test_anything_but_yes_or_no_is_not_an_answer(silence):
    with pytest.raises(safety.SafetyAnswersMissing) as raised:
        safety.assess(answers() | {"fever": silence})
    assert raised.value.missing == ("fever",)


def test_every_unanswered_question_is_named():
    given = answers({"saddle-numbness"})
    del given["fever"], given["past-cancer"]
    with pytest.raises(safety.SafetyAnswersMissing, match="fever, past-cancer"):
        safety.assess(given)


def test_an_answer_to_a_question_not_asked_is_refused_rather_than_dropped():
    with pytest.raises(safety.SafetyAnswersUnknown, match="an-older-question"):
        safety.assess(answers() | {"an-older-question": True})


def test_old_rules_stay_readable_and_judge_by_their_own_table(tmp_path, monkeypatch):
    current = (content.FOLDER / "safety.toml").read_text("utf-8")
    old = current.replace('version = "1"', 'version = "0"').replace('level = "crisis"', 'level = "urgent"')
    (tmp_path / "safety@0.toml").write_text(old, "utf-8")
    monkeypatch.setattr(content, "FOLDER", tmp_path)
    result = safety.assess(answers({"life-or-self-harm"}), version="0")
    assert (result.version, result.level) == ("0", URGENT)


def test_each_kept_file_has_the_version_of_its_name():
    for path in content.FOLDER.glob("safety@*.toml"):
        assert tomllib.loads(path.read_text("utf-8"))["version"] == path.stem.partition("@")[2]


def test_thoughts_of_ending_life_are_asked_last_as_the_introductions_say():
    assert safety.questions()[-1].level is CRISIS
    for occasion in (safety.Occasion.CHECK_IN, safety.Occasion.FLARE_UP):
        assert "the last question is always about now" in safety.intro(occasion).words


def test_few_questions_on_a_page():
    assert max(len(page.questions) for page in safety.pages()) <= 6
    assert len(safety.questions()) <= 15


def test_every_question_belongs_to_a_group_and_every_group_is_asked_about():
    assert {question.group for question in safety.questions()} == {group.id for group in safety.groups()}


@pytest.mark.parametrize("level", SafetyLevel)
def test_advice_is_filled_with_the_clinic_s_numbers(level):
    advice = safety.advice(level)
    used = {
        name for text in [advice.lead, *advice.steps] for _, name, _, _ in Formatter().parse(text) if name
    }
    assert used <= CONTACTS.keys()
    words = spoken(advice.filled(**CONTACTS))
    assert all(CONTACTS[name] in words for name in used)
    assert "{" not in words


@pytest.mark.parametrize("level", SafetyLevel)
def test_a_number_not_given_leaves_no_gap(level):
    words = spoken(safety.advice(level).filled(emergency_number=" "))
    assert "{" not in words
    assert "  " not in words
    assert "your local emergency number" in words


@pytest.mark.parametrize(
    ("level", "contact"), [(URGENT, "111"), (EMERGENCY, "999"), (CRISIS, "999"), (CRISIS, "116 123")]
)
def test_advice_says_whom_to_call_and_not_to_wait_for_the_clinic(level, contact):
    words = spoken(safety.advice(level).filled(**CONTACTS))
    assert contact in words
    assert "not wait for them to call" in words


def test_what_amble_is_not():
    assert "does not make a diagnosis" in safety.statement()
    assert "does not replace" in safety.statement()


def test_sentences_are_short():
    texts = [safety.statement()]
    texts += [safety.intro(occasion).words for occasion in safety.Occasion]
    texts += [text for question in safety.questions() for text in (question.text, question.help)]
    texts += [
        text for level in SafetyLevel for text in (safety.advice(level).lead, *safety.advice(level).steps)
    ]
    sentences = [s for text in texts for s in re.split(r"(?<=[.?!:])\s+", text) if s]
    lengths = [len(sentence.split()) for sentence in sentences]
    assert max(lengths) <= 28, max(sentences, key=lambda s: len(s.split()))
    assert sum(lengths) / len(lengths) <= 13


def test_every_entry_names_its_source():
    entries = [*safety.questions(), *safety.groups(), *map(safety.advice, SafetyLevel)]
    entries += [safety.intro(occasion) for occasion in safety.Occasion]
    assert all(len(entry.source) > 10 for entry in entries)
