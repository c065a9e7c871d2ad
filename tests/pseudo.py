"""A language for tests alone: every text in brackets, in Hebrew letters that mean nothing, and longer.

What is still in plain letters on a page did not go through gettext. The tag is `he`, so that direction, and
the texts of the libraries that have a Hebrew translation, are as they will be.
"""

import re
from html.parser import HTMLParser
from pathlib import Path

from script.lib import catalogue

LANGUAGE = "he"
_LETTERS = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "אבגדהוזחטיכלמנסעפצקרשתוויזאבגדהוזחטיכלמנסעפצקרשתוויז",
)
_PLACEHOLDER = re.compile(r"(%\(\w+\)[sd]|%[sd%]|\{\w*\}|<[^>]+>|&\w+;)")


def pseudo(text: str) -> str:
    """The text in the test language, a third longer, with its placeholders as they are."""
    parts = _PLACEHOLDER.split(text)
    said = "".join(part if i % 2 else part.translate(_LETTERS) for i, part in enumerate(parts))
    longer = " ".join(["ארוך"] * (len(text) // 15))
    return f"[{said} {longer}]" if longer else f"[{said}]"


def plain_words(text: str) -> list[str]:
    """The words in plain letters, apart from addresses, secrets and names that are the same everywhere."""
    words = re.findall(r"[A-Za-z]{2,}", re.sub(r"https?://\S+|\S+@\S+|\b[A-Z2-7]{32}\b", "", text))
    return [word for word in words if word not in {"Amble", "JavaScript", "PIN", "QR"}]


def write_catalogue(folder: Path) -> None:
    """A translation of everything that script/messages finds, in `folder`."""
    everything = catalogue.collect(LANGUAGE)
    for message in everything:
        if message.id:
            said = message.id if message.pluralizable else (message.id,)
            strings = tuple(pseudo(text) for text in said)
            message.string = strings if message.pluralizable else strings[0]
    catalogue.write(everything, folder / LANGUAGE / "LC_MESSAGES")


class Page(HTMLParser):
    """Reads a page and keeps what a person would meet in plain letters.

    Left out: what people wrote and names (`dir="auto"`, <bdi>), a questionnaire in its own language (`lang`),
    and what is no language at all (`translate="no"`).
    """

    VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "use", "wbr"}
    SPOKEN = {"alt", "aria-label", "aria-description", "placeholder", "title"}

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.root: dict[str, str | None] = {}
        self.plain: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "html":
            self.root = given
        own = (
            tag in {"script", "style", "bdi"} or given.get("dir") == "auto" or given.get("translate") == "no"
        )
        left_out = self._left_out() or own or (tag != "html" and "lang" in given)
        if not left_out:
            for name, value in attributes:
                if name in self.SPOKEN or (
                    tag == "input" and name == "value" and given.get("type") == "submit"
                ):
                    self._look_at(value or "")
        if tag not in self.VOID:
            self.open.append((tag, left_out))

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in self.VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        while any(name == tag for name, _ in self.open):
            if self.open.pop()[0] == tag:
                break

    def handle_data(self, data):
        if not self._left_out():
            self._look_at(data)

    def _left_out(self) -> bool:
        return bool(self.open) and self.open[-1][1]

    def _look_at(self, text: str) -> None:
        if plain_words(text):
            self.plain.append(" ".join(text.split()))
