"""Stopping."""

from django import forms
from django.utils.translation import gettext_lazy as _

from amble.care.accounts.forms import AmbleForm, short_text


class WithdrawForm(AmbleForm):
    reason = short_text(
        _("Would you like to tell us why?"),
        required=False,
        max_length=300,
        help_text=_("You do not have to."),
    )
    sure = forms.BooleanField(
        label=_("Yes, I want to stop using Amble"),
        error_messages={"required": _("Tick the box if you want to stop. If not, just go back.")},
    )
