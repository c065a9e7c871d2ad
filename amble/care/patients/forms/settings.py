from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amble.care.accounts.forms import AmbleForm
from amble.care.accounts.places import language_field, zone_field

HOURS = [(hour, f"{hour}:00") for hour in range(6, 23)]
LONGEST_PAUSE_DAYS = 183


class SettingsForm(AmbleForm):
    language = language_field(_("Language"))
    time_zone = zone_field(_("Your time zone"), help_text=_("So that reminders come at the right hour."))
    reminder_hour = forms.TypedChoiceField(label=_("Send reminders at about"), choices=HOURS, coerce=int)
    paused_until = forms.DateField(
        label=_("Pause reminders until"),
        help_text=_("Leave this empty to get reminders."),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": _("Enter a day, such as 2027-01-31.")},
    )

    def clean_paused_until(self):
        day = self.cleaned_data["paused_until"]
        if day and day > timezone.localdate() + timedelta(days=LONGEST_PAUSE_DAYS):
            raise forms.ValidationError(_("Choose a day in the next six months. You can pause again then."))
        return day
