from django import forms
from django.utils.translation import gettext_lazy as _

from amble.care.accounts.forms import AmbleForm, long_text, short_text

MOST_ACTIVITIES = 3


def _question(label, help_text):
    field = long_text(label, help_text=help_text, required=False, rows=6)
    field.is_page_heading = True
    return field


class GoingOnForm(AmbleForm):
    going_on = _question(
        _("What is going on?"),
        _("How your back has been, and what it is like for you. In your own words; a few are enough."),
    )


class WorryForm(AmbleForm):
    worry = _question(
        _("What worries you most about your back?"),
        _("Whatever it is, many people share it. If nothing worries you, leave this empty."),
    )


class MissingForm(AmbleForm):
    missing = _question(
        _("What do you miss doing?"),
        _("Big or small: a walk with a friend, an hour in the garden, playing on the floor."),
    )


class ActivitiesForm(AmbleForm):
    """Up to three activities. Those that were `rated` keep their name, so that ratings over time stay true."""

    activity_1 = short_text(_("First activity"), required=False)
    activity_2 = short_text(_("Second activity"), required=False)
    activity_3 = short_text(_("Third activity"), required=False)

    def __init__(self, *args, rated, **kwargs):
        super().__init__(*args, **kwargs)
        for name in rated:
            self.fields[name].disabled = True
            self.fields[name].help_text = _("You have rated this one, so it keeps its name.")

    @property
    def names(self) -> list[str]:
        return [self.cleaned_data[f"activity_{n}"] for n in range(1, MOST_ACTIVITIES + 1)]

    def clean(self):
        cleaned = super().clean()
        names = [cleaned.get(f"activity_{n}", "").casefold() for n in range(1, MOST_ACTIVITIES + 1)]
        for n, name in enumerate(names, start=1):
            if name and name in names[: n - 1]:
                self.add_error(f"activity_{n}", forms.ValidationError(_("You have named this one already.")))
        return cleaned
