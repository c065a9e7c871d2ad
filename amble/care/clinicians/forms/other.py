"""Short forms: an alert's note, a message, discharge."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from amble.care.accounts.forms import AmbleForm, long_text, short_text
from amble.care.records.forms import day_field, not_in_the_future


class ResolveForm(AmbleForm):
    note = long_text(
        _("What you found and did"),
        help_text=_("The alert leaves the list when this is saved. The note stays in the record."),
        required_message=_("Write what you found and did."),
    )


class MessageForm(AmbleForm):
    body = long_text(_("Your message"), required_message=_("Write a message."))


class DischargeForm(AmbleForm):
    """`since` is the day care began."""

    on = day_field(_("Last day of care"), validators=[not_in_the_future])
    words = short_text(
        _("A few words for the summary letter"),
        help_text=_("What was done, what to go on with. Up to 300 characters."),
        required=False,
        max_length=300,
    )

    def __init__(self, *args, since, **kwargs):
        self.since = since
        super().__init__(*args, **kwargs)
        self.fields["words"].widget = forms.Textarea(
            attrs={"rows": 4, "class": "nhsuk-textarea", "dir": "auto"}
        )

    def clean_on(self):
        day = self.cleaned_data["on"]
        if day < self.since:
            raise ValidationError(_("This day is before care began."))
        return day
