"""The form of one page of a questionnaire, made from the items of the definition."""

from django import forms
from django.utils.translation import gettext_lazy as _

from amble.care.accounts.forms import AmbleForm, scale_field, style
from amble.instruments.definition import Definition, Item

from .questions import Step

TICKED = "ticked"


class QuestionForm(AmbleForm):
    """Made with `step=` and the answers `given=` so far. Carries the instrument, its version and the items shown."""

    instrument = forms.CharField(widget=forms.HiddenInput, required=False)
    version = forms.CharField(widget=forms.HiddenInput, required=False)
    shown = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, step: Step, given: dict, **kwargs):
        initial = {
            TICKED: [item_id for item_id, value in given.items() if value is True],
            **{item_id: value for item_id, value in given.items() if value is not True},
            **kwargs.pop("initial", {}),
            "instrument": step.instrument.id,
            "version": step.instrument.version,
            "shown": " ".join(item.id for item in step.items),
        }
        super().__init__(*args, initial=initial, **kwargs)
        if step.items[0].kind == "tick":
            self.fields[TICKED] = _ticks(step)
        else:
            for item in step.items:
                self.fields[item.id] = _choice(item, step.texts[item.id])
        for field in self.fields.values():
            style(field.widget)

    def clean(self):
        cleaned = super().clean()
        for name in self.fields:
            if name != TICKED and len(set(self.data.getlist(name))) > 1:
                self.add_error(name, forms.ValidationError(_("Choose one answer only.")))
        return cleaned


def _ticks(step: Step) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=_("Which of these describe you today?"),
        help_text=_("Tick them. If none does, leave them blank and continue."),
        choices=[(item.id, step.texts[item.id]) for item in step.items],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": _("One of the sentences is not on this page. Please check the ticks.")
        },
    )


def _choice(item: Item, text: str) -> forms.ChoiceField:
    if item.kind == "scale" and [option.value for option in item.options] == list(range(11)):
        field = scale_field(text, low=item.low, high=item.high)
    else:
        field = forms.ChoiceField(
            label=text,
            choices=[(option.value, option.label) for option in item.options],
            widget=forms.RadioSelect,
            error_messages={
                "required": _("Choose an answer."),
                "invalid_choice": _("Choose one of the answers below."),
            },
        )
    field.label_size = "m"
    return field


def answers_in(data, instrument: Definition) -> dict[str, object]:
    """What a posted page says about each item it showed. Items this version does not have are left out."""
    known = {item.id: item for item in instrument.items}
    answers: dict[str, object] = {}
    for item_id in data.get("shown", "").split():
        if item_id in known:
            if known[item_id].kind == "tick":
                answers[item_id] = item_id in data.getlist(TICKED)
            elif data.get(item_id):
                answers[item_id] = data[item_id]
    return answers
