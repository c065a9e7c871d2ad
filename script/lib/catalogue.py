"""Collects every text that people read, and keeps the translation file of a language.

Texts come from Python and templates (marked there for gettext), from the programme's .toml files, and from
the questionnaires whose words are Amble's own.
"""

import io
import os
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from amble.instruments import definition
from amble.instruments.language import translated

ROOT = Path(__file__).resolve().parents[2]
AMBLE = ROOT / "amble"
LOCALE = AMBLE / "locale"
KEYWORDS = DEFAULT_KEYWORDS | {"gettext_lazy": None, "gettext_noop": None, "ngettext_lazy": (1, 2)}

READ = {
    "body", "clinician_action", "clinician_prompt", "contacts_not_given", "domains", "experiment", "heading",
    "help", "high", "if_then", "lead", "lines", "low", "met", "name", "not_met", "notice", "patient_words",
    "prediction_prompt", "processes", "prompts", "purpose", "reason", "statement", "steps", "subject",
    "suggestions", "text", "title", "unknown", "words", "session_guide.when",
}  # fmt: skip
"""The keys of the programme's .toml files that hold a text to read; `file.key` for one file alone."""
NOT_READ = {
    "checked", "company", "cost", "domain", "group", "id", "instead_of", "instruments", "level", "measure",
    "minutes", "outcome", "place", "source", "stage_up_to", "step", "version", "planning.when",
}  # fmt: skip
GROUPS = {"contacts_not_given", "domains", "instead_of"}
"""Tables whose entries have names of their own: the name of the table decides."""


class Unsorted(Exception):
    """A key of a .toml file is in neither list above: say whether people read it."""


def every_message() -> Iterator[tuple[str, str | tuple[str, str], str | None]]:
    """(file, text or its singular and plural, context) of everything that can be translated."""
    for path in sorted(AMBLE.rglob("*.py")):
        yield from _marked(path, path.read_text())
    for path in sorted(AMBLE.rglob("templates/**/*.*")):
        yield from _marked(path, _as_python(path.read_text()))
    for path in sorted(AMBLE.glob("programme/*.toml")):
        for text in _read(path.stem.split("@")[0], "", tomllib.loads(path.read_text())):
            yield _name(path), text, None
    for each in definition.load_all():
        found: list[str] = []
        translated(each, lambda text, found=found: found.append(text) or text)
        for text in found:
            yield f"amble/instruments/definitions/{each.id}.toml", text, None


def _marked(path: Path, source: str) -> Iterator[tuple[str, str | tuple[str, str], str | None]]:
    for _, message, _, context in extract("python", io.BytesIO(source.encode()), KEYWORDS):
        yield _name(path), message, context


def _as_python(template: str) -> str:
    """The template with its texts as gettext calls and everything else blanked out."""
    from django.utils.translation.template import templatize

    # Indentation has a meaning in Python that it has not in a template.
    return "\n".join(line.lstrip() for line in templatize(template).splitlines())


def _read(file: str, key: str, value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner, entry in value.items():
            yield from _read(file, key if key in GROUPS else inner, entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _read(file, key, entry)
    elif isinstance(value, str):
        names = {key, f"{file}.{key}"}
        if names & READ:
            yield value
        elif not names & NOT_READ:
            raise Unsorted(f"{file}.toml, {key}: {value[:50]!r}. Add {key!r} to READ or NOT_READ.")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def collect(language: str | None = None) -> Catalog:
    """A catalogue of every text, none translated."""
    catalogue = Catalog(
        locale=language, project="Amble", charset="utf-8", fuzzy=False, header_comment="# Amble"
    )
    for file, message, context in every_message():
        catalogue.add(message, locations=[(file, 0)], context=context)
    return catalogue


def update(language: str, folder: Path = LOCALE) -> Catalog:
    """Write the language's .po with what is there kept, and its compiled .mo."""
    place = folder / language / "LC_MESSAGES"
    catalogue = collect(language)
    if (place / "django.po").exists():
        with (place / "django.po").open("rb") as file:
            kept = read_po(file, locale=language)
        kept.update(catalogue)
        catalogue = kept
    write(catalogue, place)
    return catalogue


def write(catalogue: Catalog, place: Path) -> None:
    place.mkdir(parents=True, exist_ok=True)
    with (place / "django.po").open("wb") as file:
        write_po(file, catalogue, width=100, sort_by_file=True, include_lineno=False)
    with (place / "django.mo").open("wb") as file:
        write_mo(file, catalogue)


def is_translated(message: Message) -> bool:
    strings = message.string if message.pluralizable else [message.string]
    return all(strings) and not message.fuzzy


def main(language: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amble.config.settings")
    catalogue = update(language)
    texts = [message for message in catalogue if message.id]
    guessed = [message for message in texts if message.fuzzy]
    done = [message for message in texts if is_translated(message)]
    print(f"{LOCALE / language / 'LC_MESSAGES/django.po'}")
    print(
        f"{len(texts)} texts: {len(done)} translated, {len(guessed)} to check (marked fuzzy), the rest open."
    )


if __name__ == "__main__":
    main(sys.argv[1])
