"""What a translator gets: every text, nothing that must stay as it is, and nothing lost by asking again."""

import io
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.utils import translation

from amble.instruments import definition
from amble.programme import beliefs, safety
from script.lib import catalogue
from tests import pseudo


@pytest.fixture(scope="module")
def ids():
    return {text for message in catalogue.collect() if (text := message.id)}


def test_python_templates_and_content_are_all_there(ids):
    assert "Choose yes or no." in ids  # accounts/forms.py
    assert "Skip to main content" in ids  # base.html
    assert {belief.reason for belief in beliefs.all_beliefs()} <= ids
    assert {question.text for question in safety.questions()} <= ids
    assert "the worst pain I can imagine" in ids  # an instrument in Amble's own words


def test_ids_sources_and_quoted_questionnaires_are_not(ids):
    assert "bending-harms" not in ids
    assert not {belief.source for belief in beliefs.all_beliefs()} & ids
    for quoted in ("rmdq", "phq4"):
        questionnaire = definition.load(quoted)
        assert questionnaire.language == "en"
        assert not {item.text for item in questionnaire.items} & ids
        assert questionnaire.title in ids


def test_a_key_that_nobody_sorted_is_named():
    with pytest.raises(catalogue.Unsorted, match=r"beliefs\.toml, riddle"):
        list(catalogue._read("beliefs", "", {"beliefs": [{"id": "x", "riddle": "What is it?"}]}))


def test_asking_again_keeps_what_was_translated(tmp_path):
    first = catalogue.update("he", tmp_path)
    assert not any(catalogue.is_translated(message) for message in first if message.id)
    first.get("Sign in").string = "כניסה"
    first.add("A text of long ago", "טקסט")
    catalogue.write(first, tmp_path / "he/LC_MESSAGES")
    second = catalogue.update("he", tmp_path)
    assert second.get("Sign in").string == "כניסה"
    assert second.get("A text of long ago") is None


def test_django_reads_what_was_compiled(tmp_path, settings):
    pseudo.write_catalogue(tmp_path)
    settings.LANGUAGES = [("en", "English"), ("he", "עברית")]
    settings.LOCALE_PATHS = [tmp_path]
    with translation.override("he"):
        assert translation.gettext("Sign in") == pseudo.pseudo("Sign in")
    with translation.override("en"):
        assert translation.gettext("Sign in") == "Sign in"


def is_compiled(po: Path) -> bool:
    """Whether the .mo beside it says what the .po says."""
    with po.open("rb") as file:
        compiled = io.BytesIO()
        write_mo(compiled, read_po(file))
    return compiled.getvalue() == po.with_suffix(".mo").read_bytes()


def test_every_translation_is_compiled(tmp_path):
    pseudo.write_catalogue(tmp_path)
    po = tmp_path / "he/LC_MESSAGES/django.po"
    assert is_compiled(po)
    po.write_text(po.read_text().replace(pseudo.pseudo("Sign in"), "כניסה"))
    assert not is_compiled(po)
    behind = [po for po in catalogue.LOCALE.glob("*/LC_MESSAGES/django.po") if not is_compiled(po)]
    assert behind == [], "run script/messages with each of these languages"
