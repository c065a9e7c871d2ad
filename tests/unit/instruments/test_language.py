"""What is Amble's own is translated; what is quoted stays, and says what language it is in."""

from amble.instruments.definition import load
from amble.instruments.language import marked, translated


def test_own_words_are_translated_down_to_the_ends_of_a_scale():
    pain = translated(load("pain_nrs"), str.upper)
    assert pain.items[0].text == load("pain_nrs").items[0].text.upper()
    assert [option.label for option in pain.items[0].options[:2]] == ["0, NO PAIN", "1"]
    assert pain.items[0].options[10].label == "10, THE WORST PAIN I CAN IMAGINE"
    assert translated(load("stage"), str.upper).items[0].options[0].label.isupper()


def test_a_quoted_questionnaire_keeps_its_words_and_gets_a_translated_title():
    before, after = load("phq4"), translated(load("phq4"), str.upper)
    assert (after.intro, after.items, after.licence) == (before.intro, before.items, before.licence)
    assert after.title == before.title.upper()
    assert [scale.title for scale in after.scales] == [scale.title.upper() for scale in before.scales]


def test_nothing_empty_is_translated_or_marked():
    """The gettext of nothing is the head of the translation file."""
    asked = []
    for definition in (load("fabq_pa"), load("rmdq")):
        translated(definition, lambda text: asked.append(text) or text)
        marked(definition, lambda text: asked.append(text) or text)
    assert asked and all(asked)


def test_every_word_of_a_quoted_questionnaire_is_marked():
    shown = marked(load("phq4"), lambda text: f"<{text}>")
    assert shown.intro == f"<{load('phq4').intro}>"
    assert [o.label for o in shown.items[0].options] == [
        f"<{o.label}>" for o in load("phq4").items[0].options
    ]
