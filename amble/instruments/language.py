"""Which words of a questionnaire may be translated freely, and which may not."""

from collections.abc import Callable
from dataclasses import replace

from amble.instruments.model import Definition, Item, Scale
from amble.instruments.reading import scale_options


def translated(definition: Definition, translate: Callable[[str], str]) -> Definition:
    """The definition with its words put through `translate`, except a questionnaire's own.

    Where `definition.language` names a language, the intro, the items and the answers are valid in exactly
    these words: they stay. What Amble adds (the title, the names of the scales) is translated.
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
        items=tuple(_item(item, words) for item in definition.items),
    )


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
