"""Fields and forms that more than one door needs."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amble.care.accounts.forms import AmbleForm, short_text


def not_in_the_future(day) -> None:
    if day > timezone.localdate():
        raise ValidationError(_("This day is in the future."))


def day_field(label, *, required=True, help_text="", **options) -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=help_text,
        required=required,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "nhsuk-input--width-10"}),
        error_messages={"required": _("Give a date."), "invalid": _("Give a date, such as 2026-01-31.")},
        **options,
    )


class TrainingForm(AmbleForm):
    """Invited to ETMI training, and trained when it was completed."""

    invited_on = day_field(_("Invited on"), validators=[not_in_the_future])
    trained_on = day_field(
        _("Trained on"),
        required=False,
        help_text=_("Leave it empty until the training is complete."),
        validators=[not_in_the_future],
    )
    course = short_text(_("Course"), required=False)

    def clean(self):
        data = super().clean()
        invited, trained = data.get("invited_on"), data.get("trained_on")
        if invited and trained and trained < invited:
            self.add_error("trained_on", _("Training cannot be complete before the invitation."))
        return data

    @property
    def training(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("invited_on", "trained_on", "course")}
