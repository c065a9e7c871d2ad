"""The base of every form: sent once, kept when the session ends, drawn in the design system's markup."""

import uuid

from django import forms
from django.core import signing
from django.forms.renderers import TemplatesSetting
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

LONG_TEXT = 5_000
YES_NO = [("yes", _("Yes")), ("no", _("No"))]
ZERO_TO_TEN = [(n, str(n)) for n in range(11)]


class Renderer(TemplatesSetting):
    form_template_name = "amble/forms/form.html"
    field_template_name = "amble/forms/field.html"


STYLES = {
    forms.Textarea: "nhsuk-textarea",
    forms.RadioSelect: "nhsuk-radios__input",
    forms.CheckboxSelectMultiple: "nhsuk-checkboxes__input",
    forms.CheckboxInput: "nhsuk-checkboxes__input",
    forms.Select: "nhsuk-select",
    forms.widgets.Input: "nhsuk-input",
}


def style(widget: forms.Widget) -> None:
    """Give a widget the design system's class."""
    for kind, name in STYLES.items():
        if isinstance(widget, kind):
            others = [each for each in widget.attrs.get("class", "").split() if each != name]
            widget.attrs["class"] = " ".join([name, *others])
            return


class AmbleForm(forms.Form):
    """A form of Amble. Make it with `from_request`.

    `submission` is a number used once: pass `form.submission` to the action. `owner` says, signed, whose
    answers these are, so that answers kept across a sign-in return to nobody else.
    """

    error_css_class = "nhsuk-form-group--error"
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)
    owner = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, request=None, **kwargs):
        self.request = request
        super().__init__(*args, label_suffix="", **kwargs)
        if not self.is_bound:
            self.initial = {"submission": uuid.uuid4(), **self.initial}
            if request is not None and request.user.is_authenticated:
                self.initial["owner"] = sign_owner(request.user)
        for field in self.fields.values():
            style(field.widget)

    @classmethod
    def from_request(cls, request, **kwargs):
        """Filled from the post, or from answers that waited for a sign-in, or fresh."""
        if request.method == "POST":
            return cls(request.POST, request=request, **kwargs)
        return cls.unjudged(request, getattr(request, "unsent", None) or {}, **kwargs)

    @classmethod
    def unjudged(cls, request, data, **kwargs):
        """What a person has filled in so far, shown again without a word about what is missing."""
        kwargs["initial"] = {**kwargs.get("initial", {}), **_as_initial(cls, data)}
        return cls(request=request, **kwargs)

    @property
    def submission_key(self):
        return self.cleaned_data.get("submission")


def sign_owner(user) -> str:
    return signing.dumps(user.pk, salt="owner of a form")


def is_owner(user, signed: str) -> bool:
    try:
        return signing.loads(signed, salt="owner of a form") == user.pk
    except signing.BadSignature:
        return False


def _as_initial(form, data) -> dict:
    initial = {}
    for name in data:
        if name not in {"csrfmiddlewaretoken", "owner", "submission"}:
            values = data.getlist(name)
            field = form.base_fields.get(name)
            many = isinstance(field, forms.MultipleChoiceField)
            initial[name] = values if many or len(values) > 1 else values[0]
    return initial


class ScaleLabel:
    """A number on a scale; at the ends with the words that a screen reader adds."""

    def __init__(self, number: int, words: str):
        self.number, self.words = number, words

    def __str__(self):
        if not self.words:
            return str(self.number)
        return format_html('{}<span class="nhsuk-u-visually-hidden">, {}</span>', self.number, self.words)

    __html__ = __str__


def scale_field(label, *, help_text="", required=True, low="", high="") -> forms.TypedChoiceField:
    """A 0-10 scale as radio buttons: no slider, so that it works by keyboard, touch and without scripts."""
    choices = ZERO_TO_TEN
    if low:
        # The ends are said with their number, so that they are heard as well as seen.
        ends = {0: low, 10: high}
        choices = [(n, ScaleLabel(n, ends.get(n, ""))) for n in range(11)]
    field = forms.TypedChoiceField(
        label=label,
        help_text=help_text,
        choices=lambda: choices,  # a list would be copied, item by item, for every form
        coerce=int,
        empty_value=None,
        required=required,
        widget=forms.RadioSelect(attrs={"data-scale": "0-10"}),
        error_messages={
            "required": _("Choose a number from 0 to 10."),
            "invalid_choice": _("Choose a number from 0 to 10."),
        },
    )
    field.low, field.high = low, high
    return field


def long_text(label, *, rows=4, **options) -> forms.CharField:
    """A text of one's own, up to 5,000 characters. The form says how many there are when it is too long."""
    return _text(label, UncutTextarea(attrs={"rows": rows, "dir": "auto"}), LONG_TEXT, **options)


class UncutTextarea(forms.Textarea):
    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"].pop("maxlength", None)
        return context


def short_text(label, *, max_length=200, **options) -> forms.CharField:
    return _text(label, UncutTextInput(attrs={"dir": "auto"}), max_length, **options)


def _text(
    label, widget, max_length, *, help_text="", required=True, required_message=None
) -> forms.CharField:
    # The widgets have no maxlength in the page: a browser would cut a pasted text without a word.
    messages = {
        "max_length": _("Please shorten this to %(limit_value)d characters. It has %(show_value)d now.")
    }
    if required_message:
        messages["required"] = required_message
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=max_length,
        widget=widget,
        error_messages=messages,
    )


class UncutTextInput(forms.TextInput):
    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"].pop("maxlength", None)
        return context


def yes_no(label, *, help_text="", required_message=_("Choose yes or no.")) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        help_text=help_text,
        choices=lambda: YES_NO,
        coerce=lambda value: value == "yes",
        empty_value=None,
        widget=forms.RadioSelect(attrs={"data-inline": "yes"}),
        error_messages={"required": required_message},
    )
