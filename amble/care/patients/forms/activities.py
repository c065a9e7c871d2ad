"""What a patient likes, to find an activity."""

from django import forms
from django.utils.translation import gettext_lazy as _

from amble.care.accounts.forms import short_text, style


class ActivityFilter(forms.Form):
    """Wishes for an activity. It comes by GET and saves nothing."""

    near = short_text(
        _("What is near where you live?"),
        help_text=_("In your own words, such as: a park, a pool. Ideas that fit come first."),
        required=False,
    )
    place = forms.ChoiceField(
        label=_("Where"),
        required=False,
        choices=[("", _("Anywhere")), ("indoors", _("Indoors")), ("outdoors", _("Outdoors"))],
    )
    company = forms.ChoiceField(
        label=_("With whom"),
        required=False,
        choices=[("", _("Either")), ("alone", _("Alone")), ("others", _("With others"))],
    )
    cost = forms.ChoiceField(
        label=_("Cost"),
        required=False,
        choices=[("", _("Any")), ("free", _("Free")), ("low", _("Free or low cost"))],
    )
    at_home = forms.BooleanField(label=_("At home"), required=False)
    on_water = forms.BooleanField(label=_("On or in water"), required=False)
    with_music = forms.BooleanField(label=_("With music"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        for field in self.fields.values():
            style(field.widget)
