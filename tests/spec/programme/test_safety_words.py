"""The safety words: plain, calm, and never without what to do if it gets worse."""

import re

import pytest

from amble.programme import safety
from amble.vocabulary import SafetyLevel
from tests.spec.programme.reading import grade

ADVICE = {level: safety.advice(level).filled() for level in SafetyLevel}

TEXTS = {
    "statement": safety.statement(),
    **{
        f"intro {each}": f"{safety.intro(each).title}. {safety.intro(each).words}" for each in safety.Occasion
    },
    **{page.id: page.title for page in safety.pages()},
    **{each.id: f"{each.text} {each.help}" for each in safety.questions()},
    **{f"advice {level}": " ".join([a.title + ".", a.lead, *a.steps]) for level, a in ADVICE.items()},
}

# Beginnings of words of the clinic, and of words that frighten.
JARGON = """
    acute alarm aneurysm aorta assess bilateral cauda chronic clinician damage deficit degenerat
    equina fractur incontinen inflammat lumbar malignan metasta neurolog paralys patholog perineal
    permanent radicul red.flag referral retention saddle severe symptom trauma tumour vascular worn
"""


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_no_jargon_and_nothing_that_frightens(text: str) -> None:
    assert re.findall(rf"\b(?:{'|'.join(JARGON.split())})\w*", text, flags=re.IGNORECASE) == []


@pytest.mark.parametrize("level", SafetyLevel)
def test_a_child_of_eleven_could_read_the_advice(level: SafetyLevel) -> None:
    assert grade(TEXTS[f"advice {level}"]) <= 7


@pytest.mark.parametrize("level", SafetyLevel)
def test_every_advice_says_what_to_do_if_it_gets_worse(level: SafetyLevel) -> None:
    steps = safety.advice(level).steps
    assert any("{emergency_number}" in step for step in steps)


@pytest.mark.parametrize("level", [SafetyLevel.URGENT, SafetyLevel.EMERGENCY, SafetyLevel.CRISIS])
def test_whom_to_call_comes_first(level: SafetyLevel) -> None:
    assert re.search(r"\{(emergency_number|crisis_line|urgent_line)\}", safety.advice(level).steps[0])
