"""One assessment as a row of pages: a few items each, in the order they are asked."""

from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.translation import get_language, get_language_info, gettext

from amble.instruments.definition import Definition, Item
from amble.instruments.language import marked, translated

from .actions import measures

TICKS_PER_PAGE = 6


@dataclass(frozen=True)
class Step:
    """One page, in the reader's language. `number` counts from 1; it moves when activities are named."""

    number: int
    instrument: Definition
    items: tuple[Item, ...]
    texts: dict[str, str]

    @property
    def places(self) -> tuple[int, int]:
        """The places of its first and last item among all items of the instrument, counted from 1."""
        first = self.instrument.items.index(self.items[0]) + 1
        return first, first + len(self.items) - 1


@dataclass(frozen=True)
class Sheet:
    """Everything that is still asked in one assessment, and what has been answered of it so far."""

    steps: tuple[Step, ...]
    given: dict[str, dict[str, object]]  # instrument -> item -> answer

    @property
    def check_number(self) -> int:
        """The number of the page after the last question, where answers are checked and sent."""
        return len(self.steps) + 1

    def answered(self, step: Step) -> bool:
        given = self.given.get(step.instrument.id, {})
        return all(item.id in given for item in step.items)

    def step(self, number: int) -> Step | None:
        return self.steps[number - 1] if 1 <= number <= len(self.steps) else None

    def unanswered(self) -> list[Step]:
        return [step for step in self.steps if not self.answered(step)]

    def next_number(self, after: int = 0) -> int:
        """The next page without an answer after this one, else the first, else the check of all answers."""
        open_steps = [step.number for step in self.unanswered()]
        later = [number for number in open_steps if number > after]
        return next(iter(later or open_steps), self.check_number)

    def complete_instruments(self) -> list[str]:
        """Those whose every page has been answered, in order."""
        open_ones = {step.instrument.id for step in self.unanswered()}
        return list(dict.fromkeys(s.instrument.id for s in self.steps if s.instrument.id not in open_ones))


def sheet(assessment) -> Sheet:
    """The pages and answers of an assessment. Instruments that were sent are no part of it."""
    responses = list(assessment.responses.prefetch_related("answers"))
    sent = {r.instrument for r in responses if r.submitted_at}
    activities = {f"activity_{a.position}": a.name for a in assessment.episode.valued_activities.all()}
    steps: list[Step] = []
    for definition in measures.instruments_of(assessment):
        if definition.id not in sent:
            instrument = _for_reader(definition)
            own_words = activities if instrument.id == measures.PATIENT_SPECIFIC else None
            for items in _pages(instrument, own_words):
                texts = {item.id: _text(item, own_words) for item in items}
                steps.append(Step(len(steps) + 1, instrument, items, texts))
    given = {r.instrument: {a.item: a.value for a in r.answers.all()} for r in responses}
    return Sheet(tuple(steps), given)


def _for_reader(definition: Definition) -> Definition:
    """In the reader's language, with a foreign wording marked for screen readers and direction."""
    shown = translated(definition, gettext)
    language = shown.language
    if not language or language.split("-")[0] == get_language().split("-")[0]:
        return shown
    direction = "rtl" if get_language_info(language)["bidi"] else "ltr"
    return marked(
        shown, lambda text: format_html('<span lang="{}" dir="{}">{}</span>', language, direction, text)
    )


def _text(item: Item, activities: dict[str, str] | None) -> str:
    if activities:
        return format_html('<span class="amble-own-words" dir="auto">{}</span>', activities[item.id])
    return item.text


def _pages(instrument: Definition, activities: dict[str, str] | None) -> list[tuple[Item, ...]]:
    asked = [item for item in instrument.items if activities is None or item.id in activities]
    size = TICKS_PER_PAGE if asked and asked[0].kind == "tick" else 1
    return [tuple(asked[start : start + size]) for start in range(0, len(asked), size)]
