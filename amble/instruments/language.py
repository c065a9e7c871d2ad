"""Which words of a questionnaire may be translated freely, and which may not."""

from collections.abc import Callable
from dataclasses import replace

from amble.instruments.model import Definition, Item, Scale
from amble.instruments.reading import scale_options


def translated(definition: Definition, translate: Callable[[str], str]) -> Definition:
    """The definition with its words put through `translate`, except a questionnaire's own.

    Where `definition.language` names a language, the intro, the items and the answers are valid in exactly
    these words: they stay, as does the notice. What Amble adds (title, names of scales) is translated.
    """

    def words(text: str) -> str:
        return translate(text) if text else ""  # gettext answers nothing with the head of its file

    own = replace(
        definition,
        name=words(definition.name),
        title=words(definition.title),
        recall=words(definition.recall),
        scales=tuple(_scale(scale, words) for scale in definition.scales),
    )
    if definition.language:
        return own
    return replace(
        own,
        intro=words(definition.intro),
        licence=replace(definition.licence, notice=words(definition.licence.notice)),
        items=tuple(_item(item, words) for item in definition.items),
    )


def marked(definition: Definition, mark: Callable[[str], str]) -> Definition:
    """A quoted questionnaire with its own words put through `mark`, which says in what language they are."""

    def words(text: str) -> str:
        return mark(text) if text else ""

    return replace(
        definition,
        intro=words(definition.intro),
        licence=replace(definition.licence, notice=words(definition.licence.notice)),
        items=tuple(_marked(item, words) for item in definition.items),
    )


def _marked(item: Item, mark: Callable[[str], str]) -> Item:
    options = tuple(replace(option, label=mark(option.label)) for option in item.options)
    return replace(item, text=mark(item.text), low=mark(item.low), high=mark(item.high), options=options)


def _scale(scale: Scale, translate: Callable[[str], str]) -> Scale:
    change = scale.important_change
    return replace(
        scale,
        title=translate(scale.title),
        important_change=change and replace(change, unit=translate(change.unit)),
    )


def _item(item: Item, translate: Callable[[str], str]) -> Item:
    item = replace(item, text=translate(item.text))
    if item.kind == "choice":
        return replace(
            item, options=tuple(replace(each, label=translate(each.label)) for each in item.options)
        )
    if item.kind == "scale":
        low, high = translate(item.low), translate(item.high)
        first, last = item.options[0].value, item.options[-1].value
        return replace(item, low=low, high=high, options=scale_options(first, last, low, high))
    return item
